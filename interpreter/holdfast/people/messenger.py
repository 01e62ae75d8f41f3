"""Empties the outbox: tells queues that they are asked, at least once each (5-humans, 11-hard-cases 5).

Rules of the file:
- What is to be told is read from the store, where it was written with the review: nothing is kept in memory.
- A claim holds longer than any try may take, so two processes do not send the same notice while both live.
- What fails is tried again, later and later, then given up and shown (`holdfast doctor`, `holdfast inbox`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from holdfast.errors import HoldfastError, StoreError
from holdfast.people.notify.message import Message, Undelivered, message_about
from holdfast.registry.resources import Resources

if TYPE_CHECKING:
    from holdfast.config import MailServer
    from holdfast.journal.outbox import Notice
    from holdfast.journal.store import Store
    from holdfast.people.policy.book import Book, Channel

LOG: Final = logging.getLogger("holdfast.people")
LOOK: Final = 0.5
"""Seconds between two looks at the outbox."""
CLAIM: Final = 120.0
"""Seconds for which a notice belongs to who claimed it; every channel is given up long before."""
FIRST: Final = 5.0
LONGEST: Final = 3600.0
TRIES: Final = 16
"""About eight hours in all."""
AT_ONCE: Final = 20


def pause_after(attempts: int) -> float:
    """Seconds until the next try."""
    return min(FIRST * 2.0 ** (attempts - 1), LONGEST)


class Messenger:
    """Sends what is in a store's outbox.

    Args:
        store: an open store.
        book: gives the policy as it is now.
        mail: where mails are handed in.
        secrets: names to references.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        book: Callable[[], Book],
        *,
        mail: MailServer | None = None,
        secrets: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._book, self._mail, self._clock = store, book, mail, clock
        self._resources = Resources(secrets)
        self._leaving = asyncio.Event()

    def leave(self) -> None:
        """Send once more what is due, then let `keep` end."""
        self._leaving.set()

    async def keep(self) -> None:
        """Send until told to leave; a failing store is tried again."""
        last = False
        while not last:
            last = self._leaving.is_set()
            try:
                while await self.round():
                    pass
            except StoreError as error:
                LOG.debug("the outbox cannot be read: %s", error)
            except Exception:
                LOG.exception("a fault of Holdfast itself: the outbox is looked at again")
            if not last:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._leaving.wait(), LOOK)

    async def round(self) -> int:
        """Plan what nobody was told of and send what is due, once. How many notices were tried."""
        if not self._book().notifies:
            return 0
        for review in await self._store.untold():
            row = await self._store.review(review)
            channels = [channel.name for channel in self._book().channels(row.review.to)]
            await self._store.plan_notices(review, channels, self._clock())
        now = self._clock()
        claimed = await self._store.claim_notices(now, now + CLAIM, AT_ONCE)
        await asyncio.gather(*(self._try(notice) for notice in claimed))
        return len(claimed)

    async def _try(self, notice: Notice) -> None:
        channel = self._channel(notice)
        row = await self._store.review(notice.review)
        if channel is None or row.state != "open":
            why = "the policy has no such channel any more" if channel is None else "it was decided before"
            await self._store.settle_notice(notice.id, "dropped", self._clock(), why)
            return
        try:
            await self._send(channel, message_about(row, notice))
        except Undelivered as error:
            await self._failed(notice, str(error), final=error.final)
        except HoldfastError as error:
            await self._failed(notice, str(error), final=False)
        else:
            await self._store.settle_notice(notice.id, "sent", self._clock())

    async def _failed(self, notice: Notice, why: str, *, final: bool) -> None:
        now, why = self._clock(), self._resources.hidden_text(why)
        if final or notice.attempts >= TRIES:
            LOG.warning("nobody could be told of review %s through %s: %s", notice.review, notice.channel, why)
            await self._store.settle_notice(notice.id, "given_up", now, why)
        else:
            await self._store.settle_notice(notice.id, "waiting", now + pause_after(notice.attempts), why)

    def _channel(self, notice: Notice) -> Channel | None:
        channels = self._book().channels(notice.queue)
        return next((channel for channel in channels if channel.name == notice.channel), None)

    async def _send(self, channel: Channel, message: Message) -> None:
        match channel.kind:
            case "webhook":
                from holdfast.people.notify.webhook import post

                await post(channel.target[0], message, self._clock(), self._read(channel.secret))
            case "mail":
                from holdfast.people.notify.mail import mail

                password = self._read(self._mail.password) if self._mail is not None else ""
                await mail(channel.target[0], message, self._mail, password)
            case "command":
                from holdfast.people.notify.command import run

                await run(channel.target, message)

    def _read(self, reference: str) -> str:
        """A secret's value. Raises Undelivered."""
        if not reference:
            return ""
        from holdfast.registry.tool_error import ToolError

        try:
            return self._resources.secret(reference)
        except ToolError as error:
            raise Undelivered(str(error)) from None
