"""One question, however many queues it went through: a review and those that it was escalated to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.journal.store import ReviewRow

PASSED_ON: Final = "escalated"
"""The outcome of a review that others were asked about in its place."""


@pair
class Case:
    """A question with its stages, the first one first; there is at least one.

    The earliest stages may be missing, where they are older than what was asked for.
    """

    stages: tuple[ReviewRow, ...]

    @property
    def first(self) -> ReviewRow:
        """Where it was asked first."""
        return self.stages[0]

    @property
    def last(self) -> ReviewRow:
        """Where it was asked last, and decided if it is."""
        return self.stages[-1]


def cases(rows: Iterable[ReviewRow]) -> list[Case]:
    """Reviews put together by what they follow, in the order of their first stages."""
    every = list(rows)
    passed = {row.review.id for row in every if row.outcome == PASSED_ON}
    after = {row.review.follows: row for row in every if row.review.follows in passed}
    return [Case(_from(row, after)) for row in every if row.review.follows not in passed]


def _from(row: ReviewRow, after: dict[str, ReviewRow]) -> tuple[ReviewRow, ...]:
    found = [row]
    while (following := after.get(found[-1].review.id)) is not None:
        found.append(following)
    return tuple(found)
