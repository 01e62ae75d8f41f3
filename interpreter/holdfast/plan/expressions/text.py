"""Values as text: what a mixed string, `~`, `join` and `tojson` show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from holdfast.plan.expressions import limits
from holdfast.plan.expressions.errors import Fault
from holdfast.plan.expressions.scope import Room, checked, plain
from holdfast.plan.expressions.values import kind

if TYPE_CHECKING:
    from holdfast.plan.expressions.scope import Scope


def shown(scope: Scope, value: object) -> str:
    """A value inside a text: null is empty, booleans `true` and `false`, lists and maps JSON."""
    name = kind(value)
    if name == "string":
        return cast("str", value)
    if name == "null":
        return ""
    if name == "boolean":
        return "true" if value else "false"
    if name == "number":
        return str(checked(cast("int | float", value)))
    return as_json(scope, value)


def as_json(scope: Scope, value: object, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """A value as JSON text; its size is bounded before the text is made."""
    room = Room()
    try:
        data = plain(value, room)
    except RecursionError:
        raise Fault("limit", "the data is nested too deeply") from None
    scope.spend((limits.OUTPUT - room.left) >> 2)
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=indent, sort_keys=sort_keys)
    Room().take(len(text))
    return text
