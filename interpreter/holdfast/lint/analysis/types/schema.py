"""Types of JSON Schemas and of constants. What a schema says in a way that is not understood here widens the type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from holdfast.lint.analysis.types.relate import describe
from holdfast.lint.analysis.types.shape import UNKNOWN, Shape, Type, array, record, union

Schema = Mapping[str, object]

_REFERENCES: Final = 8
"""How often a schema may only point to another one."""

_VAGUE: Final = frozenset(
    {"allOf", "anyOf", "oneOf", "if", "patternProperties", "unevaluatedProperties", "$dynamicRef"}
)
"""Keywords beside `properties` that may bring in other ones."""


def kind_of(value: object) -> str:
    """The JSON type of a constant."""
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (Mapping, "object")):
        if isinstance(value, kind):
            return name
    return "array" if isinstance(value, list | tuple) else "null" if value is None else ""


def of_value(value: object) -> Type:
    """The type of one constant."""
    kind = kind_of(value)
    if kind == "object" and isinstance(value, Mapping):
        return record({str(name): of_value(part) for name, part in value.items()})
    if kind == "array" and isinstance(value, Sequence):
        return array(union(of_value(item) for item in value))
    if kind in {"", "null"}:
        return Type((Shape("null"),)) if kind else UNKNOWN
    return Type((Shape(kind, values=frozenset({value})),))


@dataclass
class _Whole:
    """A schema that others are parts of.

    Args:
        root: itself.
        said: who says so.
        known: the types of its parts, by their `id`: several parts may point to the same one.
    """

    root: object
    said: str
    known: dict[int, Type] = field(default_factory=dict[int, Type])


def of_schema(schema: object, said: str = "") -> Type:
    """The type of the values that fit a schema. `said`: who says so."""
    return _below(schema, _Whole(schema, said))


def _below(schema: object, whole: _Whole) -> Type:
    if not isinstance(schema, Mapping) or not schema:
        return UNKNOWN
    return whole.known.setdefault(id(schema), Type(partial(_shapes, schema, whole)))


def _shapes(schema: Schema, whole: _Whole) -> tuple[Shape, ...]:
    here = _target(schema, whole.root)
    if here is None:
        return ()
    found = _constants(here)
    if found is None:
        found = _alternatives(here, whole)
    if found is None:
        found = _declared(here, whole)
    shapes = found.shapes
    nulls = (*shapes, Shape("null")) if shapes and here.get("nullable") is True else shapes
    return _told(nulls, whole.said) if whole.said else nulls


def _told(shapes: tuple[Shape, ...], said: str) -> tuple[Shape, ...]:
    """Null beside something else comes: whoever described the value thought of it."""
    if len(shapes) < 2 or not any(shape.kind == "null" for shape in shapes):  # noqa: PLR2004 - null and something
        return shapes
    why = f"{said} {describe(Type(shapes))} there"
    return tuple(replace(shape, said=said, why=why) if shape.kind == "null" else shape for shape in shapes)


def _target(schema: Schema, root: object) -> Schema | None:
    """What a schema points to within the whole; None if that cannot be told."""
    here: object = schema
    for _ in range(_REFERENCES):
        if not isinstance(here, Mapping):
            return None
        name = here.get("$ref")
        if name is None:
            return here
        here = _found(str(name), root)
    return None


def _found(name: str, root: object) -> object:
    if name == "#":
        return root
    here = root
    for part in name.removeprefix("#/").split("/") if name.startswith("#/") else ["#"]:
        here = here.get(part) if isinstance(here, Mapping) else None
    return here


def _constants(schema: Schema) -> Type | None:
    if "const" in schema:
        return of_value(schema["const"])
    values = schema.get("enum")
    return union(of_value(value) for value in values) if isinstance(values, list | tuple) and values else None


def _alternatives(schema: Schema, whole: _Whole) -> Type | None:
    if "type" in schema:
        return None
    for key in ("anyOf", "oneOf"):
        parts = schema.get(key)
        if isinstance(parts, list | tuple) and parts:
            return union(_below(part, whole) for part in parts)
    parts = schema.get("allOf")
    return _below(parts[0], whole) if isinstance(parts, list | tuple) and len(parts) == 1 else None


def _declared(schema: Schema, whole: _Whole) -> Type:
    declared = schema.get("type")
    kinds = [declared] if isinstance(declared, str) else declared if isinstance(declared, list | tuple) else []
    return Type(shape for kind in kinds for shape in _of_kind(str(kind), schema, whole))


def _of_kind(kind: str, schema: Schema, whole: _Whole) -> Iterator[Shape]:
    if kind == "object":
        yield _object(schema, whole)
    elif kind == "array":
        plainly = "prefixItems" not in schema and not isinstance(schema.get("items"), list)
        yield Shape("array", items=_below(schema.get("items"), whole) if plainly else UNKNOWN, said=whole.said)
    else:
        yield Shape(kind, said=whole.said)


def _object(schema: Schema, whole: _Whole) -> Shape:
    properties, required = schema.get("properties"), schema.get("required")
    named = properties if isinstance(properties, Mapping) else {}
    other = schema.get("additionalProperties", not named)
    always = required if isinstance(required, list | tuple) else ()
    return Shape(
        "object",
        fields={str(name): _below(part, whole) for name, part in named.items()},
        needed=frozenset(map(str, always)),
        picky=bool(always),
        rest=None if other is False and not _VAGUE & schema.keys() else _below(other, whole),
        said=whole.said,
    )
