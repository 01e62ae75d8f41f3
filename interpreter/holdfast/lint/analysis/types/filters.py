"""What filters, tests and functions take and give."""

from __future__ import annotations

from typing import Final

from holdfast.lint.analysis.types.shape import ARRAY, BOOLEAN, INTEGER, NUMBER, OBJECT, STRING, UNKNOWN, Type, array

_LIST: Final = frozenset({"array"})
_TEXT: Final = frozenset({"string"})
_MAP: Final = frozenset({"object"})
_NUMBER: Final = frozenset({"integer", "number"})
_LIST_OR_TEXT: Final = frozenset({"array", "string"})
_MEASURABLE: Final = frozenset({"array", "object", "string"})

TAKES: Final = {
    **dict.fromkeys(("flatten", "groupby", "join", "list", "map", "max", "min", "reject", "rejectattr", "select",
                     "selectattr", "sort", "sum", "unique"), _LIST),
    **dict.fromkeys(("first", "last", "reverse"), _LIST_OR_TEXT),
    **dict.fromkeys(("count", "length"), _MEASURABLE),
    **dict.fromkeys(("combine", "items", "keys", "values"), _MAP),
    **dict.fromkeys(("capitalize", "fromjson", "lower", "replace", "split", "title", "trim", "truncate", "upper"),
                    _TEXT),
    **dict.fromkeys(("abs", "round"), _NUMBER),
}  # fmt: skip
"""The JSON types that a filter works on, for those that do not work on all."""

TESTS_TAKE: Final = {
    **dict.fromkeys(("divisibleby", "even", "odd"), _NUMBER),
    **dict.fromkeys(("endswith", "lower", "startswith", "upper"), _TEXT),
    "empty": _MEASURABLE,
}
"""The same for tests."""

FUNCTIONS_TAKE: Final = {
    "duration": _TEXT,
    "isoformat": _NUMBER,
    "len": _MEASURABLE,
    "range": _NUMBER,
    "timestamp": _TEXT,
}
"""The same for functions and their first argument."""

GIVES: Final = {
    **dict.fromkeys(("capitalize", "join", "lower", "replace", "string", "title", "tojson", "trim", "truncate",
                     "upper"), STRING),
    **dict.fromkeys(("count", "length"), INTEGER),
    **dict.fromkeys(("abs", "round", "sum", "float"), NUMBER),
    "keys": array(STRING),
    "split": array(STRING),
    "values": ARRAY,
    "items": ARRAY,
    "groupby": ARRAY,
    "flatten": ARRAY,
    "combine": OBJECT,
}  # fmt: skip
"""What a filter gives where that does not depend on what it is given."""

FUNCTIONS_GIVE: Final[dict[str, Type]] = {
    "duration": NUMBER,
    "hash": STRING,
    "isoformat": STRING,
    "len": INTEGER,
    "range": array(INTEGER),
    "timestamp": NUMBER,
    "max": UNKNOWN,
    "min": UNKNOWN,
}
"""What a function gives."""

SAME: Final = frozenset({"list", "reverse", "sort", "unique", "select", "reject", "selectattr", "rejectattr"})
"""Filters that give what they are given, in another order or less of it."""

OF_ITEMS: Final = frozenset({"first", "last", "min", "max"})
"""Filters that give an item."""

TEST_GIVES: Final = BOOLEAN
"""Tests and comparisons give true or false."""
