"""When a person's answer to a review counts: the first does, the same again is the same, another is told why."""

from __future__ import annotations

import dataclasses
import json
from typing import Final

from holdfast.core.events import ReviewAnswered
from holdfast.errors import ReviewError
from holdfast.journal.store import Answer, ReviewRow

LONGEST: Final = 80
"""Characters of a value that are shown in a sentence."""


def is_new(row: ReviewRow, answer: Answer) -> bool:
    """Whether the answer is to be stored; False: it is already.

    Raises:
        ReviewError: the review does not take this decision, is closed, or another answer was first.
    """
    if answer.decision not in row.review.decisions:
        allowed = ", ".join(f"`{decision}`" for decision in row.review.decisions)
        raise ReviewError(f"review {row.review.id} does not take `{answer.decision}`; it takes {allowed}")
    if row.state == "open":
        return True
    if row.state == "closed" and row.outcome != row.decision:
        raise ReviewError(f"review {row.review.id} is closed: {row.outcome}{_when(row.closed_at)}; nothing was changed")
    if (row.decision, row.value) != (answer.decision, answer.value):
        by = f" by {row.by}" if row.by else ""
        first = f"`{row.decision}`{_with(row.value)}"
        raise ReviewError(
            f"review {row.review.id} was answered before{by}{_when(row.answered_at)}: {first}; nothing was changed"
        )
    return False


def answered(row: ReviewRow, answer: Answer, at: float) -> ReviewRow:
    """The review with its answer."""
    return dataclasses.replace(
        row, state="answered", decision=answer.decision, value=answer.value, by=answer.by, answered_at=at
    )


def observation(review: str, answer: Answer) -> ReviewAnswered:
    """The answer as the run will see it."""
    return ReviewAnswered(
        review=review, decision=answer.decision, value=answer.value, by=answer.by, reason=answer.reason
    )


def _with(value: object) -> str:
    text = "" if value is None else f" {json.dumps(value, ensure_ascii=False, default=str)}"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _when(at: float | None) -> str:
    from datetime import UTC, datetime  # only for people

    return "" if at is None else f" at {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"
