"""How two types stand to each other, and what they are called."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Final

from holdfast.lint.analysis.types.shape import UNKNOWN, union

if TYPE_CHECKING:
    from holdfast.lint.analysis.types.shape import Shape, Type

NUMBERS: Final = frozenset({"integer", "number"})
_COMPARABLE: Final = {"integer": "number", "boolean": "number"}
"""Kinds whose values may be equal to those of another kind: `true == 1` holds."""


def disjoint(left: Type, right: Type) -> bool:
    """Whether no value of one can be equal to a value of the other; null is left out of it."""
    mine, theirs = left.but("null").shapes, right.but("null").shapes
    if not mine or not theirs or not left.shapes or not right.shapes:
        return False
    return not any(_may_equal(a, b) for a in mine for b in theirs)


def _may_equal(a: Shape, b: Shape) -> bool:
    if _COMPARABLE.get(a.kind, a.kind) != _COMPARABLE.get(b.kind, b.kind):
        return False
    return a.values is None or b.values is None or bool(a.values & b.values)


def misfit(given: Type, wanted: Type, path: str = "", depth: int = 6) -> str:
    """Why no value of one type fits the other, as the end of a sentence; empty if one may.

    Args:
        given: what comes; null is left out where it may be something else.
        wanted: what is taken.
        path: the way to here, for the sentence.
        depth: how much further it is looked.
    """
    if not given.shapes or not wanted.shapes or depth == 0:
        return ""
    sensible = given.but("null").shapes or given.shapes
    said = [_why(shape, wanted, path, depth) for shape in sensible]
    return said[0] if all(said) else ""


def doubt(given: Type, wanted: Type, path: str = "", depth: int = 4) -> tuple[str, Shape] | None:
    """A value that does come and does not fit, with the way to it; None if there is none."""
    if not wanted.shapes or depth == 0:
        return None
    for shape in given.doubts:
        if not any(_takes(other.kind, shape) for other in wanted.shapes):
            return path, shape
    for shape in given.of_kind("array"):
        items = union(other.items for other in wanted.of_kind("array"))
        if found := doubt(shape.items, items, f"{path}[]", depth - 1):
            return found
    for shape in given.of_kind("object"):
        if found := _doubt_below(shape, wanted, path, depth):
            return found
    return None


def _doubt_below(shape: Shape, wanted: Type, path: str, depth: int) -> tuple[str, Shape] | None:
    fields, others = shape.fields or {}, wanted.of_kind("object")
    for name in sorted(shape.needed & fields.keys()) if others else ():
        takes = union((other.fields or {}).get(name, other.rest or UNKNOWN) for other in others)
        if found := doubt(fields[name], takes, f"{path}.{name}".lstrip("."), depth - 1):
            return found
    return None


def _why(shape: Shape, wanted: Type, path: str, depth: int) -> str:
    fitting = [other for other in wanted.shapes if _takes(other.kind, shape)]
    where = f" at `{path}`" if path else ""
    if not fitting:
        return f"is {kinds_of_shape(shape)}{where}, where {describe(wanted)} is wanted"
    said = [_inside(shape, other, path, depth) for other in fitting]
    return said[0] if all(said) else ""


def _takes(kind: str, shape: Shape) -> bool:
    if kind == "number":
        return shape.kind in NUMBERS
    if kind == "integer" and shape.kind == "number":
        return shape.values is None or any(float(str(value)).is_integer() for value in shape.values)
    return kind == shape.kind


def _inside(shape: Shape, other: Shape, path: str, depth: int) -> str:
    where = f" at `{path}`" if path else ""
    if shape.values is not None and other.values is not None and not shape.values & other.values:
        return f"is {listed(shape)}{where}, where {listed(other)} is wanted"
    if shape.kind == "array":
        return misfit(shape.items, other.items, f"{path}[]", depth - 1)
    return _fields(shape, other, path, depth) if shape.kind == "object" else ""


def _fields(shape: Shape, other: Shape, path: str, depth: int) -> str:
    given, wanted = shape.fields or {}, other.fields or {}
    where = f" at `{path}`" if path else ""
    for name in sorted(other.needed - given.keys()) if shape.rest is None else ():
        return f"has no `{name}`{where}, which is needed"
    for name in sorted(shape.needed & given.keys()):
        said = misfit(given[name], wanted.get(name, other.rest or given[name]), f"{path}.{name}".lstrip("."), depth - 1)
        if said:
            return said
    return ""


_CALLED: Final = {"string": "text", "integer": "an integer", "number": "a number", "boolean": "a boolean",
                  "array": "a list", "object": "a map", "null": "null"}  # fmt: skip


def kinds_of_shape(shape: Shape) -> str:
    """A shape's kind in words."""
    return _CALLED.get(shape.kind, shape.kind)


def describe(one: Type) -> str:
    """A type in words: `text or null`."""
    return " or ".join(dict.fromkeys(kinds_of_shape(shape) for shape in one.shapes)) or "any value"


def listed(shape: Shape, only: frozenset[Hashable] | None = None) -> str:
    """The values a shape may have, or only these of them: "`yes` or `no`"."""
    words = sorted(_word(value) for value in (shape.values if only is None else only) or ())
    shown = [f"`{word}`" for word in words[:8]] + (["..."] if len(words) > 8 else [])  # noqa: PLR2004 - what one reads
    return " or ".join(shown)


def _word(value: object) -> str:
    return {"True": "true", "False": "false"}.get(str(value), str(value)) if isinstance(value, bool) else str(value)
