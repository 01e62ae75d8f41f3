"""Filters on lists. They give new lists and look at each item once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from holdfast.plan.expressions import limits
from holdfast.plan.expressions.arguments import a_list, a_number, field_of, has_field, identity, sorting_key
from holdfast.plan.expressions.errors import Fault
from holdfast.plan.expressions.scope import checked
from holdfast.plan.expressions.values import MISSING, kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.plan.expressions.scope import Scope


def length(_: Scope, value: object) -> int:
    """How many items, entries or characters."""
    if kind(value) not in {"list", "map", "string"}:
        raise Fault("type", "`length` needs a list, a map or a string, got {}", value)
    return len(cast("Sequence[object]", value))


def to_list(scope: Scope, value: object) -> list[object]:
    """The list itself; for people used to filters that give something else."""
    return list(a_list(scope, "list", value))


def first(_: Scope, value: object) -> object:
    """The first item or character; missing when there is none."""
    return _end("first", value, 0)


def last(_: Scope, value: object) -> object:
    """The last item or character; missing when there is none."""
    return _end("last", value, -1)


def _end(name: str, value: object, index: int) -> object:
    if kind(value) not in {"list", "string"}:
        raise Fault("type", f"`{name}` needs a list or a string, got {{}}", value)
    items = cast("Sequence[object]", value)
    return items[index] if len(items) else MISSING


def reverse(scope: Scope, value: object) -> object:
    """The other way round: a list or a string."""
    if kind(value) == "string":
        return scope.read(cast("str", value))[::-1]
    return list(a_list(scope, "reverse", value))[::-1]


def flatten(scope: Scope, value: object) -> list[object]:
    """One list of the items of the lists in it; other items stay."""
    result: list[object] = []
    for item in a_list(scope, "flatten", value):
        if kind(item) == "list":
            result.extend(a_list(scope, "flatten", item))
        else:
            result.append(item)
        if len(result) > limits.ITEMS:
            raise Fault("limit", f"`flatten` makes lists of at most {limits.ITEMS} items")
    return result


def sort(
    scope: Scope, value: object, reverse: object = None, case_sensitive: object = None, attribute: object = None
) -> list[object]:
    """In order; by fields, when `attribute` names them (`price` or `legs.0.from`, several with commas between)."""
    items = a_list(scope, "sort", value)
    scope.spend(4 * len(items))
    names = [part.strip() for part in attribute.split(",")] if isinstance(attribute, str) else [attribute]
    result = list(items)
    for name in reversed(names[:8]):
        field, key = field_of("sort", name), sorting_key("sort", case_sensitive=case_sensitive)
        result.sort(key=lambda item: cast("Any", key(field(item))), reverse=bool(reverse))
    return result


def minimum(scope: Scope, value: object, case_sensitive: object = None, attribute: object = None) -> object:
    """The least item, or the item with the least field; missing when there is none."""
    return _extreme(scope, "min", value, case_sensitive, attribute)


def maximum(scope: Scope, value: object, case_sensitive: object = None, attribute: object = None) -> object:
    """The greatest item, or the item with the greatest field; missing when there is none."""
    return _extreme(scope, "max", value, case_sensitive, attribute)


def _extreme(scope: Scope, name: str, value: object, case_sensitive: object, attribute: object) -> object:
    items = a_list(scope, name, value)
    field, key = field_of(name, attribute), sorting_key(name, case_sensitive=case_sensitive)
    choose = min if name == "min" else max
    return choose(items, key=lambda item: cast("Any", key(field(item))), default=MISSING)


def total(scope: Scope, value: object, attribute: object = None, start: object = 0) -> object:
    """The sum of the numbers, or of a field of the items."""
    field, result = field_of("sum", attribute), a_number("sum", start)
    for item in a_list(scope, "sum", value):
        result = checked(result + a_number("sum", field(item)))
    return result


def unique(scope: Scope, value: object, case_sensitive: object = None, attribute: object = None) -> list[object]:
    """The first of each; of each value of a field, when `attribute` names one."""
    field, seen, result = field_of("unique", attribute), set[object](), list[object]()
    for item in a_list(scope, "unique", value):
        mark = identity(scope, field(item), case_sensitive=case_sensitive)
        if mark not in seen:
            seen.add(mark)
            result.append(item)
    return result


def groupby(scope: Scope, value: object, attribute: object, default: object = MISSING) -> list[object]:
    """Maps of `grouper` and `list`, one per value of a field, in the order of first appearance."""
    field, groups = _field_or(default, "groupby", attribute), dict[object, dict[str, object]]()
    for item in a_list(scope, "groupby", value):
        grouper = field(item)
        group = groups.setdefault(identity(scope, grouper), {"grouper": grouper, "list": []})
        cast("list[object]", group["list"]).append(item)
    return list(groups.values())


def map_attribute(scope: Scope, value: object, *, attribute: object, default: object = MISSING) -> list[object]:
    """One field of every item; `default` where it is missing."""
    field = _field_or(default, "map", attribute)
    return [field(item) for item in a_list(scope, "map", value)]


def _field_or(default: object, name: str, attribute: object) -> Any:
    if default is MISSING:
        return field_of(name, attribute)
    field = has_field(name, attribute)

    def field_or_default(item: object) -> object:
        found = field(item)
        return default if found is MISSING else found

    return field_or_default
