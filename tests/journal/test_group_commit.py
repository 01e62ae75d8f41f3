"""What waits for the disk at a moment is one batch, written by one thread and acknowledged together."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from holdfast.journal.sqlite import Sqlite
from holdfast.journal.sqlite.lane import Request
from holdfast.journal.sqlite.writer import Look, Writer
from tests.journal.making import begin, turn

pytestmark = pytest.mark.anyio

RUNS = [f"r{number}" for number in range(30)]


async def test_what_waits_at_a_moment_is_one_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty runs' appends that come while the thread is busy are one transaction, and all hear of it at once."""
    batches: list[tuple[int, int, int]] = []
    busy = threading.Event()
    usual = Writer.perform

    def perform(self: Writer, db: sqlite3.Connection, batch: list[Request]) -> None:
        before = changes(tmp_path / "runs.db")
        usual(self, db, batch)
        batches.append((len(batch), changes(tmp_path / "runs.db") - before, threading.get_ident()))

    monkeypatch.setattr(Writer, "perform", perform)
    async with Sqlite(str(tmp_path / "runs.db")) as store:
        await begin(store, *RUNS)
        batches.clear()
        holding = store._writer.ask(Look(lambda _db: busy.wait(10)))
        waiting = [asyncio.ensure_future(store.append(turn(run=run))) for run in RUNS]
        busy.set()
        await holding
        await waiting[0]
        assert [True] * len(RUNS) == [one.done() for one in waiting]
        assert [2] * len(RUNS) == [(await store.run(run)).last_seq for run in RUNS]
    assert 1 == sum(commits for _, commits, _ in batches)
    assert 30 <= max(size for size, *_ in batches) <= 31
    (thread,) = {thread for *_, thread in batches}
    assert threading.get_ident() != thread


def changes(path: Path) -> int:
    """How many transactions the write-ahead log of a database ends: frames that say how large the database is then."""
    log = path.with_name(f"{path.name}-wal").read_bytes()
    page = int.from_bytes(log[8:12])
    return sum(log[at + 4 : at + 8] != bytes(4) for at in range(32, len(log), page + 24))
