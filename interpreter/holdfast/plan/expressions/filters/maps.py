"""Filters on maps. They give new data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.plan.expressions import limits
from holdfast.plan.expressions.arguments import a_map
from holdfast.plan.expressions.errors import Fault
from holdfast.plan.expressions.values import kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.plan.expressions.scope import Scope


def keys(scope: Scope, value: object) -> list[str]:
    """The names in a map."""
    return list(a_map(scope, "keys", value))


def values(scope: Scope, value: object) -> list[object]:
    """The values in a map."""
    entries = a_map(scope, "values", value)
    return [entries[key] for key in entries]


def items(scope: Scope, value: object) -> list[object]:
    """Lists of a name and its value."""
    entries = a_map(scope, "items", value)
    return [[key, entries[key]] for key in entries]


def combine(scope: Scope, value: object, *others: object, recursive: object = False) -> dict[str, object]:
    """One map of several; the later one wins. `recursive`: maps under the same name are combined too."""
    result = dict(a_map(scope, "combine", value))
    for other in others:
        _update(scope, result, a_map(scope, "combine", other), recursive=bool(recursive))
    return result


def _update(scope: Scope, result: dict[str, object], other: Mapping[str, object], *, recursive: bool) -> None:
    for key in other:
        mine, theirs = result.get(key), other[key]
        both = recursive and kind(mine) == "map" == kind(theirs)
        result[key] = combine(scope, mine, theirs, recursive=True) if both else theirs
    if len(result) > limits.ITEMS:
        raise Fault("limit", f"`combine` makes maps of at most {limits.ITEMS} names")
