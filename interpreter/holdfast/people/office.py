"""The people of an installation while an engine runs: their policy, kept up to date, and the outbox to them.

Rules of the file:
- A policy that is broken at the start keeps everything from starting. One that breaks later is complained about, and
  the one before stays in force: for runs, for who may decide, and for whom is told.
- A change reaches runs through `tell`; what they make of it is theirs.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, Protocol

from holdfast.errors import PolicyError, ReviewError
from holdfast.people.access import objection
from holdfast.people.messenger import Messenger
from holdfast.people.policy.load import load_book

if TYPE_CHECKING:
    from holdfast.config import Config
    from holdfast.core.policy import Policy
    from holdfast.journal.store import ReviewRow, Store
    from holdfast.people.policy.book import Book
    from holdfast.plan.shelf import Shelf

LOOK: Final = 0.5
"""Seconds between two looks at the file."""
GRACE: Final = 5.0
"""Seconds for what is still to be sent when the process ends; the rest is left to the next one."""

State = tuple[int, int, int]


class Ruled(Protocol):
    """An engine, as the office sees it."""

    def use_policy(self, policy: Policy) -> object:
        """Runs obey this policy from now on."""
        ...


class Office:
    """A policy file in force.

    Args:
        path: of the file.
        warn: told in a few lines when the file breaks, and when it is well again.
        shelf: where the policy may be kept, read by another process.

    Raises PolicyError: the file cannot be used as it is.
    """

    def __init__(self, path: str, warn: Callable[[str], None], shelf: Shelf | None = None) -> None:
        self._path, self._warn, self._shelf = path, warn, shelf
        self._state = _state_of(path)
        self._broken = False
        self.book: Book = load_book(path, shelf)
        self.tell: Callable[[Policy], object] = lambda _policy: None

    def rule(self, runs: Ruled) -> None:
        """Put runs under the policy, as it is now and as it changes."""
        self.tell = runs.use_policy
        runs.use_policy(self.book.policy)

    def lets(self, row: ReviewRow, by: str) -> bool:
        """Whether this person may decide a review."""
        return objection(self.book, row, by) is None

    def admit(self, row: ReviewRow, by: str) -> None:
        """Let this person decide a review. Raises ReviewError that says who may."""
        if (why := objection(self.book, row, by)) is not None:
            raise ReviewError(why)

    async def watch(self) -> None:
        """Take up changes of the file until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            await self.look()

    async def look(self) -> bool:
        """Take up a change of the file, if there is one. Whether another policy holds now."""
        state = _state_of(self._path)
        if state == self._state:
            return False
        self._state = state
        try:
            book = await asyncio.to_thread(load_book, self._path, self._shelf)
        except PolicyError as error:
            self._broken = True
            self._warn(f"the policy {self._path} is broken, so the one before stays in force:\n{error}")
            return False
        if self._broken or book.policy.hash != self.book.policy.hash:
            self._warn(f"the policy {self._path} was read anew and holds from now on")
        self._broken = False
        self.book = book
        self.tell(book.policy)
        return True


def _state_of(path: str) -> State | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - twice a second
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)


@asynccontextmanager
async def staffed(
    store: Store,
    config: Config,
    warn: Callable[[str], None],
    clock: Callable[[], float] = time.time,
    shelf: Shelf | None = None,
) -> AsyncIterator[Office]:
    """The office of an installation that has a policy. On leaving, what is due is still sent, for a few seconds.

    Args:
        store: an open store.
        config: with the path of a policy.
        warn: see `Office`.
        clock: seconds since 1970.
        shelf: where the policy may be kept, read by another process.

    Raises PolicyError.
    """
    office = Office(config.policy or "", warn, shelf)
    messenger = Messenger(store, lambda: office.book, mail=config.mail, secrets=config.secrets, clock=clock)
    watching = asyncio.create_task(office.watch(), name="holdfast policy")
    sending = asyncio.create_task(messenger.keep(), name="holdfast outbox")
    try:
        yield office
    finally:
        watching.cancel()
        messenger.leave()
        try:
            await asyncio.wait({sending}, timeout=GRACE)
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(watching, sending, return_exceptions=True)
