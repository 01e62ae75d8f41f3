"""What the keywords of a plan's JSON Schema ask of a value, and what the model makes of it.

Rules of the file:
- Strict where the model is: no value is turned into another type but those below.
- A duration becomes seconds, a truth value where a condition stands becomes text, a whole number where any number may
  stand becomes a float: as the model does it.
- What is not certain is a `Misfit`: an unknown keyword, a float for an integer. The model has the last word.
- Only what a document uses is made ready: the schema describes far more than one plan holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, cast

from holdfast.plan.durations import DURATION_PATTERN, POSITIVE_PATTERN, parse_duration
from holdfast.plan.form.node import Node, attribute

Take = Callable[[object], object]
"""Gives what the model makes of a value. Raises Misfit."""

Schema = Mapping[str, Any]

_REMARKS: Final = frozenset({"description", "examples", "default", "title", "$schema", "$id", "$defs"})
_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "string": frozenset({"enum", "maxLength", "minLength", "pattern"}),
    "integer": frozenset({"const", "exclusiveMinimum", "maximum", "minimum"}),
    "number": frozenset({"const", "exclusiveMinimum", "maximum", "minimum"}),
    "boolean": frozenset(),
    "array": frozenset({"items", "minItems"}),
    "object": frozenset({
        "additionalProperties", "allOf", "anyOf", "dependentRequired", "minProperties", "not", "oneOf",
        "patternProperties", "properties", "propertyNames", "required",
    }),
}  # fmt: skip
"""By type: the keywords that are understood beside it."""

_MAP: Final = frozenset({"required", "properties", "not", "if", "then", "else"})
_REFERENCE: Final = "#/$defs/"
_CONDITION: Final = ["string", "boolean"]
_MOST: Final = 2**53
"""Beyond it a whole number is not one float."""


class Misfit(Exception):
    """The value does not fit, or nobody here can tell."""


class Shapes:
    """The takers of one schema.

    Args:
        document: the schema, with its `$defs`.
    """

    def __init__(self, document: Schema) -> None:
        self._definitions: Schema = document["$defs"]
        self._made: dict[str, Take] = {}
        self.root = self.of(document)

    def of(self, schema: Schema) -> Take:
        """What takes values of a schema. Raises Misfit: it holds keywords that are not known here."""
        keywords = schema.keys() - _REMARKS
        if keywords == {"$ref"}:
            return partial(self._referred, schema["$ref"].removeprefix(_REFERENCE))
        if not keywords:
            return _anything
        if keywords == {"allOf"} and len(schema["allOf"]) == 1:
            return self.of(schema["allOf"][0])
        if keywords == {"oneOf"}:
            return partial(_one_of, [self.of(choice) for choice in schema["oneOf"]])
        kind = "string" if (either := schema.get("type") == _CONDITION) else schema.get("type")
        if not isinstance(kind, str) or kind not in _KINDS or not keywords - {"type"} <= _KNOWN[kind]:
            raise Misfit(schema)
        take = _KINDS[kind](self, schema)
        return partial(_condition, take) if either else take

    def _referred(self, name: str, value: object) -> object:
        take = self._made.get(name)
        if take is None:
            take = self._made[name] = self.of(self._definitions[name])
        return take(value)


def _anything(value: object) -> object:
    return value


def _one_of(choices: Sequence[Take], value: object) -> object:
    taken = []
    for take in choices:
        try:
            taken.append(take(value))
        except Misfit:
            continue
    if len(taken) != 1:
        raise Misfit(value)
    return taken[0]


def _condition(text: Take, value: object) -> object:
    return text(("true" if value else "false") if isinstance(value, bool) else value)


# --- plain values -----------------------------------------------------------------------------------------------------


def _text(schema: Schema) -> Take:
    pattern = schema.get("pattern")
    if pattern in {DURATION_PATTERN, POSITIVE_PATTERN}:
        return partial(_duration, pattern == POSITIVE_PATTERN)
    form = None if pattern is None else re.compile(pattern)
    least, most, words = schema.get("minLength", 0), schema.get("maxLength", math.inf), schema.get("enum")

    def take(value: object) -> object:
        if type(value) is not str or not least <= len(value) <= most or not (value.isascii() or _is_text(value)):
            raise Misfit(value)
        if (words is not None and value not in words) or (form is not None and not form.fullmatch(value)):
            raise Misfit(value)
        return value

    return take


def _is_text(value: str) -> bool:
    """Whether it can be written down at all: half a surrogate pair cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _duration(positive: bool, value: object) -> object:  # noqa: FBT001 - bound in advance, by position
    if type(value) is not str:
        raise Misfit(value)
    try:
        seconds = parse_duration(value)
    except ValueError:
        raise Misfit(value) from None
    if positive and seconds == 0:
        raise Misfit(value)
    return seconds


def _number(schema: Schema, *, whole: bool) -> Take:
    least, most = schema.get("minimum", -_MOST), schema.get("maximum", _MOST)
    above, constant = schema.get("exclusiveMinimum", -math.inf), schema.get("const")

    def take(value: object) -> object:
        if type(value) is not int and (whole or type(value) is not float):
            raise Misfit(value)
        if not least <= value <= most or value <= above or (constant is not None and value != constant):
            raise Misfit(value)
        return value if whole else float(value)

    return take


def _truth(value: object) -> object:
    if type(value) is not bool:
        raise Misfit(value)
    return value


# --- lists and maps ---------------------------------------------------------------------------------------------------


