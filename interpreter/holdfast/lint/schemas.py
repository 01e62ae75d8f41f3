"""What a tool's input schema says plainly: names, required ones, JSON types. The rest is not guessed at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Schema = Mapping[str, object]

ANY: frozenset[str] = frozenset()
"""No statement about types."""


def properties(schema: Schema) -> dict[str, Schema]:
    """The arguments of a tool with the schema of each, references resolved one level."""
    found = schema.get("properties")
    if not isinstance(found, Mapping):
        return {}
    return {str(name): _resolved(value, schema) for name, value in found.items()}


def required(schema: Schema) -> list[str]:
    """The arguments that must be given."""
    names = schema.get("required")
    return [str(name) for name in names] if isinstance(names, list | tuple) else []


def closed(schema: Schema) -> bool:
    """Whether other arguments than the named ones are refused."""
    return schema.get("additionalProperties") is False


def types(schema: Schema) -> frozenset[str]:
    """The JSON types a schema allows; ANY when it does not say so plainly."""
    declared = schema.get("type")
    if isinstance(declared, str):
        return frozenset({declared})
    if isinstance(declared, list | tuple):
        return frozenset(map(str, declared))
    parts = schema.get("anyOf") or schema.get("oneOf")
    return _union(parts) if isinstance(parts, list | tuple) and parts else ANY


def describe(schema: Schema | None) -> str:
    """The types a schema allows, in words."""
    return " or ".join(sorted(types(schema or {}))) or "any value"


def kind_of(value: object) -> str:
    """The JSON type of a value."""
    for kind, name in (
        (bool, "boolean"),
        (int, "integer"),
        (float, "number"),
        (str, "string"),
        (dict, "object"),
        (list, "array"),
    ):
        if isinstance(value, kind):
            return name
    return "null"


def _union(parts: Sequence[object]) -> frozenset[str]:
    each = [types(part) if isinstance(part, Mapping) else ANY for part in parts]
    return ANY if ANY in each else frozenset[str]().union(*each)


def _resolved(value: object, root: Schema) -> Schema:
    if not isinstance(value, Mapping):
        return {}
    name = str(value.get("$ref", "")).removeprefix("#/$defs/")
    defs = root.get("$defs")
    target = defs.get(name) if name and isinstance(defs, Mapping) else None
    return target if isinstance(target, Mapping) else value
