"""One evaluation: the names it may read and what is left of its allowances."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from holdfast.plan.expressions import limits
from holdfast.plan.expressions.errors import Fault
from holdfast.plan.expressions.values import kind

if TYPE_CHECKING:
    from holdfast.plan.program import Names


class Scope:
    """The names, and the work that is left. One evaluation, or one rendering of a whole template, has one."""

    __slots__ = ("names", "room", "work")

    def __init__(self, names: Names) -> None:
        self.names = names
        self.work = limits.WORK
        self.room = Room()

    def spend(self, items: int) -> None:
        """Account for visiting so many items."""
        self.work -= items
        if self.work < 0:
            raise Fault("limit", f"it looks at more than {limits.WORK} items in all: do this in a tool")

    def read(self, text: str) -> str:
        """Account for going through a text once."""
        self.spend(len(text) >> 5)
        return text


class Room:
    """The size of output that is left."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = limits.OUTPUT

    def take(self, size: int) -> None:
        """Account for output of this size."""
        self.left -= size
        if self.left < 0:
            raise Fault("limit", f"the result is larger than {limits.OUTPUT} characters: keep it in a file or a store")


def plain(value: object, room: Room, depth: int = 0) -> object:
    """The same value as new plain data that shares nothing that can change with it.

    Args:
        value: data, lazy read-only maps included.
        room: what is left of the output's size.
        depth: how deep inside the result this is.

    Raises:
        Fault: it is too large, too deep, or not data.
    """
    name = kind(value)
    if name == "string":
        text = cast("str", value)
        room.take(len(text))
        return text if type(text) is str else str.__str__(text)
    if name in {"null", "boolean"}:
        return value
    if name == "number":
        room.take(8)
        return checked(cast("int | float", value))
    if depth >= limits.DATA_DEPTH:
        raise Fault("limit", f"the result is nested deeper than {limits.DATA_DEPTH}")
    return _plain_container(name, value, room, depth + 1)


def _plain_container(name: str, value: object, room: Room, depth: int) -> object:
    if name == "list":
        items = cast("Sequence[object]", value)
        room.take(8 + len(items))
        return [plain(item, room, depth) for item in items]
    if name == "map":
        return _plain_map(cast("Mapping[object, object]", value), room, depth)
    raise Fault("type", "{} cannot be a result", value)


def _plain_map(value: Mapping[object, object], room: Room, depth: int) -> dict[str, object]:
    room.take(8 + len(value))
    result: dict[str, object] = {}
    for key in value:
        if kind(key) != "string":
            raise Fault("type", "the names in a map must be strings, not {}", key)
        room.take(len(str(key)))
        result[str(key)] = plain(value[key], room, depth)
    return result


def checked(value: float) -> int | float:
    """The number itself, if it is within the limits.

    Raises:
        Fault: an integer of more than 128 bits, an infinity, not a number.
    """
    if isinstance(value, int):
        if -limits.INTEGER <= value < limits.INTEGER:
            return int(value)
        raise Fault("limit", "an integer has at most 128 bits")
    if math.isfinite(value):
        return float(value)
    raise Fault("value", "the result is not a finite number")
