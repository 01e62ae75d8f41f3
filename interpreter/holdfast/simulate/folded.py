"""Whether the state that was lived is the state that is folded: all of it, not what can be seen from outside.

Theory: what lives changes its state through events alone, so the fold of the same events has to come to the same, down
to the order in which things are kept. What differs shows that something was changed beside the journal, or that an
event was changed after it was folded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from holdfast.core.state import RunState
from holdfast.plan.expressions import Expression
from holdfast.plan.template import Template

Walk = Callable[[Any, Any, set[int]], str | None]
"""Compares two things of one kind: where they differ, or None. The set: what is being compared already, by identity."""


def difference(lived: RunState, folded: RunState) -> str | None:
    """Where two states differ, as a way into them (`.frames['pay'].attempt`); None: nowhere."""
    return _parts(lived, folded, set())


def _differ(one: Any, other: Any, known: set[int]) -> str | None:
    if one is other:
        return None
    kind = type(one)
    if kind is not type(other):
        return ""
    walk = _WALKS.get(kind)
    if walk is None:
        walk = _WALKS[kind] = _walk_of(kind)
    return walk(one, other, known)


def _walk_of(kind: type) -> Walk:
    """What the core and plans are made of is walked; all else has an equality of its own."""
    ours = kind.__module__.startswith(("holdfast.core.", "holdfast.plan.")) and "__slots__" in kind.__dict__
    return _parts if ours else _values


def _written(one: Any, other: Any, _known: set[int]) -> str | None:
    """What was parsed twice, of a policy or a plan above, is the same if it is written the same."""
    written = "tree" if hasattr(one, "tree") else "source"
    return None if getattr(one, written) == getattr(other, written) else ""


def _values(one: object, other: object, _known: set[int]) -> str | None:
    return None if one == other else ""


def _maps(one: Mapping[Any, Any], other: Mapping[Any, Any], known: set[int]) -> str | None:
    if [*one] != [*other]:
        return ""
    for name, held in one.items():
        found = _differ(held, other[name], known)
        if found is not None:
            return f"[{name!r}]{found}"
    return None


def _lists(one: Sequence[Any], other: Sequence[Any], known: set[int]) -> str | None:
    if len(one) != len(other):
        return ""
    for number, (held, there) in enumerate(zip(one, other, strict=True)):
        found = _differ(held, there, known)
        if found is not None:
            return f"[{number}]{found}"
    return None


def _parts(one: object, other: object, known: set[int]) -> str | None:
    if id(one) in known:
        return None  # a frame knows what is above it
    known.add(id(one))
    names, read = _slots(type(one))
    for name, held, there in zip(names, read(one), read(other), strict=True):
        if held is there or (not held and not there and type(held) is type(there)):
            continue  # most of it: what never came to be
        found = _differ(held, there, known)
        if found is not None:
            return f".{name}{found}"
    return None


def _slots(kind: type) -> tuple[tuple[str, ...], Callable[[object], tuple[Any, ...]]]:
    """What a kind keeps, but for what it keeps to be faster (`_heap`); the ever same plan is left out by identity."""
    found = _SLOTS.get(kind)
    if found is None:
        slots: Sequence[str] = kind.__dict__["__slots__"]
        names = tuple(name for name in slots if not name.startswith("_"))
        several: Callable[[object], tuple[Any, ...]] = attrgetter(*names) if len(names) > 1 else lambda _: ()
        found = _SLOTS[kind] = names, several if len(names) != 1 else lambda one: (getattr(one, names[0]),)
    return found


_SLOTS: Final[dict[type, tuple[tuple[str, ...], Callable[[object], tuple[Any, ...]]]]] = {}
_WALKS: Final[dict[type, Walk]] = {
    dict: _maps, list: _lists, tuple: _lists, deque: _lists, Expression: _written, Template: _written,
}  # fmt: skip
