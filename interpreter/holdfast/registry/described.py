"""JSON Schemas of types, made without running anything of these types.

pydantic shows a default as its type's serializer would write it, and so runs that. A schema is made to look at a tool,
by `lint` or a page, and looking must not do anything: a default is shown where it is plain data, and left out else.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic.json_schema import GenerateJsonSchema, NoDefault

if TYPE_CHECKING:
    from collections.abc import Collection

_STANDARD: Final = frozenset({"builtins", "datetime", "decimal", "uuid", "pathlib"})
"""Modules whose types are written without anybody else's code."""


class Described(GenerateJsonSchema):
    """Makes the schema of arguments with plain defaults, and that of results without any: a result is always whole."""

    def get_default_value(self, schema: Any) -> Any:
        """The default, if it is plain."""
        found = super().get_default_value(schema)
        return found if self.mode == "validation" and is_plain(found) else NoDefault

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: FBT001 - pydantic's
        """Whether it has to be there: in a result a field with a default always is."""
        if self.mode == "validation" or field["type"] == "typed-dict-field":
            return super().field_is_required(field, total)
        return field.get("serialization_exclude_if") is None


def is_plain(value: object) -> bool:
    """Whether a value, and all that is in it, is of a type of Python's own, or an enum's."""
    if isinstance(value, dict):
        pairs = cast("dict[object, object]", value)
        return type(pairs) is dict and all(map(is_plain, pairs)) and all(map(is_plain, pairs.values()))
    if isinstance(value, list | tuple | set | frozenset):
        items = cast("Collection[object]", value)
        return type(items).__module__ == "builtins" and all(map(is_plain, items))
    return isinstance(value, Enum) or type(value).__module__ in _STANDARD
