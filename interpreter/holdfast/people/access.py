"""Who may decide what (5-humans, access)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from holdfast.diagnostics import did_you_mean
from holdfast.journal.desk import REQUESTER, Desk

if TYPE_CHECKING:
    from holdfast.journal.store import ReviewRow
    from holdfast.people.policy.book import Book

_LISTED: Final = 10
ANYBODY: Final = "local"
"""The user of runs that were started for nobody by name."""


def objection(book: Book, row: ReviewRow, by: str) -> str | None:
    """Why a person may not decide a review; None: they may.

    A queue with members is decided by them alone. One without, or one that the policy does not know, is open.
    """
    queue = book.queues.get(row.review.to)
    if queue is None or queue.members is None or by in queue.members:
        return None
    names = sorted(queue.members)
    people = ", ".join(names[:_LISTED]) + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")
    who = (
        f"`{by}` is no member of `{queue.name}`{did_you_mean(by, names)}" if by else f"who decides for `{queue.name}`?"
    )
    return f"{who}\n  = help: review {row.review.id} is decided by {people or 'nobody yet'}; --by NAME says who you are"


def concerns(book: Book | None, row: ReviewRow, by: str) -> bool:
    """Whether a review waits for this person.

    They may decide it, and what is put to the requester is theirs: the run's user, or nobody's by name (`local`).
    """
    review = row.review
    if by in review.excluded or by in review.approved_by:
        return False
    if review.to == REQUESTER:
        return row.user in {by, ANYBODY}
    return book is None or objection(book, row, by) is None


def desk(book: Book | None, by: str) -> Desk:
    """Where a person sits: what is certainly not theirs need not be read. `concerns` decides about the rest."""
    queues = {} if book is None else book.queues
    barred = {name for name, queue in queues.items() if queue.members is not None and by not in queue.members}
    return Desk(barred=barred, users={by, ANYBODY})
