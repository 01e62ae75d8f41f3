"""What filters, tests and functions ask of the values they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from holdfast.plan.expressions.errors import Fault
from holdfast.plan.expressions.scope import checked
from holdfast.plan.expressions.values import MISSING, fetch, kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.plan.expressions.scope import Scope


def a_list(scope: Scope, name: str, value: object) -> Sequence[object]:
    """The list itself; its items are accounted for."""
    if kind(value) != "list":
        advice = ": use `| keys`, `| values` or `| items` first" if kind(value) == "map" else ""
        raise Fault("type", f"`{name}` needs a list, got {{}}{advice}", value)
    items = cast("Sequence[object]", value)
    scope.spend(len(items))
    return items


def a_map(scope: Scope, name: str, value: object) -> Mapping[str, object]:
    """The map itself; its entries are accounted for."""
    if kind(value) != "map":
        raise Fault("type", f"`{name}` needs a map, got {{}}", value)
    entries = cast("Mapping[str, object]", value)
    scope.spend(len(entries))
    return entries


def a_string(scope: Scope, name: str, value: object) -> str:
    """The string itself; going through it once is accounted for."""
    if kind(value) != "string":
        raise Fault("type", f"`{name}` needs a string, got {{}}", value)
    return scope.read(cast("str", value))


def a_number(name: str, value: object) -> int | float:
    """The number itself."""
    if kind(value) != "number":
        raise Fault("type", f"`{name}` needs a number, got {{}}", value)
    return checked(cast("int | float", value))


def an_integer(name: str, value: object, least: int, most: int) -> int:
    """The integer itself, if it is between `least` and `most`, both included."""
    if kind(value) != "number" or not isinstance(value, int):
        raise Fault("type", f"`{name}` needs an integer, got {{}}", value)
    if not least <= value <= most:
        raise Fault("limit", f"`{name}` needs an integer from {least} to {most}, got {{}}", value)
    return value


def field_of(name: str, attribute: object) -> Callable[[object], object]:
    """A function that gives an item's field; None gives the item itself.

    Args:
        name: the filter, for its messages.
        attribute: a name, a dotted path such as `price.amount` or `legs.0.from`, an index, or None.
    """
    if attribute is None:
        return lambda item: item
    parts = _parts(name, attribute)

    def field(item: object) -> object:
        for part in parts:
            found = fetch(item, part)
            if found is MISSING:
                raise Fault("undefined", f"`{name}`: {{}} has no field {{}}", item, part)
            item = found
        return item

    return field


def has_field(name: str, attribute: object) -> Callable[[object], object]:
    """Like `field_of`, but what is not there is MISSING."""
    parts = _parts(name, attribute)

    def field(item: object) -> object:
        for part in parts:
            item = fetch(item, part)
        return item

    return field


def _parts(name: str, attribute: object) -> list[str | int]:
    if isinstance(attribute, int) and not isinstance(attribute, bool):
        return [attribute]
    if kind(attribute) != "string":
        raise Fault("type", f"`{name}` needs the name of a field, got {{}}", attribute)
    text = cast("str", attribute)
    if len(text) > 256:  # noqa: PLR2004 - longer than any field's name
        raise Fault("limit", f"`{name}`: the name of the field is too long")
    return [int(part) if part.isascii() and part.isdigit() else part for part in text.split(".")]


def sorting_key(name: str, *, case_sensitive: object) -> Callable[[object], object]:
    """A function that makes values comparable: all numbers, all strings or all booleans."""
    first: list[str] = []

    def key(value: object) -> object:
        found = kind(value)
        if found not in {"number", "string", "boolean"}:
            raise Fault("type", f"`{name}` orders numbers or strings, got {{}}", value)
        if not first:
            first.append(found)
        elif first[0] != found:
            raise Fault("type", f"`{name}` cannot order a {first[0]} and {{}}", value)
        return value if case_sensitive or found != "string" else cast("str", value).lower()

    return key


def identity(scope: Scope, value: object, *, case_sensitive: object = True) -> object:
    """Something hashable that is the same for equal data: the value, or its canonical JSON."""
    from holdfast.plan.expressions.text import as_json

    found = kind(value)
    if found in {"list", "map"}:
        return found, as_json(scope, value, sort_keys=True)
    if found == "string" and not case_sensitive:
        return found, cast("str", value).lower()
    return found, value
