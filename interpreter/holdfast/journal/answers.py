"""When a person's answer to a review counts: the first does, the same again is the same, another is told why."""

from __future__ import annotations

import dataclasses
import json
from typing import Final

from holdfast.core.events import ReviewAnswered
from holdfast.core.review import approvers, barred
from holdfast.errors import ReviewError
from holdfast.journal.store import Answer, Given, ReviewRow

LONGEST: Final = 80
"""Characters of a value that are shown in a sentence."""


def is_new(row: ReviewRow, answer: Answer) -> bool:
    """Whether the answer is to be stored; False: it is already.

    Raises:
        ReviewError: the review does not take this decision, or not from this person, is closed, or another answer was
            first.
    """
    review = row.review
    if answer.decision not in review.decisions:
        allowed = ", ".join(f"`{decision}`" for decision in review.decisions)
        raise ReviewError(f"review {review.id} does not take `{answer.decision}`; it takes {allowed}")
    if (why := barred(review, answer.by)) is not None:
        raise ReviewError(f"review {review.id}: {why}")
    if row.state == "open":
        return not _said(row, answer)
    if row.state == "closed" and row.outcome != row.decision:
        said = f"{row.outcome}{_when(row.closed_at)}{f': {row.why}' if row.why else ''}"
        raise ReviewError(f"review {review.id} is closed: {said}; nothing was changed")
    if (row.decision, row.value) != (answer.decision, answer.value):
        raise _before(row, row.by, row.decision, row.value, row.answered_at)
    return False


def _said(row: ReviewRow, answer: Answer) -> bool:
    """Whether this person has said just that before; raises ReviewError if it was something else."""
    if answer.by in row.review.approved_by and answer.decision == "approve":
        return True
    for given in row.given:
        if given.by == answer.by:
            if (given.decision, given.value) != (answer.decision, answer.value):
                raise _before(row, given.by, given.decision, given.value, given.at)
            return True
    return False


def _before(row: ReviewRow, by: str, decision: str, value: object, at: float | None) -> ReviewError:
    who = f" by {by}" if by else ""
    first = f"`{decision}`{_with(value)}"
    return ReviewError(f"review {row.review.id} was answered before{who}{_when(at)}: {first}; nothing was changed")


def answered(row: ReviewRow, answer: Answer, at: float) -> ReviewRow:
    """The review with its answer: still open while more people have to approve."""
    if row.review.approvals > 1:
        said = Given(
            by=answer.by, decision=answer.decision, value=answer.value, reason=answer.reason, at=at,
            source=answer.source, looked=answer.looked,
        )  # fmt: skip
        row = dataclasses.replace(row, given=(*row.given, said))
        if answer.decision == "approve" and lacking(row):
            return row
    return dataclasses.replace(
        row, state="answered", decision=answer.decision, value=answer.value, by=answer.by, answered_at=at,
        source=answer.source, looked=answer.looked, remark=answer.reason,
    )  # fmt: skip


def lacking(row: ReviewRow) -> int:
    """How many more people have to approve."""
    people = approvers(row.review, [(given.by, given.decision) for given in row.given])
    return max(0, row.review.approvals - len(people))


def count(row: ReviewRow) -> int:
    """How many answers are stored."""
    return len(row.given) or (row.answered_at is not None)


def observation(review: str, answer: Answer, at: float) -> ReviewAnswered:
    """The answer as the run will see it; it was given at `at`."""
    return ReviewAnswered(
        review=review, decision=answer.decision, value=answer.value, by=answer.by, reason=answer.reason,
        source=answer.source, looked=answer.looked, at=at,
    )  # fmt: skip


def _with(value: object) -> str:
    text = "" if value is None else f" {json.dumps(value, ensure_ascii=False, default=str)}"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _when(at: float | None) -> str:
    from datetime import UTC, datetime  # only for people

    return "" if at is None else f" at {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"
