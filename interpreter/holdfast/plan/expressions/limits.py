"""What an expression may cost at most (2-plan-language 11). Everything is refused before the memory is taken."""

from __future__ import annotations

SOURCE = 4096
"""Characters of one expression's source."""

BRACKETS = 24
"""Nested brackets in the source; the parser needs about 16 stack frames for each."""

PREFIXES = 8
"""`not`, `-` and `+` in a row."""

ELSES = 32
"""`else` in one expression."""

DEPTH = 64
"""Nested operations, filters and accesses in the parsed tree."""

DATA_DEPTH = 100
"""Nested lists and maps in a result."""

INTEGER = 2**127
"""Integers lie below this, on both sides of zero: 128 bits with their sign."""

OUTPUT = 1024 * 1024
"""Size of a result, and of each text on the way to it: characters, with 8 for every value that is not a text."""

ITEMS = 100_000
"""Items of a list that an expression makes longer than what it was given."""

RANGE = 10_000
"""Items that `range` gives."""

WORK = 500_000
"""Items visited in one evaluation, over all filters; 32 characters of text count as one."""

CACHED = 4096
"""Parsed sources kept; a plan's repeated expressions are parsed once."""
