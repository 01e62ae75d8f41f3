"""The moments at which a process may die: around every write to the store, every effect and every answer.

A trial is carried out once without a death, which counts the moments, then once for each of them. What is dead writes
nothing more and does nothing more; another process takes the run over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from holdfast.core.actions import ReviewOpened
from holdfast.core.review import Review
from holdfast.errors import StoreError
from holdfast.journal.store import Append, Store

MOST: Final = 200_000
"""Moments after which a trial is called endless."""

_WRITES: Final = frozenset({"create", "append", "answer", "signal", "complete"})


class Moments:
    """One life of a process.

    Args:
        die: the number of the moment at which it ends, from 0; None: it does not.
        passed: how many moments lives before it have passed.
    """

    def __init__(self, die: int | None = None, passed: int = 0) -> None:
        self._die = die
        self.passed = passed
        self.last = ""
        self.dead = False
        self._gone: asyncio.Future[None] | None = None

    @property
    def endless(self) -> bool:
        """Whether so much has passed that no end is to be expected; then the process was stopped."""
        return self.passed >= MOST

    def gone(self) -> asyncio.Future[None]:
        """Done when the process has died."""
        if self._gone is None:
            self._gone = asyncio.get_running_loop().create_future()
        return self._gone

    async def here(self, what: str) -> None:
        """Live through a moment, or die in it: then this never ends."""
        if not self.dead:
            dies = self.passed == self._die
            self.passed += 1
            if dies:
                self.last = what
            if dies or self.endless:
                await self.die()
        if self.dead:
            await asyncio.get_running_loop().create_future()

    async def die(self) -> None:
        """The process ends here: this never does."""
        if not self.dead:
            self.dead = True
            self.gone().set_result(None)
        await asyncio.get_running_loop().create_future()


class MortalStore:
    """A store whose process may die before or after any write.

    Args:
        store: what outlives it.
        moments: of this life.
        opened: told of every review that was opened.
    """

    def __init__(self, store: Store, moments: Moments, opened: Callable[[Review], None]) -> None:
        self._store, self._moments, self._opened = store, moments, opened

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if self._moments.dead:
            return _dead
        return self._write(name, found) if name in _WRITES else found

    def _write(self, name: str, write: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def mortal(*args: Any, **more: Any) -> object:
            await self._moments.here(f"before {name}")
            result = await write(*args, **more)
            await self._moments.here(f"after {name}")
            if name == "append":
                self._tell(args[0])
            return result

        return mortal

    def _tell(self, append: Append) -> None:
        for change in append.changes:
            if isinstance(change, ReviewOpened):
                self._opened(change.review)


class Dead(StoreError):
    """The process that asks is dead; nobody hears this."""


async def _dead(*_args: object, **_more: object) -> object:
    raise Dead("this process is dead")


class Unheard(logging.Filter):
    """Keeps what a dead process says about its own death out of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether somebody hears it."""
        return not (isinstance(record.args, tuple) and any(isinstance(said, Dead) for said in record.args))
