"""Commits that outlast a store's bad moments: a full disk, a locked database, a server that restarts.

Nothing is done before it is journaled, so a run whose append fails stands still; what its calls give meanwhile is kept
in memory. The same append is tried again until it stands, somebody else has written, or the patience is over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from holdfast.core.events import Entry
from holdfast.errors import Fenced, StoreError
from holdfast.journal.store import Append, Store

LOG: Final = logging.getLogger("holdfast.engine")
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0

T = TypeVar("T")

Trouble = Callable[[str], None]
"""Told in one sentence what is wrong with the store, and that it is well again."""


class Durable:
    """The store as runs use it.

    Args:
        store: where journals live.
        patience: seconds for which a failing store is tried again.
        trouble: who is told.
    """

    def __init__(self, store: Store, patience: float, trouble: Trouble | None = None) -> None:
        self.entries, self.inbox = store.entries, store.inbox
        self._store, self._patience = store, patience
        self._trouble = trouble or LOG.warning
        self._stopping = asyncio.Event()

    def stop_waiting(self) -> None:
        """The engine closes: what cannot be committed now is given up."""
        self._stopping.set()

    def hand_over(self, append: Append) -> Awaitable[object]:
        """Give one turn to the store, for `committed`. Raises StoreError: it holds what no store can keep."""
        return self._store.append(append)

    async def committed(self, append: Append, handed_over: Awaitable[object]) -> None:
        """Wait until a turn stands. Raises ClaimRefused, AnswerFirst, Fenced, StoreError once the patience is over."""
        try:
            await handed_over
        except Fenced:
            raise
        except StoreError as error:
            await self._insist(append, error)

    async def insist(self, run: str, do: Callable[[], Awaitable[T]]) -> T:
        """Do what may be done again until the store takes it. Raises StoreError once the patience is over."""
        try:
            return await do()
        except StoreError as error:
            return await self._again(run, do, error)

    async def _insist(self, append: Append, error: StoreError) -> None:
        async def do() -> None:
            if not await self._stands(append):
                await self._store.append(append)

        await self._again(append.run, do, error)

    async def _again(self, run: str, do: Callable[[], Awaitable[T]], error: StoreError) -> T:
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + self._patience, FIRST_PAUSE
        self._trouble(f"run {run} stands still, nothing is lost: {error}")
        while True:
            left = until - loop.time()
            if left <= 0 or await self._stopped_within(min(pause, left)):
                raise error
            pause = min(pause * 2, LONGEST_PAUSE)
            try:
                done = await do()
            except Fenced:
                raise
            except StoreError as again:
                error = again
                continue
            self._trouble(f"run {run} goes on: the store is usable again")
            return done

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return False
        return True

    async def _stands(self, append: Append) -> bool:
        """Whether a commit that seemed to fail took place after all. Raises Fenced if somebody else wrote."""
        later: list[Entry] = await self._store.entries(append.run, append.after)
        if not later:
            return False
        if [entry.event for entry in later] == list(append.events):
            return True
        raise Fenced(append.run, append.after, later[-1].seq)
