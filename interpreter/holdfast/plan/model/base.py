"""What all models of the document share: strictness, and the kinds of values that occur in many places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from holdfast.plan.durations import DURATION_PATTERN, POSITIVE_PATTERN, parse_duration

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

T = TypeVar("T")


class Node(BaseModel):
    """A map in the document. Strict: no value is turned into another type, no key is unknown."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True, protected_namespaces=())


class Optional:
    """Marks a key that may be left out but not be null: a key without a value is a slip, not a choice."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of the type without its `None`."""
        schema = handler(source)
        inner: CoreSchema = schema["schema"] if schema["type"] == "nullable" else schema
        return inner


Maybe = Annotated[T | None, Optional()]
"""A key that may be left out."""


def _whole(value: object) -> object:
    """JSON Schema takes `3.0` for an integer, so this does too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Few = Annotated[int, Field(ge=1, le=10_000), BeforeValidator(_whole)]
"""A whole number from 1 to ten thousand: tries, branches."""

Many = Annotated[int, Field(ge=1, le=1_000_000), BeforeValidator(_whole)]
"""A whole number from 1 to a million: items, rounds."""

Amount = Annotated[int, Field(ge=1, le=10**12), BeforeValidator(_whole)]
"""A whole number from 1 on: calls, tokens."""


def _duration(value: object) -> float:
    if not isinstance(value, str):
        raise PydanticCustomError("duration", "{why}", {"why": _no_text(value)})
    try:
        return parse_duration(value)
    except ValueError as error:
        raise PydanticCustomError("duration", "{why}", {"why": str(error)}) from None


def _no_text(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (
            f"`{value:g}` has no unit: did you mean `{value:g}s`? Durations are written like `500ms`, `5s`, `2m`, `7d`"
        )
    return "a duration is text, like `500ms`, `5s`, `1h30m` or `7d`"


def _positive(value: object) -> float:
    seconds = _duration(value)
    if seconds == 0:
        raise PydanticCustomError("duration", "{why}", {"why": f"`{value}` is no time at all: it must be above zero"})
    return seconds


_DURATION_SCHEMA: Final = {"type": "string", "pattern": DURATION_PATTERN, "examples": ["500ms", "5s", "1h30m", "7d"]}
_POSITIVE_SCHEMA: Final = _DURATION_SCHEMA | {"pattern": POSITIVE_PATTERN}

Delay = Annotated[float, PlainValidator(_duration), WithJsonSchema(_DURATION_SCHEMA)]
"""Seconds, written as a duration; may be zero."""

Duration = Annotated[float, PlainValidator(_positive), WithJsonSchema(_POSITIVE_SCHEMA)]
"""Seconds, written as a duration above zero."""


def _condition(value: object) -> object:
    return ("true" if value else "false") if isinstance(value, bool) else value


Condition = Annotated[
    str,
    BeforeValidator(_condition),
    Field(min_length=1, max_length=4096),
    WithJsonSchema({"type": ["string", "boolean"], "minLength": 1, "maxLength": 4096}),
]
"""A bare expression, as in `when: amount > 500`. YAML reads `true` and `false` as such, so they are taken as well."""

Text = Annotated[str, Field(max_length=65_536)]
"""Text, perhaps with `{{ }}` in it."""

_ID: Final = r"^[a-z][a-z0-9_]{0,63}$"
_TOOL: Final = r"^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$"

Identifier = Annotated[str, Field(pattern=_ID, examples=["book"])]
"""The name of a step, an input, a fact, a branch."""

ToolName = Annotated[str, Field(pattern=_TOOL, max_length=200, examples=["flights.book"])]
"""The dotted name of a tool."""

ToolPattern = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.*-]+$", max_length=200, examples=["flights.*"])]
"""The dotted name of a tool, with `*` for any text."""

Queue = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.@+-]*$", max_length=200, examples=["requester", "finance"])]
"""Who decides: a queue, or `requester` for whoever the run belongs to."""

Arguments = Annotated[dict[str, Any], Field(examples=[{"city": "Oslo"}])]
"""Values and templates by name."""

JsonSchema = Annotated[dict[str, Any], Field(examples=[{"type": "string"}])]
"""A JSON Schema (2020-12)."""

Names = re.compile(_ID)
"""What an identifier looks like."""


def by_kind(message: str) -> Discriminator:
    """Chooses between alternatives tagged `<number>`, `<text>`, `<list>` and `<map>`; `message` if none fits."""
    return Discriminator(_kind, custom_error_type="kind", custom_error_message=message)


def _kind(value: object) -> str | None:
    if isinstance(value, bool):
        return None
    kinds = ((dict, "<map>"), (list, "<list>"), (str, "<text>"), (int | float, "<number>"), (Node, "<map>"))
    return next((tag for kind, tag in kinds if isinstance(value, kind)), None)
