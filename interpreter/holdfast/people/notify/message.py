"""What people are told: that they are asked, about what, until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final

from holdfast.core.review import Review
from holdfast.journal.outbox import Notice
from holdfast.journal.store import ReviewRow
from holdfast.values import value

_LONGEST: Final = 120
"""Characters of a question in the subject of a mail."""


class Undelivered(Exception):
    """A message did not get through. `final`: it never will."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


@value
class Message:
    """One message about one review.

    Args:
        id: the same at every try, so that who gets it twice can tell.
        data: for programs.
        subject: for people, one line.
        text: for people.
    """

    id: str
    data: Mapping[str, object]
    subject: str
    text: str


def message_about(row: ReviewRow, notice: Notice) -> Message:
    """What a notice says about its review."""
    review = row.review
    number = blake2b(f"{notice.review} {notice.queue} {notice.channel}".encode(), digest_size=12).hexdigest()
    asked = review.question or f"{review.kind} at {review.address}"
    return Message(
        id=f"{review.id}-{number}",
        data=_data(row, notice.queue),
        subject=f"[{notice.queue}] {' '.join(asked.split())[:_LONGEST]}",
        text=_text(row, asked),
    )


def _data(row: ReviewRow, queue: str) -> dict[str, object]:
    review = row.review
    return {
        "type": "review.opened",
        "review": review.id,
        "queue": queue,
        "kind": review.kind,
        "question": review.question,
        "reason": review.reason,
        "decisions": list(review.decisions),
        "options": None if review.options is None else [dict(option) for option in review.options],
        "tool": review.tool,
        "args": review.args,
        "due": None if review.due is None else _iso(review.due),
        "on_timeout": review.on_timeout,
        "run": row.run,
        "plan": row.plan,
        "user": row.user,
        "step": review.address,
        "opened_at": _iso(row.opened_at),
    }


def _text(row: ReviewRow, asked: str) -> str:
    review = row.review
    lines = [asked, ""]
    lines += [f"Why: {review.reason}"] if review.reason else []
    lines += [f"Plan {row.plan}, step {review.address}, started by {row.user}."]
    lines += [_until(review)] if review.due is not None else []
    return "\n".join([*lines, "", f"All about it, and how to decide:  holdfast inbox {review.id}", ""])


def _until(review: Review) -> str:
    due = _iso(review.due or 0.0).replace("T", " ").replace("Z", " UTC")
    if review.escalate is not None:
        return f"Until {due}; then {review.escalate.to} is asked."
    return f"Until {due}; without an answer: {review.on_timeout}." if review.on_timeout else f"Until {due}."


def _iso(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
