"""Fields and items: which type they have, or why they cannot be there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from holdfast.diagnostics import did_you_mean
from holdfast.lint.analysis.types.relate import describe, kinds_of_shape
from holdfast.lint.analysis.types.shape import STRING, UNKNOWN, Shape, Type, union
from holdfast.plan.expressions.filters import FILTERS
from holdfast.values import pair

Kind = Literal["field", "optional", "never", "order", "arithmetic", "filter", "null", "code", "status", "label"]
"""What can be wrong: a field that cannot be there; one that may be missing; a comparison that never holds, one that
fails; arithmetic, filters on what they do not take; what may come and fails; words that no error code, status or label
is."""

_LISTED: Final = 12


@pair
class Fault:
    """One thing that is wrong with an expression, for every value that it can meet.

    Args:
        kind: of mistake.
        message: a sentence.
        advice: what to do about it.
        offset: where in the expression, in characters.
        name: the field or word it is about.
        known: those there are in its place.
    """

    kind: Kind
    message: str
    advice: str = ""
    offset: int = 0
    name: str = ""
    known: tuple[str, ...] = ()


@pair
class Member:
    """A field or an item.

    Args:
        type: of its values.
        fault: why it is not there.
    """

    type: Type
    fault: Fault | None = None


_UNKNOWN: Final = Member(UNKNOWN)


def member(whole: Type, part: str | int, label: str, offset: int) -> Member:
    """What a type has under a name or at an index.

    Args:
        whole: the type.
        part: constant.
        label: what the author calls the whole.
        offset: where the reading stands.
    """
    shapes = whole.but("null").shapes or whole.shapes
    if not shapes:
        return Member(UNKNOWN, _doubted(whole, part, label, offset)) if whole.doubts else _UNKNOWN
    found = [(shape, _of(shape, part)) for shape in shapes]
    there = [one for _, one in found if one is not None]
    if not there:
        return Member(UNKNOWN, _missing(shapes, part, label, offset))
    fault = _doubted(whole, part, label, offset)
    if isinstance(part, str) and any(_uncertain(shape, part, one) for shape, one in found):
        fault = Fault("optional", f"{_owner(shapes, label)} `{part}` only sometimes", "", offset, part)
    return Member(union(there), fault)


def _doubted(whole: Type, part: str | int, label: str, offset: int) -> Fault | None:
    """Why there may be no such part: null comes, or another kind of value."""
    bad = next((shape for shape in whole.doubts if shape.kind != "object" and _of(shape, part) is None), None)
    if bad is None or (bad.about == "left" and _OUTPUT.fullmatch(label)):  # HF133 tells of these
        return None
    what, named = (label, "") if label == EACH_ITEM else (f"`{label}`", label if _NAME.fullmatch(label) else "")
    message = f"{what} may be {kinds_of_shape(bad)} ({bad.why}): it has no `{part}` then, and the run fails there"
    advice = "`| select` leaves null out" if label == EACH_ITEM else "read it with `| default(...)`"
    return Fault("null", message, advice, offset, named if bad.kind == "null" else "")


EACH_ITEM: Final = "each item"
"""What the items are called that a filter goes through."""

_NAME: Final = re.compile(r"\w+[.\[][\w.\[\]-]+|(?!this)\w+")
_OUTPUT: Final = re.compile(r"steps\.\w+\.output")


def _of(shape: Shape, part: str | int) -> Type | None:
    """The type of a shape's part; None if it cannot have it."""
    if shape.kind == "object" and isinstance(part, str):
        fields = shape.fields or {}
        return fields.get(part, shape.rest)
    if isinstance(part, int) and shape.kind == "array":
        return shape.items
    return STRING if isinstance(part, int) and shape.kind == "string" else None


def _uncertain(shape: Shape, part: str, found: Type | None) -> bool:
    """Whether it may be missing, as far as somebody told what is always there from what is not."""
    if found is None:
        return shape.kind == "object"
    return shape.picky and part in (shape.fields or {}) and part not in shape.needed


def _missing(shapes: Sequence[Shape], part: str | int, label: str, offset: int) -> Fault:
    objects = [shape for shape in shapes if shape.kind == "object"]
    if objects and isinstance(part, str):
        known = sorted({name for shape in objects for name in shape.fields or {}})
        owner = _owner(objects, label)
        if not known:
            return Fault("field", f"{owner} nothing called `{part}`", "it is empty", offset, part)
        close, listed = did_you_mean(part, known), ", ".join(known[:_LISTED])
        verb = "it returns" if owner.endswith("returns") else "there is"
        message = f"{owner} nothing called `{part}`{close}"
        return Fault("field", message, f"{verb} {listed}", offset, part, tuple(known))
    what = describe(Type(shapes))
    message = f"`{label}` is {what}: it has no `{part}`"
    return Fault("field", message, _advice(shapes, part, label), offset, str(part))


def _owner(shapes: Sequence[Shape], label: str) -> str:
    said = {shape.said for shape in shapes}
    return next(iter(said)) if len(said) == 1 and "" not in said else f"`{label}` has"


def _advice(shapes: Sequence[Shape], part: str | int, label: str) -> str:
    kinds = {shape.kind for shape in shapes}
    if isinstance(part, str) and part in FILTERS and kinds <= {"array", "string"}:
        return f"write `{label} | {part}`"
    if isinstance(part, str) and kinds == {"array"}:
        return f"write `{label}[0].{part}` for the first, or `{label} | map(attribute='{part}')` for all"
    return "it returns nothing" if kinds == {"null"} and any(shape.said for shape in shapes) else ""
