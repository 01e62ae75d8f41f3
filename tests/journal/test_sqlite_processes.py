"""Several processes on one file: created once, killed at any moment, owners that live and die."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.core.events import SignalReceived
from holdfast.errors import EventRefused, Fenced, StoreError
from holdfast.journal.open import open_store
from holdfast.journal.sqlite.connection import connect
from holdfast.journal.sqlite.liveness import LEASE, FileLocks, Heartbeats
from holdfast.journal.store import Answer, RunFilter
from tests.journal.making import NOON, begin, new_run, opened, requested, turn

ROOT = Path(__file__).parents[2]

CREATOR = """
import asyncio, sys
from holdfast.journal.open import open_store
from tests.journal.making import new_run, requested
async def main(path, name):
    sys.stdin.readline()
    async with open_store(path) as store:
        row, fresh = await store.create(new_run(name, "task"), [requested(name)])
        print(row.run, fresh)
asyncio.run(main(*sys.argv[1:]))
"""

OWNER = """
import asyncio, sys
from holdfast.journal.open import open_store
async def main(path, worker):
    async with open_store(path) as store:
        print(await store.acquire("r1", worker), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
asyncio.run(main(*sys.argv[1:]))
"""

TELLER = """
import asyncio, sys
from holdfast.core.events import SignalReceived
from holdfast.journal.open import open_store
async def main(path):
    async with open_store(path) as store:
        await store.signal("r1", SignalReceived(signal="pause"), 0.0)
asyncio.run(main(*sys.argv[1:]))
"""


def start(*command: str) -> subprocess.Popen[str]:
    """A Python process that sees the checkout."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "interpreter"), str(ROOT)])}
    return subprocess.Popen(
        [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )


def say(process: subprocess.Popen[str], line: str = "go") -> None:
    """Let it go on."""
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    """Its next line."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def files_in(folder: str) -> set[str]:
    """The names in a folder."""
    return {file.name for file in Path(folder).iterdir()}


def end(process: subprocess.Popen[str]) -> None:
    """Wait until it is gone, and close its pipes."""
    process.communicate(timeout=20)


@pytest.mark.anyio
async def test_processes_that_create_the_same_run_at_the_same_moment_get_one(
    tmp_path: Path, anyio_backend: str
) -> None:
    """Also in a file that none of them finds there yet."""
    path = str(tmp_path / "new" / "runs.db")
    processes = [start("-c", CREATOR, path, f"r{number}") for number in range(4)]
    for process in processes:
        say(process)
    answers = [process.communicate(timeout=30)[0].split() for process in processes]

    assert sorted(fresh for _, fresh in answers) == ["False", "False", "False", "True"]
    async with open_store(path) as store:
        (row,) = await store.runs(RunFilter())
        assert {run for run, _ in answers} == {row.run}
        assert len(await store.entries(row.run)) == 1


@pytest.mark.parametrize("runs", [1, 8])
@pytest.mark.anyio
async def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, anyio_backend: str, runs: int) -> None:
    """A writer is killed again and again: each acknowledged turn is there, whole, and the chain verifies."""
    for moment in range(5):
        path = str(tmp_path / f"runs{moment}.db")
        process = start(str(ROOT / "tests" / "journal" / "killed_writer.py"), path, str(runs))
        first = [hear(process) for _ in range(20 + 37 * moment)]
        process.kill()
        assert process.stdout is not None
        lines = [*first, *process.stdout.read().splitlines()]
        end(process)
        acknowledged = {line.split()[0]: int(line.split()[1]) for line in lines if len(line.split()) == 2}

        async with open_store(path) as store:
            for run, seq in acknowledged.items():
                entries = await store.entries(run)
                claims = await store.effects(run=run, limit=10**6)
                assert len(entries) >= seq
                assert len(entries) % 2 == 1
                assert len(claims) == (len(entries) - 1) // 2
                assert sum(row.state == "intended" for row in claims) == 1


@pytest.mark.anyio
async def test_a_living_owner_keeps_its_run_and_a_killed_one_loses_it_at_once(
    tmp_path: Path, anyio_backend: str
) -> None:
    """A stopped process still lives; a killed one is known to be dead without a lease."""
    path = str(tmp_path / "runs.db")
    async with open_store(path) as store:
        await begin(store)
        process = start("-c", OWNER, path, "other")
        assert hear(process) == "True"

        assert not await store.acquire("r1", "me")
        assert await store.ready(NOON, "me", 10) == []
        process.send_signal(signal.SIGSTOP)
        assert not await store.acquire("r1", "me")

        process.kill()
        process.wait(20)
        assert await store.ready(NOON, "me", 10) == ["r1"]
        assert await store.acquire("r1", "me")
        end(process)
        async with open_store(path) as third:
            assert not await third.acquire("r1", "third")
            assert files_in(f"{path}.workers") == {"guard", "me.lock", "third.lock"}


@pytest.mark.anyio
async def test_an_owner_that_closed_its_store_is_gone(tmp_path: Path, anyio_backend: str) -> None:
    """Even when it did not release the run; a new process may take its name."""
    path = str(tmp_path / "runs.db")
    async with open_store(path) as first:
        await begin(first)
        assert await first.acquire("r1", "same/name")
        async with open_store(path) as second:
            assert not await second.acquire("r1", "w2")
            with pytest.raises(StoreError, match="another living process acts as worker `same/name`"):
                await second.acquire("r1", "same/name")
    async with open_store(path) as third:
        assert await third.acquire("r1", "w3")


def test_a_fork_does_not_keep_its_parent_alive(tmp_path: Path) -> None:
    """A tool that forks leaves a child behind; the lock must not go on in it."""
    with closing(connect(str(tmp_path / "runs.db"), "process", writes=True)) as db:
        parent, other = FileLocks(tmp_path / "w"), FileLocks(tmp_path / "w")
        parent.join(db, "p")
        forked, child_is_there = os.pipe()
        until, parent_is_done = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(parent_is_done)
            os.write(child_is_there, b"1")
            os.read(until, 1)
            os._exit(0)
        os.read(forked, 1)
        assert other.alive(db, "p")
        for file in parent._held.values():
            os.close(file)
        parent._held.clear()

        assert not other.alive(db, "p")
        os.close(parent_is_done)
        os.waitpid(child, 0)
        for file in (forked, child_is_there, until):
            os.close(file)


@pytest.mark.anyio
async def test_heartbeats_stand_in_where_there_are_no_locks(tmp_path: Path, anyio_backend: str) -> None:
    """A worker is dead when it has been silent for a lease, or has left."""
    now = 1000.0
    with closing(connect(str(tmp_path / "runs.db"), "process", writes=True)) as db:
        beating = Heartbeats(lambda: now)
        beating.join(db, "w1")
        assert not beating.alive(db, "w2")
        now += LEASE - 1
        assert beating.alive(db, "w1")
        beating.beat(db)
        now += LEASE - 1
        assert beating.alive(db, "w1")
        now += 1
        assert not beating.alive(db, "w1")
        beating.beat(db)
        assert beating.alive(db, "w1")
        beating.leave(db)
        assert not beating.alive(db, "w1")


@pytest.mark.anyio
async def test_another_process_change_is_noticed(tmp_path: Path, anyio_backend: str) -> None:
    """Within the 100 ms that are promised, as seen by a loop that looks 50 times a second."""
    path = str(tmp_path / "runs.db")
    async with open_store(path) as store:
        await begin(store)
        await store.changed()
        assert not await store.changed()
        process = start("-c", TELLER, path)
        assert process.wait(20) == 0
        end(process)

        assert await store.changed()
        assert [item.observation for item in await store.inbox(["r1"])] == [SignalReceived(signal="pause")]
        assert not await store.changed()


@pytest.mark.anyio
async def test_a_worker_that_was_replaced_is_fenced(tmp_path: Path, anyio_backend: str) -> None:
    """Two stores on one file: whoever is behind cannot write, and can after reading on."""
    path = str(tmp_path / "runs.db")
    async with open_store(path) as old, open_store(path) as new:
        await begin(old)
        await old.append(turn())
        await new.append(turn(after=2, changes=[opened()]))

        with pytest.raises(Fenced) as caught:
            await old.append(turn(after=2))
        assert (caught.value.expected, caught.value.found) == (2, 3)

        await old.answer("r1.1", Answer(decision="approve"), NOON)
        await old.append(turn(after=3))
        assert [entry.seq for entry in await new.entries("r1")] == [1, 2, 3, 4]


@pytest.mark.anyio
async def test_events_from_several_stores_at_once_do_not_pass_the_bound(tmp_path: Path, anyio_backend: str) -> None:
    """Each has a writing thread and a connection of its own, as processes have."""
    path = str(tmp_path / "runs.db")
    paid = SignalReceived(signal="event", name="paid")
    async with open_store(path) as one, open_store(path) as two:
        await one.create(replace(new_run(), keep=10), [requested()])
        sent = [store.signal("r1", paid, 0.0) for _ in range(20) for store in (one, two)]
        said = await asyncio.gather(*sent, return_exceptions=True)
        assert (30, 10) == (sum(isinstance(error, EventRefused) for error in said), len(await two.inbox(["r1"])))


@pytest.mark.anyio
async def test_ready_reads_as_much_as_there_is_to_do(tmp_path: Path, anyio_backend: str) -> None:
    """With any number of parked runs: its query plan has no scan of the runs."""
    from holdfast.journal.sqlite.runs import _READY, OLDEST

    path = tmp_path / "runs.db"
    async with open_store(str(path)) as store:
        await begin(store)
    with closing(sqlite3.connect(path)) as db:
        values = {"now": 0, "living": "[]", "limit": 1, "mine": b""}
        sql = f"SELECT run FROM runs WHERE run IN ({_READY}) {OLDEST} LIMIT :limit"
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]

    assert [line for line in plan if line.startswith("SCAN runs")] == []
