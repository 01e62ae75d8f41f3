"""The floor: the least that a durable journal in Python on SQLite can be. Nobody can promise as much with less.

One thread writes. A step's completion and the next step's intent are one row, and nothing is done before the row that
intends it is committed: `synchronous=FULL`, write-ahead log. All rows that wait are one transaction (group commit).
There is no plan, no ledger, no key that is looked up, no state, no digest: those are what Holdfast adds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

from work import Run, World, main

Row = tuple[str, int, str]
Waiting = tuple[Row, asyncio.Future[None]]
INSERT = "INSERT INTO journal(run, seq, body) VALUES (?, ?, ?)"


class Journal:
    """An append-only table with one writing thread."""

    def __init__(self, path: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA wal_autocheckpoint = 4000")
        self._db.execute("CREATE TABLE journal(id INTEGER PRIMARY KEY, run TEXT, seq INTEGER, body TEXT)")
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def append(self, row: Row) -> asyncio.Future[None]:
        """Commit a row; the future is done when it is on the disk."""
        future = self._loop.create_future()
        self._queue.put((row, future))
        return future

    def close(self) -> None:
        """Write what waits and end."""
        self._queue.put(None)
        self._thread.join()
        self._db.close()

    def _write(self) -> None:
        while batch := self._batch():
            if len(batch) == 1:
                self._db.execute(INSERT, batch[0][0])
            else:
                self._db.execute("BEGIN")
                self._db.executemany(INSERT, [row for row, _ in batch])
                self._db.execute("COMMIT")
            self._loop.call_soon_threadsafe(_acknowledge, batch)

    def _batch(self) -> list[Waiting]:
        first = self._queue.get()
        if first is None:
            return []
        batch = [first]
        while True:
            try:
                more = self._queue.get_nowait()
            except Empty:
                return batch
            if more is None:
                self._queue.put(None)
                return batch
            batch.append(more)


def _acknowledge(batch: list[Waiting]) -> None:
    for _, future in batch:
        future.set_result(None)


async def one(journal: Journal, world: World, run: str, steps: int) -> None:
    """One run: intent, effect, completion with the next intent, and so on."""

    async def noop(_n: int) -> None:
        world.happen()

    await journal.append((run, 0, json.dumps([_intent(run, 1)])))
    for n in range(1, steps + 1):
        value = await noop(n)
        done = {"done": n, "value": value, "at": time.time()}
        await journal.append((run, n, json.dumps([done, _intent(run, n + 1)] if n < steps else [done])))


def _intent(run: str, n: int) -> dict[str, object]:
    return {"call": n, "tool": "bench.put", "key": f"local:bench:{run}:s{n}", "args": {"n": n}}


@asynccontextmanager
async def floor(folder: Path, world: World, _args: argparse.Namespace) -> AsyncIterator[Run]:
    """The floor as a contender."""
    journal = Journal(folder / "floor.db")
    count = 0

    async def run(runs: int, steps: int) -> None:
        nonlocal count
        names = [f"run-{count + number}" for number in range(runs)]
        count += runs
        await asyncio.gather(*(one(journal, world, name, steps) for name in names))

    try:
        yield run
    finally:
        journal.close()


if __name__ == "__main__":
    main(floor)
