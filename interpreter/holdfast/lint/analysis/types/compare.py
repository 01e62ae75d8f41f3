"""Comparisons that never hold, or fail whenever they are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from jinja2 import nodes

from holdfast.diagnostics import did_you_mean
from holdfast.lint.analysis.types.members import Fault, Kind
from holdfast.lint.analysis.types.relate import NUMBERS, describe, disjoint, listed
from holdfast.lint.analysis.types.shape import Shape, Type
from holdfast.plan.expressions.building import start_of

Side = tuple[nodes.Expr, Type]

SIGNS: Final = {"==": "eq", "equalto": "eq", "!=": "ne", "<": "lt", "lessthan": "lt", ">": "gt", "greaterthan": "gt",
                "<=": "lteq", "le": "lteq", ">=": "gteq", "ge": "gteq"}  # fmt: skip
"""Jinja2's names for the operators, by those of the tests that do the same."""

_ORDERS: Final = {"lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}


def fault(sign: str, left: Side, right: Side) -> Fault | None:
    """What is wrong with one comparison, if anything is for every value.

    Args:
        sign: by Jinja2's name: `eq`, `in`, `lt`.
        left: the node and its type.
        right: the same.
    """
    if sign in _ORDERS:
        return _order(_ORDERS[sign], left, right)
    if sign in {"eq", "ne"}:
        return _equal(left, right, never=sign == "eq")
    return _member(left, right)


def _order(sign: str, left: Side, right: Side) -> Fault | None:
    kinds = [_orderable(one.but("null") if one.but("null").shapes else one) for _, one in (left, right)]
    if None in kinds or (kinds[0] or set()) & (kinds[1] or set()):
        return None
    message = f"`{sign}` orders two numbers or two texts, not {describe(left[1])} and {describe(right[1])}"
    return Fault("order", message, "the expression fails each time it is evaluated", start_of(left[0]))


def _orderable(one: Type) -> set[str] | None:
    """The kinds of order it can take part in; None when nothing is known."""
    if not one.shapes:
        return None
    return {"number" if kind in NUMBERS else kind for kind in one.kinds if kind in NUMBERS or kind == "string"}


def _equal(left: Side, right: Side, *, never: bool) -> Fault | None:
    if not disjoint(left[1], right[1]):
        return None
    for one, other in ((left, right), (right, left)):
        if isinstance(one[0], nodes.Const) and (shape := _worded(other[1])) is not None:
            return _unknown_word(shape, one[0])
    verb = "never equal" if never else "always different"
    mine, theirs = left[1].but("null"), right[1].but("null")
    if mine.kinds == theirs.kinds:
        message = f"one is {_values(mine)}, the other is {_values(theirs)}: they are {verb}"
        return Fault("never", message, "", start_of(left[0]))
    message = f"{describe(mine)} and {describe(theirs)} are {verb}"
    return Fault("never", message, "compare things of one kind: `| int`, `| string`", start_of(left[0]))


def _member(left: Side, right: Side) -> Fault | None:
    if isinstance(right[0], nodes.List | nodes.Tuple):
        return _in_words(left[1], right[0].items)
    containers = right[1].shapes
    if len(containers) != 1 or containers[0].kind != "array" or not disjoint(left[1], containers[0].items):
        return None
    items = containers[0].items
    if isinstance(left[0], nodes.Const) and (shape := _worded(items)) is not None:
        return _unknown_word(shape, left[0])
    return Fault("never", f"{describe(left[1])} is never in a list of {describe(items)}", "", start_of(left[0]))


def _in_words(left: Type, items: Sequence[nodes.Expr]) -> Fault | None:
    """A list that is written out: each of its words has to be one that may come."""
    shape = _worded(left)
    wrong = [
        item for item in items if isinstance(item, nodes.Const) and shape and item.value not in (shape.values or ())
    ]
    return _unknown_word(shape, wrong[0]) if shape is not None and wrong else None


def _worded(one: Type) -> Shape | None:
    """Texts of which all that may come are known."""
    shapes = one.but("null").shapes
    known = len(shapes) == 1 and shapes[0].kind == "string" and shapes[0].values is not None
    return shapes[0] if known else None


def _values(one: Type) -> str:
    return " or ".join(listed(shape) for shape in one.shapes) or "nothing"


_SAID: Final = {
    "code": "there is no error code `{}`",
    "status": "a step is never `{}`",
    "label": "there is no label `{}`",
}


def _unknown_word(shape: Shape, node: nodes.Const) -> Fault:
    known = sorted(str(value) for value in shape.values or ())
    kind = cast("Kind", shape.about if shape.about in _SAID else "never")
    message = _SAID.get(shape.about, "it is never `{}`").format(node.value)
    close = did_you_mean(str(node.value), known)
    offset = node.lineno + isinstance(node.value, str)  # behind the quote
    return Fault(kind, f"{message}{close}", f"it is {', '.join(known[:20])}", offset, str(node.value), tuple(known))