def _list(shapes: Shapes, schema: Schema) -> Take:
    least, item = schema.get("minItems", 0), shapes.of(schema.get("items", {}))

    def take(value: object) -> object:
        if type(value) is not list or len(value) < least:
            raise Misfit(value)
        return [item(one) for one in value]

    return take


def _map(shapes: Shapes, schema: Schema) -> Take:
    return _node(shapes, schema) if "properties" in schema else _table(shapes, schema)


def _table(shapes: Shapes, schema: Schema) -> Take:
    """A map whose keys are the author's: all by one pattern, or free."""
    patterns = schema.get("patternProperties")
    others = schema.get("additionalProperties", True)
    form, content = next(iter(patterns.items())) if patterns else ("^.*$", {} if others is True else others)
    if (patterns and (len(patterns) > 1 or others is not False)) or schema.keys() & {
        "oneOf",
        "anyOf",
        "allOf",
        "propertyNames",
        "not",
        "required",
    }:
        raise Misfit(schema)
    name, item = _text({"pattern": form}) if patterns else _text({}), shapes.of(content)
    least = schema.get("minProperties", 0)

    def take(value: object) -> object:
        if type(value) is not dict or len(value) < least:
            raise Misfit(value)
        return {name(key): item(one) for key, one in value.items()}

    return take


def _node(shapes: Shapes, schema: Schema) -> Take:
    """A map whose keys are the language's, as the attributes of a node."""
    properties: Schema = schema["properties"]
    others, required, fits = schema.get("additionalProperties", True), schema.get("required", ()), _fitting(schema)
    takers: dict[str, Take] = {}
    defaults = {attribute(key): _default(shapes, declared) for key, declared in properties.items()}
    free = None if isinstance(others, bool) else _free(shapes, schema)

    def taken(key: str, value: object) -> object:
        take = takers.get(key)
        if take is None:
            take = takers[key] = shapes.of(properties[key])
        return take(value)

    def take(value: object) -> object:
        if type(value) is not dict or any(key not in value for key in required) or not fits(value):
            raise Misfit(value)
        if not others and not value.keys() <= properties.keys():
            raise Misfit(value)
        node = Node(defaults, {attribute(key): taken(key, one) for key, one in value.items() if key in properties})
        if free is not None:
            node.model_extra = free({key: one for key, one in value.items() if key not in properties})
        return node

    return take


def _free(shapes: Shapes, schema: Schema) -> Take:
    """What takes the keys of a node that are the author's: pydantic calls them extra."""
    names, content = _text(schema["propertyNames"]), shapes.of(schema["additionalProperties"])

    def take(value: object) -> object:
        return {names(key): content(one) for key, one in cast("dict[str, object]", value).items()}

    return take


def _default(shapes: Shapes, schema: Schema) -> object:
    if "default" not in schema:
        return None
    default = shapes.of(schema)(schema["default"])
    if isinstance(default, list | dict):  # one for all nodes: it must not be one that can be changed
        raise Misfit(schema)
    return default


# --- which keys go together -------------------------------------------------------------------------------------------


def _fitting(schema: Schema) -> Callable[[dict[str, object]], bool]:
    """Whether the keys of a map may stand together."""
    rules = [_holds(rule) for rule in schema.get("allOf", ())]
    rules += [_holds({"not": schema["not"]})] if "not" in schema else []
    rules += [_any(schema["anyOf"])] if "anyOf" in schema else []
    alone = [choice["required"] for choice in schema.get("oneOf", ())]  # each of them one key
    if any(len(keys) != 1 for keys in alone) or any(
        choice.keys() != {"required"} for choice in schema.get("oneOf", ())
    ):
        raise Misfit(schema)
    choices = {key for [key] in alone}
    needs: Mapping[str, Sequence[str]] = schema.get("dependentRequired", {})

    def fits(value: dict[str, object]) -> bool:
        if choices and len(choices & value.keys()) != 1:
            return False
        together = all(other in value for key in value if key in needs for other in needs[key])
        return together and all(rule(value) for rule in rules)

    return fits


def _any(choices: Sequence[Schema]) -> Callable[[dict[str, object]], bool]:
    rules = [_holds(choice) for choice in choices]
    return lambda value: any(rule(value) for rule in rules)


def _holds(schema: Schema) -> Callable[[dict[str, object]], bool]:
    """A condition on a map: required keys, constant values, negation, if and then and else."""
    if not schema.keys() <= _MAP or any(one.keys() != {"const"} for one in schema.get("properties", {}).values()):
        raise Misfit(schema)
    required = schema.get("required", ())
    constants = {key: one["const"] for key, one in schema.get("properties", {}).items()}
    parts = {key: _holds(schema[key]) for key in ("not", "if", "then", "else") if key in schema}

    def holds(value: dict[str, object]) -> bool:
        if any(key not in value for key in required) or ("not" in parts and parts["not"](value)):
            return False
        if any(key in value and value[key] != wanted for key, wanted in constants.items()):
            return False
        branch = parts.get("then" if parts["if"](value) else "else") if "if" in parts else None
        return branch is None or branch(value)

    return holds


_KINDS: Final[dict[str, Callable[[Shapes, Schema], Take]]] = {
    "string": lambda _shapes, schema: _text(schema),
    "integer": lambda _shapes, schema: _number(schema, whole=True),
    "number": lambda _shapes, schema: _number(schema, whole=False),
    "boolean": lambda _shapes, _schema: _truth,
    "array": _list,
    "object": _map,
}
