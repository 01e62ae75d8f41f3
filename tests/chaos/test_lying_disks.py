"""The SQLite store on what a loss of power may leave: torn, lost, reordered and forged writes, at every commit.

A workload is carried out once, with the bytes of the database and its log kept after each commit. From two neighbours
among these every state is drawn that a disk may be in when the power fails between them, and the real store is opened
on it. What it says is compared with the memory store after the same appends.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import pytest

from holdfast.core.events import CallReturned, Event
from holdfast.errors import StoreError
from holdfast.journal.memory import Memory
from holdfast.journal.open import open_store
from holdfast.journal.sqlite import Sqlite, connection
from holdfast.journal.store import Append, Durability, RunFilter, Store
from tests.chaos.disk import Disk, Image, image, synchronous
from tests.journal.making import NOON, claim, closed, mark, new_run, opened, requested, turn, waiting

RUNS = ("r1", "r2", "r3")
STATES = 3
"""Drawn for every commit."""


def workload() -> list[Append]:
    """Appends of three runs, each with claims, marks, reviews and a row; some of them of many pages."""
    made: list[Append] = []
    for number in range(24):
        run = RUNS[number % 3]
        after = 1 + number // 3
        size = (10, 3_000, 40_000)[number % 5 % 3]
        key = f"{run}:{number // 6}"
        changes = [claim(key)] if number // 3 % 2 == 0 else [mark("succeeded", number, key)]
        if number // 3 == 2:
            changes.append(opened(f"{run}.1"))
        if number // 3 == 5:
            changes.append(closed("withdrawn", f"{run}.1"))
        events: Sequence[Event] = [CallReturned(call=number, value=["x" * size])]
        made.append(
            turn(*events, run=run, after=after, at=NOON + number, changes=changes, summary=waiting(NOON + number))
        )
    return made


async def told(store: Store) -> Any:
    """Everything that a store says."""
    rows = await store.runs(RunFilter())
    return (
        rows,
        {row.run: await store.entries(row.run) for row in rows},
        sorted(await store.effects(limit=1_000), key=lambda row: row.key),
        sorted(await store.review_history(0.0), key=lambda row: row.review.id),
    )


async def begun(store: Store) -> None:
    for run in RUNS:
        await store.create(new_run(run), [requested(run)])


async def expected() -> list[Any]:
    """What a store says after each number of appends of the workload."""
    async with Memory() as store:
        await begun(store)
        said = [await told(store)]
        for append in workload():
            await store.append(append)
            said.append(await told(store))
        return said


async def photographed(path: Path, durability: Durability) -> list[tuple[Disk, Image]]:
    """The workload on a file: for each commit the disk before it and the files after it."""
    photographs: list[tuple[Disk, Image]] = []
    async with Sqlite(str(path), durability=durability) as store:
        await begun(store)
        disk = Disk(path)
        for append in workload():
            await store.append(append)
            before = Disk.__new__(Disk)
            before._path, before.kept = path, disk.kept
            photographs.append((before, image(path)))
            disk.settled(synced=await store._writer.call(synchronous))
    return photographs


async def after_the_crash(path: Path) -> Any:
    async with open_store(str(path)) as store:
        return await told(store)


@pytest.fixture(scope="module")
def prefixes() -> list[Any]:
    """What may be said."""
    return anyio.run(expected)


@pytest.fixture(params=[4000, 12])
def pages(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Without checkpoints on the way, and with one every few commits."""
    monkeypatch.setattr(connection, "CHECKPOINT_PAGES", request.param)
    return int(request.param)


def test_what_was_acknowledged_survives_a_torn_commit(prefixes: list[Any], pages: int, tmp_path: Path) -> None:
    """Under `power`: all appends before the one that was under way are there, and that one wholly or not at all."""
    chance, seen = random.Random(pages), set[bool]()
    for number, (disk, files) in enumerate(anyio.run(photographed, tmp_path / "runs.db", "power")):
        for state in range(STATES):
            path = tmp_path / f"{number}-{state}.db"
            disk.crash(chance, files).put(path)
            said = anyio.run(after_the_crash, path)
            assert said in prefixes[number : number + 2], f"commit {number}, state {state}"
            seen.add(said == prefixes[number + 1])
    assert {True, False} == seen


def test_what_a_lost_fsync_leaves_is_a_beginning(prefixes: list[Any], tmp_path: Path) -> None:
    """A disk that does not wait when it is told to may lose acknowledged appends: the last ones, whole."""
    chance, lost = random.Random(7), 0
    photographs = anyio.run(photographed, tmp_path / "runs.db", "power")
    for number, (_, files) in enumerate(photographs):
        for state in range(STATES):
            disk, _ = photographs[chance.randint(max(0, number - 6), number)]
            path = tmp_path / f"{number}-{state}.db"
            disk.crash(chance, files).put(path)
            said = anyio.run(after_the_crash, path)
            assert said in prefixes[: number + 2]
            lost += said in prefixes[:number]
    assert lost > 0


def test_process_durability_may_lose_the_end_and_nothing_else(prefixes: list[Any], pages: int, tmp_path: Path) -> None:
    """An acknowledged append may be lost with the power; what is there is a beginning."""
    chance, lost = random.Random(pages), 0
    for number, (disk, files) in enumerate(anyio.run(photographed, tmp_path / "runs.db", "process")):
        path = tmp_path / f"{number}.db"
        disk.crash(chance, files).put(path)
        said = anyio.run(after_the_crash, path)
        assert said in prefixes[: number + 2]
        lost += said in prefixes[:number]
    assert lost > 0


def test_a_lying_disk_under_a_checkpoint_is_found_out(prefixes: list[Any], tmp_path: Path) -> None:
    """Pages of the database lost or forged below a log that is gone: an error, or whole journals."""
    chance, errors = random.Random(11), 0
    photographs = anyio.run(photographed, tmp_path / "runs.db", "power")
    whole = prefixes[-1][1]
    path = tmp_path / "end.db"
    photographs[-1][1].put(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    before, after = photographs[0][1].db, path.read_bytes()
    for state in range(30):
        page = chance.randrange(1, len(after) // 4096)
        lie = before[page * 4096 : (page + 1) * 4096] or bytes(4096)
        path = tmp_path / f"{state}.db"
        path.write_bytes(after[: page * 4096] + lie.ljust(4096, b"\0") + after[(page + 1) * 4096 :])
        try:
            journals = anyio.run(after_the_crash, path)[1]
        except StoreError:
            errors += 1
        else:
            assert all(entries == whole[run] for run, entries in journals.items())
    assert errors > 0
