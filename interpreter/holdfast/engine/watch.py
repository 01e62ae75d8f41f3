"""The eye on the store: what other processes wrote, what is due, who died.

It asks often and cheaply whether anything was written by others (`Store.changed`), and only then what. Due times of
parked runs are in memory for the runs this engine started or resumed; a worker that follows all asks the store.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
from typing import TYPE_CHECKING, Final, Protocol

from holdfast.engine.settings import Settings
from holdfast.engine.ward import Ward
from holdfast.errors import StoreError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from holdfast.engine.live import LiveRun
    from holdfast.engine.plans import Plans
    from holdfast.journal.store import InboxItem, RunRow, Store

LOG: Final = logging.getLogger("holdfast.engine")
SLOW: Final = 0.5
"""Seconds between looks at what no write announces: the death of another worker, due runs of the whole store."""

READY: Final = 200
"""Runs that a worker following all takes up at one look."""


class Keeper(Protocol):
    """The engine, as the watch sees it."""

    store: Store
    settings: Settings
    worker: str
    wards: dict[str, Ward]
    lives: dict[str, LiveRun]
    clock: Callable[[], float]
    plans: Plans

    def enqueue(self, ward: Ward) -> None:
        """Bring a run into memory."""
        ...

    def adopt(self, run: str) -> None:
        """Be responsible for a run and bring it into memory."""
        ...

    def seen_elsewhere(self, ward: Ward, row: RunRow) -> None:
        """What another worker made of a run."""
        ...

    async def release_owed(self) -> None:
        """Give up runs that could not be given up when they should have been."""
        ...

    def dispatch(self, lives: Mapping[str, LiveRun | None], items: Sequence[InboxItem]) -> None:
        """Hand inbox items to their runs."""
        ...


class Watch:
    """Wakes runs of one engine."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._due: list[tuple[float, int, Ward]] = []
        self._order = itertools.count()
        self._slow_at = 0.0
        self._look = False

    def look(self) -> None:
        """Something may have come that no change of the store will announce any more: look for it soon."""
        self._look = True

    def park(self, ward: Ward) -> None:
        """The run left memory; it is due again at `ward.wake_at`, if ever."""
        self.look()  # something may have come between its last look and now
        if ward.wake_at is not None:
            heapq.heappush(self._due, (ward.wake_at, next(self._order), ward))

    async def keep(self) -> None:
        """Watch until cancelled. A failing store is tried again: the runs themselves say what is wrong with it."""
        pause = self._keeper.settings.poll
        while True:
            await asyncio.sleep(pause)
            try:
                await self._once()
            except StoreError as error:
                LOG.debug("the store cannot be watched: %s", error)
            except Exception:
                LOG.exception("a fault of Holdfast itself: the watch goes on")

    async def _once(self) -> None:
        keeper = self._keeper
        self._wake_due()
        changed = await keeper.store.changed() or self._look
        slow = asyncio.get_running_loop().time() >= self._slow_at
        if slow:
            self._slow_at = asyncio.get_running_loop().time() + SLOW
            await keeper.release_owed()
            if not keeper.lives:
                keeper.plans.keep()
        if not (changed or slow):
            return
        self._look = False
        states = {"live", "parked", "queued"} if slow else {"live", "parked"}  # queued: another priority may have come
        lives = {run: ward.live for run, ward in keeper.wards.items() if ward.state in states}
        if lives and (items := await keeper.store.inbox(list(lives))):
            keeper.dispatch(lives, items)
        await self._look_elsewhere(slow=slow)
        if keeper.settings.follow_all:
            for run in await keeper.store.ready(keeper.clock(), keeper.worker, READY):
                keeper.adopt(run)

    def _wake_due(self) -> None:
        now = self._keeper.clock()
        for live in self._keeper.lives.values():
            # The loop's own timers are exact; this look is for clocks that were set or that stood still.
            if live.due is not None and live.due <= now:
                live.wake()
        while self._due and self._due[0][0] <= now:
            due, _, ward = heapq.heappop(self._due)
            if ward.state == "parked" and ward.wake_at == due:
                self._keeper.enqueue(ward)

    async def _look_elsewhere(self, *, slow: bool) -> None:
        for ward in [ward for ward in self._keeper.wards.values() if ward.state == "elsewhere"]:
            try:
                row = await self._keeper.store.run(ward.run)
            except UnknownName:
                continue
            if slow or not row.owner:
                self._keeper.seen_elsewhere(ward, row)
