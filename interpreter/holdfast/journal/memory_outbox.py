"""The outbox of the store in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import count

from holdfast.errors import UnknownName
from holdfast.journal.outbox import Notice, NoticeState
from holdfast.journal.store import ReviewRow


class MemoryOutbox:
    """Notices about the reviews of a store. `reviews`: the store's own, by id."""

    def __init__(self, reviews: dict[str, ReviewRow]) -> None:
        self._of = reviews
        self._told: set[tuple[str, str]] = set()
        self._notices: dict[tuple[str, str, str], Notice] = {}
        self._count = count(1)

    async def untold(self, limit: int = 100) -> list[str]:
        """See `Outbox.untold`."""
        rows = (row.review for row in self._of.values() if row.state == "open")
        return [review.id for review in rows if (review.id, review.to) not in self._told][:limit]

    async def plan_notices(self, review: str, channels: Sequence[str], at: float) -> None:
        """See `Outbox.plan_notices`."""
        if review not in self._of:
            raise UnknownName("review", review)
        queue = self._of[review].review.to
        for channel in channels:
            if (review, queue, channel) not in self._notices:
                self._notices[review, queue, channel] = Notice(
                    id=next(self._count), review=review, queue=queue, channel=channel, state="waiting", attempts=0,
                    due=at, planned_at=at,
                )  # fmt: skip
        self._told.add((review, queue))

    async def claim_notices(self, now: float, until: float, limit: int = 20) -> list[Notice]:
        """See `Outbox.claim_notices`."""
        due = [notice for notice in self._notices.values() if notice.state == "waiting" and notice.due <= now]
        due.sort(key=lambda notice: (notice.due, notice.id))
        claimed = [dataclasses.replace(one, attempts=one.attempts + 1, due=until) for one in due[:limit]]
        for notice in claimed:
            self._keep(notice)
        return sorted(claimed, key=lambda notice: notice.id)

    async def settle_notice(self, number: int, state: NoticeState, at: float, error: str = "") -> None:
        """See `Outbox.settle_notice`."""
        for notice in [one for one in self._notices.values() if one.id == number]:
            when = {"due": at} if state == "waiting" else {"settled_at": at}
            self._keep(dataclasses.replace(notice, state=state, error=error, **when))  # type: ignore[arg-type]

    async def notices(
        self, *, state: NoticeState | None = None, review: str | None = None, limit: int = 100
    ) -> list[Notice]:
        """See `Outbox.notices`."""
        found = [
            notice
            for notice in sorted(self._notices.values(), key=lambda one: -one.id)
            if state in (None, notice.state) and review in (None, notice.review)
        ]
        return found[:limit]

    def _keep(self, notice: Notice) -> None:
        self._notices[notice.review, notice.queue, notice.channel] = notice
