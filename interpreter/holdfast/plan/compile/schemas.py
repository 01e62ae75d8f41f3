"""JSON Schemas inside plans: whether they are any, and whether a value fits. The library is loaded only if needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from holdfast.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.plan.source import Path

TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_PLAIN: Final = frozenset({"type", "title", "description", "examples", "format", "$comment", "deprecated"})
"""Keywords that this module understands by itself; `format` is a remark, as in JSON Schema."""


class SchemaFault(NamedTuple):
    """What is wrong, and where below the schema or the value."""

    message: str
    path: Path = ()


def schema_fault(schema: Mapping[str, object]) -> SchemaFault | None:
    """What is wrong with a schema, if anything."""
    fault = _type_fault(schema.get("type", "string"))
    if fault is not None or schema.keys() <= _PLAIN:
        return fault
    from jsonschema import Draft202012Validator, SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        path = cast("Path", tuple(error.absolute_path))
        return SchemaFault(f"this is not a JSON Schema: {error.message[:200]}", path)
    return None


def _type_fault(given: object) -> SchemaFault | None:
    names = given if isinstance(given, list) else [given]
    for name in names:
        if not isinstance(name, str) or name not in TYPES:
            hint = did_you_mean(str(name), TYPES) or f": it may be {', '.join(TYPES)}"
            return SchemaFault(f"`{name}` is no type of JSON{hint}", ("type",))
    return None if names else SchemaFault("`type` names no type", ("type",))


def value_fault(value: Any, schema: Mapping[str, object]) -> SchemaFault | None:
    """Why a value does not fit a schema that is one, if it does not."""
    if schema.keys() <= _PLAIN:
        return _plain_fault(value, schema.get("type"))
    from jsonschema import Draft202012Validator

    error = next(iter(Draft202012Validator(schema).iter_errors(value)), None)
    return None if error is None else SchemaFault(error.message[:200], cast("Path", tuple(error.absolute_path)))


def _plain_fault(value: object, given: object) -> SchemaFault | None:
    if given is None:
        return None
    names = cast("list[str]", given if isinstance(given, list) else [given])
    if any(_is_a(value, name) for name in names):
        return None
    return SchemaFault(f"`{str(value)[:60]}` is not of type {' or '.join(names)}")


def _is_a(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, TYPES[name])
