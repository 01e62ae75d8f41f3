"""A copy of a world's store, and the store put back to it: what was done in between stands in it nowhere."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from holdfast.errors import HoldfastError, StoreError
from holdfast.journal.sqlite import backup

if TYPE_CHECKING:
    from tests.chaos.world import World


RESTORES = "restores"
"""A fault that only some worlds have, beside the others: its store is put back to a copy."""


class Copies:
    """Whoever keeps a world's store. The copy is made when all runs stand, for others nobody doubts (docs/keeping.md).

    Args:
        world: whose.
    """

    def __init__(self, world: World) -> None:
        self._world, self._chance = world, world.chance

    async def keep(self) -> None:
        """Copy the store at some moment, put it back at a later one."""
        world, chance = self._world, self._chance
        while not world.outside.started:
            await asyncio.sleep(0.5)
        await asyncio.sleep(chance.choice((0.0, 1.0, 5.0, 20.0)))
        if world.over or world.weather.calm:
            return
        try:
            self._take()
            await asyncio.sleep(chance.choice((0.5, 3.0, 15.0, 60.0)))
            if not world.over and not world.weather.calm:
                self._put_back()
        except HoldfastError as error:
            world.break_law("total", f"who keeps the store is told {error}")

    def _take(self) -> None:
        world = self._world
        world.told("the store is copied")
        with _virtual_time(world):
            backup.take(world.path, world.folder / "copy.db", force=True)
        self._books = world.books.copied()
        self._done = Counter(world.counterpart.effects)

    def _put_back(self) -> None:
        world = self._world
        world.told("the store is put back to its copy")
        for process in list(world.processes):
            process.die("for the store to be put back")
        world.truth.close()
        try:
            with _virtual_time(world):
                backup.put_back(world.folder / "copy.db", world.path, by="op", force=True)
        except StoreError as error:
            if "is in use" not in str(error):
                raise
            world.told(str(error))  # SQLite keeps the connection of a dead thread that was in the middle of something
            return
        finally:
            world.mount()
        world.books.put_back(self._books)
        world.lost |= {effect for effect, times in world.counterpart.effects.items() if times > self._done[effect]}
        world.heard_of.clear()


@contextmanager
def _virtual_time(world: World) -> Iterator[None]:
    """Copies are dated by the clock of their world."""

    class Clock:
        strftime, gmtime = staticmethod(time.strftime), staticmethod(time.gmtime)

        @staticmethod
        def time() -> float:
            return world.loop.time()

    module: Any = backup
    module.time = Clock
    try:
        yield
    finally:
        module.time = time
