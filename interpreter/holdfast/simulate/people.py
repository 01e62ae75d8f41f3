"""What people may say about a review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from holdfast.core.review import Review
from holdfast.simulate.counterpart import Counterpart, Effect
from holdfast.simulate.examples import examples

STUBBORN: Final = 3
"""How often a person says on an ordinary day that something should be tried again."""

_FEW: Final = 3

Said = tuple[str, object]
"""A decision, and what goes with it."""


def effect_in(review: Review) -> Effect:
    """The effect that a review is about."""
    context: Any = review.context or {}
    return review.tool, str(context.get("key", ""))


def decisions(review: Review, scripted: Sequence[object], other_side: Counterpart, asked: int) -> list[Said]:
    """Everything that may be said, what is said on an ordinary day first.

    Args:
        review: what is asked.
        scripted: what the plan's tests say there.
        other_side: the truth, for whoever is asked whether an effect took place.
        asked: how often this step has asked before.
    """
    done = other_side.done.get(effect_in(review))
    found: list[Said] = []
    for decision in review.decisions:
        match decision:
            case "choose":
                options = [one.get("id") for one in review.options or ()]
                found += [(decision, one) for one in options if one in scripted]
                found += [(decision, one) for one in options[:_FEW] if one not in scripted]
            case "answer" | "output":
                found += [(decision, one) for one in scripted if one != decision]
                found += [(decision, one) for one in examples(review.schema or {})]
            case "edit":
                found.append((decision, {name: another(held) for name, held in (review.args or {}).items()}))
            case "happened":
                found.append((decision, None if done is None else done.value))
            case _:
                found.append((decision, None))
    wanted = _usual(review.kind, took_place=done is not None, patient=asked < STUBBORN)
    first = next((one for name in wanted for one in found if one[0] == name), found[-1])
    return [first, *(one for one in found if one is not first)]


def _usual(kind: str, *, took_place: bool, patient: bool) -> tuple[str, ...]:
    """What is said on an ordinary day, the best first: after it the run comes to an end."""
    match kind:
        case "unknown":
            return ("happened",) if took_place else ("retry",) if patient else ("fail",)
        case "undo":
            return ("retry", "leave") if patient else ("leave",)
        case "failure" | "fresh" | "handoff":
            return ("abort", "close", "fallback", "reject", "fail")
        case "pending":
            return ("continue",)
        case "budget":
            return ("reject", "abort")
        case _:
            return ("choose", "answer", "approve")


def another(value: object) -> object:
    """Another value of the same kind; the same for kinds of which none is known."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f"{value}2"
    return value + 1 if isinstance(value, int | float) else value
