"""The filters of the language: `value | name(arguments)`. Nothing else may stand after a `|`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from holdfast.plan.expressions.filters import choosing, lists, maps, numbers, strings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "abs": numbers.absolute,
    "capitalize": strings.capitalize,
    "combine": maps.combine,
    "count": lists.length,
    "d": choosing.default,
    "default": choosing.default,
    "first": lists.first,
    "flatten": lists.flatten,
    "float": numbers.to_float,
    "fromjson": strings.from_json,
    "groupby": lists.groupby,
    "int": numbers.to_int,
    "items": maps.items,
    "join": strings.join,
    "keys": maps.keys,
    "last": lists.last,
    "length": lists.length,
    "list": lists.to_list,
    "lower": strings.lower,
    "map": lists.map_attribute,
    "max": lists.maximum,
    "min": lists.minimum,
    "reject": choosing.reject,
    "rejectattr": choosing.rejectattr,
    "replace": strings.replace,
    "reverse": lists.reverse,
    "round": numbers.round_off,
    "select": choosing.select,
    "selectattr": choosing.selectattr,
    "sort": lists.sort,
    "split": strings.split,
    "string": strings.to_string,
    "sum": lists.total,
    "title": strings.title,
    "tojson": strings.to_json,
    "trim": strings.trim,
    "truncate": strings.truncate,
    "unique": lists.unique,
    "upper": strings.upper,
    "values": maps.values,
}

TESTED: Final[Mapping[str, int]] = {"select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}
"""Filters that take the name of a test, and which of their arguments it is."""

LENIENT: Final = frozenset({"d", "default"})
"""Filters whose value may be missing."""
