"""The outbox: who was told of a review, and who still has to be (5-humans, notification).

Rules of the file:
- That nobody was told of a review yet stands in the review's own row, so it is written with the review or not at all.
- Its notices are planned in one transaction with the mark that it was told: a crash loses none and plans none twice.
- A notice that was claimed and not settled (the process died while it sent) comes up again: at least once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from holdfast.values import value

NoticeState = Literal["waiting", "sent", "given_up", "dropped"]
"""`dropped`: the review needed nobody any more before it could be sent, or the channel is gone."""


@value
class Notice:
    """One message to one channel about one review.

    Args:
        id: its number.
        review: what it is about.
        queue: whom it is for.
        channel: where it goes, as the policy has it: `webhook https://...`, `mail a@example.org`.
        state: see `NoticeState`.
        attempts: how often it was tried, the try under way included.
        due: when it may be tried (again), seconds since 1970.
        planned_at: when it was put here.
        settled_at: when it was sent, given up or dropped; None before.
        error: what the last try failed with.
    """

    id: int
    review: str
    queue: str
    channel: str
    state: str
    attempts: int
    due: float
    planned_at: float
    settled_at: float | None = None
    error: str = ""


class Outbox(Protocol):
    """What a store promises about notices."""

    async def untold(self, limit: int = 100) -> list[str]:
        """Open reviews that nobody was told of yet, the oldest first."""
        ...

    async def plan_notices(self, review: str, channels: Sequence[str], at: float) -> None:
        """Put a notice for each channel into the outbox and count the review as told. Raises UnknownName.

        A notice that this review has for this queue and channel already stays as it is.
        """
        ...

    async def claim_notices(self, now: float, until: float, limit: int = 20) -> list[Notice]:
        """Waiting notices that are due, the earliest first; nobody else gets them before `until`."""
        ...

    async def settle_notice(self, number: int, state: NoticeState, at: float, error: str = "") -> None:
        """What became of a try. `waiting`: it comes up again at `at`; else it is settled at `at`."""
        ...

    async def notices(
        self, *, state: NoticeState | None = None, review: str | None = None, limit: int = 100
    ) -> list[Notice]:
        """Notices, the newest first."""
        ...
