"""The meaning of unquoted scalars: YAML 1.2 core, and stricter where authors are bitten.

`null`, `~`, nothing, `true`, `false`, integers and decimal fractions mean what they say. Everything else is text: `no`,
`on`, `yes`, `010`, `12:30:45`, `1_000`, dates. Infinity and not-a-number are refused: no other system takes them.
"""

from __future__ import annotations

import math
import re
from typing import Final

_CONSTANTS: Final[dict[str, bool | None]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_NUMERIC: Final = frozenset("0123456789+-.")
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED: Final = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_FRACTION: Final = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LONGEST: Final = 130
"""Characters of the longest integer that can have 128 bits, whatever its base."""

_WIDEST: Final = 1 << 127
"""Integers have at most 128 bits, sign included, as in expressions."""


def resolve(text: str) -> str | float | bool | None:
    """The value of the unquoted scalar `text`.

    Raises:
        ValueError: it is a number that cannot be kept: infinite, not a number, or too large.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _NUMERIC:
        return text
    return _number(text)


def _number(text: str) -> str | float:
    if _INTEGER.fullmatch(text):
        return _integer(text, 10)
    if _BASED.fullmatch(text):
        return _integer(text, 0)
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"`{text}` is not allowed: numbers must be finite")
    if not _FRACTION.fullmatch(text):
        return text
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"`{text}` is too large for a number")
    return value


def _integer(text: str, base: int) -> int:
    if len(text) > _LONGEST or not -_WIDEST <= (value := int(text, base)) < _WIDEST:
        raise ValueError(f"`{text[:40]}` is an integer of more than 128 bits")
    return value
