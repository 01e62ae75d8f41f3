"""The stores as a process of the world has them: they die with it, and what they acknowledge is written down."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable
from functools import partial
from typing import TYPE_CHECKING, Any

from holdfast.errors import StoreError
from holdfast.journal.memory import Memory
from holdfast.journal.sqlite import store as sqlite_store
from holdfast.journal.sqlite.liveness import FileLocks, Heartbeats
from holdfast.journal.store import Append
from tests.chaos.machine import Loop, SimLane, Strand
from tests.chaos.weather import Connection

if TYPE_CHECKING:
    from tests.chaos.process import Process

WRITES = frozenset({"create", "append", "answer", "signal", "complete", "acquire", "release", "save_plan"})


class SimSqlite(sqlite_store.Sqlite):
    """The real store on the world's machine and disk."""

    def __init__(self, path: str, loop: Loop, process: Process) -> None:
        super().__init__(path)
        if process.world.leases:
            self._workers = Heartbeats(process.clock)

        def wrap(db: sqlite3.Connection, strand: Strand, *, writes: bool) -> Any:
            return Connection(db, strand, process, writes=writes)

        self._writer = SimLane(self._writer, loop, partial(wrap, writes=True))
        self._reader = SimLane(self._reader, loop, partial(wrap, writes=False))

    def kill(self) -> None:
        """What the operating system does when the process is gone."""
        for lane in (self._writer, self._reader):
            lane.kill()  # type: ignore[attr-defined]
        self.forget()

    def forget(self) -> None:
        """Nobody can tell any more that this process lives."""
        if isinstance(self._workers, FileLocks):
            self._workers.forget()


class Handle:
    """What an engine has for a store.

    Args:
        store: a `SimSqlite` of its own, or the `Memory` that all share.
        process: whose.
    """

    def __init__(self, store: Any, process: Process) -> None:
        self._store, self._process = store, process

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        return partial(self._append if name == "append" else self._ask, name, found)

    def _append(self, name: str, own: Any, append: Append) -> Awaitable[object]:
        """It is under way as soon as it is asked for, as in the store itself."""
        if self._process.gone:
            return self._process.nothing()
        self._process.world.books.tried(append)
        if isinstance(self._store, Memory):
            return self._ask(name, own, append)
        under_way = asyncio.ensure_future(own(append))
        return self._ask(name, lambda _: under_way, append)

    async def _ask(self, name: str, own: Any, *args: Any, **named: Any) -> Any:
        process, books = self._process, self._process.world.books
        await process.moment(f"before {name}")
        if isinstance(self._store, Memory):
            await self._memory_fails(name, "before")
        if name == "release":
            books.released(args[0])
        result = await own(*args, **named)
        await process.moment(f"after {name}")
        books.acknowledged(process, name, args, result)
        if isinstance(self._store, Memory):
            await self._memory_fails(name, "after")
        return result

    async def _memory_fails(self, name: str, when: str) -> None:
        weather = self._process.world.weather
        if name in WRITES and (weather.full or weather.readonly):
            raise StoreError("invented: the store takes nothing")
        match weather.draw("slow", "errors"):
            case "slow":
                await self._process.sleep(weather.delay())
            case "errors" if name in WRITES:
                self._process.told(f"an error {when} {name}")
                raise StoreError(f"invented: {when} {name}")
