"""JSON Schemas inside plans: whether they are any, and whether a value fits. The library is loaded only if needed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from holdfast.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

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
    from referencing import Registry
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    resolver = Registry().with_resource("", DRAFT202012.create_resource(cast("Any", schema))).resolver()

    def target(reference: str) -> Any:
        try:
            return resolver.lookup(reference).contents
        except (Unresolvable, ValueError):
            return None

    for path, reference in references:
        if target(reference) is None:
            message = f"`{reference}` leads nowhere: it must be in the same schema, as in `#/$defs/name`"
            return SchemaFault(message, path)
    counted: dict[int, float] = {}
    for path, reference in references:
        ways = _ways(target(reference), target, counted, frozenset())
        if ways == _ENDLESS:
            return SchemaFault(f"`{reference}` leads back to itself, so nothing would ever fit", path)
        if ways > _MOST_WAYS:
            message = f"`{reference}` leads to so many schemas that no value could be held against them"
            return SchemaFault(message, path)
    return None


_ENDLESS: Final = float("inf")
_MOST_WAYS: Final = 10_000
"""How many schemas a value may be held against at once, one that is met twice counted twice."""
_DEEPEST: Final = 50
"""How many schemas may each lead to the next one: each takes some of Python's stack."""


def _ways(schema: Any, target: Callable[[str], Any], counted: dict[int, float], above: frozenset[int]) -> float:
    """How many schemas a value is held against where it is held against this one; those that were counted are known."""
    here = id(schema)
    if not isinstance(schema, dict) or here in counted:
        return counted.get(here, 1)
    if here in above:
        return _ENDLESS
    if len(above) == _DEEPEST:
        return _MOST_WAYS + 1
    inner = [schema[key] for key in ("not", "if", "then", "else") if key in schema]
    inner += [one for key in ("allOf", "anyOf", "oneOf") for one in schema.get(key, ())]
    inner += schema.get("dependentSchemas", {}).values()
    inner += [target(schema[key]) for key in ("$ref", "$dynamicRef") if key in schema]
    counts = (_ways(one, target, counted, above | {here}) for one in inner)
    counted[here] = 1 + sum(counts)
    return counted[here]


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
    """Why a value does not fit a schema that is one, if it does not.

    Where one of its patterns repeats what repeats, Python can take for ever to find that a long text does not fit: such
    a value is not looked at before a run is given it.
    """
    if schema.keys() <= _PLAIN:
        return _plain_fault(value, schema.get("type"))
    if _is_long(value) and any(map(_may_not_end, _patterns(schema))):
        return None
    from jsonschema import Draft202012Validator

    error = next(iter(Draft202012Validator(schema).iter_errors(value)), None)
    return None if error is None else SchemaFault(error.message[:200], cast("Path", tuple(error.absolute_path)))


def _is_long(value: object) -> bool:
    """Whether there is a long text in a value."""
    if isinstance(value, dict):
        return any(_is_long(one) for entry in value.items() for one in entry)
    if isinstance(value, list):
        return any(map(_is_long, value))
    return isinstance(value, str) and len(value) > _LONG


def _patterns(schema: object) -> Iterator[str]:
    """All that may be a pattern in a schema."""
    if isinstance(schema, dict):
        for key, inner in schema.items():
            if key == "pattern" and isinstance(inner, str):
                yield inner
            elif key == "patternProperties" and isinstance(inner, dict):
                yield from inner
            yield from _patterns(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _patterns(inner)


def _may_not_end(pattern: str) -> bool:
    """Whether a group is repeated in which something is repeated, optional or one of several."""
    text, before = _SIGN.sub("x", pattern[:_LONGEST]), ""
    while text != before:
        before = text
        for group in _GROUP.finditer(text):
            if group["repeated"] and _REPEATS.search(group["inner"]):
                return True
        text = _GROUP.sub(lambda group: "*" if _REPEATS.search(group["inner"]) or group["repeated"] else "x", text)
    return len(pattern) > _LONGEST


_LONG: Final = 20
"""Characters of a text that may take long to compare."""
_LONGEST: Final = 1000
"""Characters of a pattern that is looked through."""
_SIGN: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
"""An escaped sign or a class of them, in a pattern."""
_GROUP: Final = re.compile(r"\((?:\?(?:P?<?\w+>|[:=!]|<[=!]))?(?P<inner>[^()]*)\)(?P<repeated>[*+{])?")
"""A group without groups in it."""
_REPEATS: Final = re.compile(r"[*+?{|]")


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
