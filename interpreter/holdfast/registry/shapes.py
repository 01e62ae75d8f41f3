"""Plain types, checked without pydantic: `str`, `list[int]`, `float | None`, `Literal["a", "b"]`.

The meaning is that of pydantic's strict mode for JSON: no text is read as a number, `true` is not 1; a whole number
serves as a float, and `2.0` as a whole number, as JSON Schema has it.
"""

from __future__ import annotations

import inspect
import json
import types
from collections.abc import Callable
from typing import Any, Final, Literal, Union, get_args, get_origin

from holdfast.values import pair

Schema = dict[str, Any]


class Misfit(ValueError):
    """A value does not fit its type. The text is the end of a sentence: `must be a whole number, not "x"`."""

    def __init__(self, sentence: str, path: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.path = sentence, path

    def within(self, part: str) -> Misfit:
        """The same, seen from the value that holds this one under `part`."""
        return Misfit(self.sentence, part + self.path)

    def __str__(self) -> str:
        return f"at `{self.path}` {self.sentence}" if self.path else self.sentence


@pair
class Shape:
    """A plain type. `fit` takes plain data and gives the value for the function, or raises `Misfit`."""

    schema: Schema
    fit: Callable[[Any], Any]


def shown(value: object) -> str:
    """A value for a message, at most 60 characters."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - what fits a line beside its sentence


def shape_of(annotation: Any) -> Shape | None:
    """The shape of a plain annotation; None for one that needs pydantic."""
    if annotation in (inspect.Parameter.empty, object, Any):
        return ANYTHING
    if isinstance(annotation, type) and annotation in _SIMPLE:
        return _SIMPLE[annotation]
    if annotation is None:
        return _SIMPLE[type(None)]
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is list and (item := shape_of(args[0])):
        return _list_of(item)
    if origin is dict and args[0] is str and (item := shape_of(args[1])):
        return _dict_of(item)
    if origin in (Union, types.UnionType):
        members = [shape_of(arg) for arg in args]
        return _one_of([member for member in members if member]) if all(members) else None
    if origin is Literal and all(type(arg) in (str, int, bool, type(None)) for arg in args):
        return _choice(args)
    return None


def _exactly(kinds: tuple[type, ...], words: str) -> Callable[[Any], Any]:
    def fit(value: Any) -> Any:
        if type(value) in kinds:
            return value
        raise Misfit(f"must be {words}, not {shown(value)}")

    return fit


def _fit_whole(value: Any) -> int:
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    raise Misfit(f"must be a whole number, not {shown(value)}")


def _fit_number(value: Any) -> float:
    if type(value) is float:
        return value
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise Misfit("must be a number that a float can hold") from None
    raise Misfit(f"must be a number, not {shown(value)}")


ANYTHING: Final = Shape({}, lambda value: value)

_SIMPLE: Final[dict[type, Shape]] = {
    str: Shape({"type": "string"}, _exactly((str,), "text")),
    int: Shape({"type": "integer"}, _fit_whole),
    float: Shape({"type": "number"}, _fit_number),
    bool: Shape({"type": "boolean"}, _exactly((bool,), "true or false")),
    type(None): Shape({"type": "null"}, _exactly((type(None),), "null")),
    list: Shape({"type": "array"}, _exactly((list,), "a list")),
    dict: Shape({"type": "object"}, _exactly((dict,), "a mapping")),
}


def _list_of(item: Shape) -> Shape:
    def fit(value: Any) -> Any:
        _SIMPLE[list].fit(value)
        fitted: list[Any] = []
        for one in value:
            try:
                fitted.append(item.fit(one))
            except Misfit as fault:
                raise fault.within(f"[{len(fitted)}]") from None
        return fitted

    return Shape({"type": "array", "items": item.schema}, fit)


def _dict_of(item: Shape) -> Shape:
    def fit(value: Any) -> Any:
        _SIMPLE[dict].fit(value)
        fitted: dict[str, Any] = {}
        for key, one in value.items():
            try:
                fitted[key] = item.fit(one)
            except Misfit as fault:
                raise fault.within(f".{key}") from None
        return fitted

    return Shape({"type": "object", "additionalProperties": item.schema}, fit)


def _one_of(members: list[Shape]) -> Shape:
    def fit(value: Any) -> Any:
        fitted: list[Any] = []
        faults: list[Misfit] = []
        for member in members:
            try:
                fitted.append(member.fit(value))
            except Misfit as fault:
                faults.append(fault)
        if not fitted:
            raise next((fault for fault in faults if fault.path), None) or _joined(faults)
        return next((one for one in fitted if type(one) is type(value)), fitted[0])

    return Shape({"anyOf": [member.schema for member in members]}, fit)


def _joined(faults: list[Misfit]) -> Misfit:
    wanted = [fault.sentence.removeprefix("must be ").rpartition(", not ") for fault in faults]
    return Misfit(f"must be {' or '.join(words for words, _, _ in wanted)}, not {wanted[0][2]}")


def _choice(options: tuple[Any, ...]) -> Shape:
    def fit(value: Any) -> Any:
        if any(type(value) is type(option) and value == option for option in options):
            return value
        raise Misfit(f"must be one of {', '.join(shown(option) for option in options)}, not {shown(value)}")

    return Shape({"enum": list(options)}, fit)
