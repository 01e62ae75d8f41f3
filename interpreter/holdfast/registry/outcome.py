"""What a tool may return when a plain value does not say enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)  # no slots: `Outcome[int](1)` has to be able to note its type
class Outcome(Generic[T_co]):
    """A value with what the tool knows about it.

    Args:
        value: the output; what a tool would otherwise return plainly.
        confidence: how sure the tool is of the value, 0 to 1; None: it does not say.
        reasoning: why, in words for people; shown to reviewers and kept in the journal.
        tokens: model tokens this call used.
        cost: money this call cost, in the unit of the plan's budget.
    """

    value: T_co
    confidence: float | None = None
    reasoning: str = ""
    tokens: int = 0
    cost: float = 0.0
