"""JSON Schemas inside plans: whether they are any, and whether a value fits. The library is loaded only if needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from holdfast.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    return _reference_fault(schema)


def _reference_fault(schema: Mapping[str, object]) -> SchemaFault | None:
    """A `$ref` that leads nowhere, or in a circle: to be found now, not when a value is held against it."""
    references = list(_references(schema, ()))
    if not references:
        return None
    from jsonschema import Draft202012Validator
    from referencing import Registry
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    found = Registry().with_resource("", DRAFT202012.create_resource(cast("Any", schema))).resolver()
    for path, reference in references:
        try:
            found.lookup(reference)
        except (Unresolvable, ValueError):
            return SchemaFault(
                f"`{reference}` leads nowhere: it must be in the same schema, as in `#/$defs/name`", path
            )
    try:
        empty: tuple[object, ...] = (None, {}, [], "")
        for value in empty:
            list(Draft202012Validator(schema).iter_errors(value))
    except RecursionError:
        return SchemaFault(f"`{references[0][1]}` leads back to itself, so nothing would ever fit", references[0][0])
    return None


def _references(node: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(node, dict):
        for key, inner in node.items():
            if key in {"$ref", "$dynamicRef"} and isinstance(inner, str):
                yield (*path, key), inner
            elif key not in _VALUES:
                yield from _references(inner, (*path, key))
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from _references(inner, (*path, number))


_VALUES: Final = frozenset({"const", "enum", "default", "examples"})
"""Keywords that hold values, in which `$ref` means nothing."""


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
