"""A few values that fit a JSON Schema: an ordinary one first, then those at the edges."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, Final

from holdfast.simulate.texts import texts

MOST: Final = 3
"""Values of one schema."""

_DEEPEST: Final = 6

Schema = Mapping[str, Any]


def examples(schema: Schema) -> list[object]:
    """At most `MOST` different values that fit a schema; what the schema does not say is a short text."""
    from jsonschema import Draft202012Validator

    validator: Any = Draft202012Validator(schema)
    found: list[object] = []
    for value in _values(schema, schema, 0):
        known = any(value is one or (type(value) is type(one) and value == one) for one in found)
        if not known and validator.is_valid(value):
            found.append(value)
    return found[:MOST] or [None]


def _values(schema: Schema, root: Schema, depth: int) -> list[object]:
    if depth > _DEEPEST:
        return [None]
    if "$ref" in schema:
        return _values(_referred(schema["$ref"], root), root, depth + 1)
    for key in ("examples", "enum"):
        if schema.get(key):
            return list(schema[key])
    if "const" in schema:
        return [schema["const"]]
    if "default" in schema:
        return [schema["default"]]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return [_values(one, root, depth + 1)[0] for one in schema[key]]
    if "allOf" in schema:
        return _values({name: held for one in schema["allOf"] for name, held in one.items()}, root, depth + 1)
    return _of_type(schema, root, depth)


def _of_type(schema: Schema, root: Schema, depth: int) -> list[object]:
    kind = schema.get("type", "object" if "properties" in schema else "array" if "items" in schema else "string")
    if isinstance(kind, list):
        return [_of_type({**schema, "type": one}, root, depth)[0] for one in kind]
    match kind:
        case "object":
            return _objects(schema, root, depth)
        case "array":
            return _lists(schema, root, depth)
        case "integer" | "number":
            return _numbers(schema)
        case "boolean":
            return [True, False]
        case "null":
            return [None]
        case _:
            return list(texts(schema))


def _lists(schema: Schema, root: Schema, depth: int) -> list[object]:
    first = [_values(one, root, depth + 1)[0] for one in schema.get("prefixItems", ())]
    items = _values(schema.get("items") or {}, root, depth + 1)
    fewest, most = max(0, int(schema.get("minItems", 0)) - len(first)), schema.get("maxItems")
    if first and most is not None:
        return [[*first, *_filled(items, fewest)]]
    return [[*first, *_filled(items, count)] for count in (max(2, fewest), max(1, fewest), fewest)]


def _filled(items: list[object], count: int) -> list[object]:
    return [items[number % len(items)] for number in range(count)]


def _objects(schema: Schema, root: Schema, depth: int) -> list[object]:
    properties = schema.get("properties", {})
    if not properties:
        return [{}]
    columns = {name: _values(one, root, depth + 1) for name, one in properties.items()}
    rows = zip_longest(*(column[:MOST] for column in columns.values()))
    made = [
        {name: column[0] if held is None else held for (name, column), held in zip(columns.items(), row, strict=True)}
        for row in rows
    ]
    required = set(schema.get("required", ()))
    least = {name: column[0] for name, column in columns.items() if name in required}
    return [*made, least]


def _numbers(schema: Schema) -> list[object]:
    step = schema.get("multipleOf")
    if step:
        least = -(-schema.get("minimum", schema.get("exclusiveMinimum", 0)) // step)
        return [step * (least + more) for more in (1, 0, 2)]
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is not None and high is not None:
        middle = (low + high) / 2
        return [int(middle) if schema.get("type") == "integer" else middle, low, high]
    if low is not None:
        return [low + 1, low, low + 1_000_000]
    if high is not None:
        return [high - 1, high]
    return [1, 0, 1_000_000]


def _referred(ref: str, root: Schema) -> Schema:
    found: Any = root
    for part in ref.removeprefix("#/").split("/"):
        found = found.get(part, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}
