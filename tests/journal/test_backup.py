"""A copy of a store that is written to, and a store put back to one: before or after, never between."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import anyio
import pytest

import holdfast
from holdfast import tool
from holdfast.errors import ConfigError, StoreError
from holdfast.journal.open import open_store
from holdfast.journal.sqlite import backup, copies
from holdfast.journal.store import RunFilter
from holdfast.plan.load import load_source
from tests.engine.world import plan, session
from tests.journal.making import NOON, begin, turn

pytestmark = pytest.mark.anyio


def _store(folder: Path, *runs: str) -> Path:
    async def made() -> None:
        async with open_store(f"sqlite:{folder}/runs.db", durability="process") as store:
            await begin(store, *runs)

    anyio.run(made)
    return folder / "runs.db"


def _runs(path: Path) -> list[str]:
    async def found() -> list[str]:
        async with open_store(f"sqlite:{path}") as store:
            return sorted(row.run for row in await store.runs(RunFilter()))

    return anyio.run(found)


async def test_a_copy_of_a_store_that_is_written_to_is_one_instant(tmp_path: Path) -> None:
    """Every copy made while runs are written has whole runs, and as many as there were entries."""
    path = tmp_path / "runs.db"
    async with open_store(f"sqlite:{path}", durability="process") as store:
        await begin(store, "r1")
        done = threading.Event()
        copies: list[backup.Copied] = []

        def copy() -> None:
            while not done.is_set():
                copies.append(backup.take(path, tmp_path / f"c{len(copies)}.db", progress=lambda _left, _of: None))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.to_thread.run_sync, copy)
            for seq in range(1, 400):
                await store.append(turn(after=seq, at=NOON + seq))
                await anyio.lowlevel.checkpoint()
            await anyio.sleep(0.1)
            done.set()
    assert [1] * len(copies) == [one.runs for one in copies]
    for number, one in enumerate(copies[:3]):
        async with open_store(f"sqlite:{tmp_path}/c{number}.db") as store:
            assert one.appends == len(await store.entries("r1"))


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    """Unless --force says so; the store itself never is, nor is a folder a file."""
    path, target = _store(tmp_path, "r1"), tmp_path / "copy.db"
    backup.take(path, target)
    with pytest.raises(ConfigError, match="is there already"):
        backup.take(path, target)
    backup.take(path, target, force=True)
    for place, wrong in ((path, "the store itself"), (tmp_path, "is a folder"), (tmp_path / "no" / "x", "no folder")):
        with pytest.raises(ConfigError, match=wrong):
            backup.take(path, place, force=True)
    with pytest.raises(ConfigError, match="nothing to back up"):
        backup.take(tmp_path / "none.db", tmp_path / "new.db")


def test_a_store_is_put_back(tmp_path: Path) -> None:
    """It is what it was; without a store there is one afterwards; what it says of itself is when the copy was made."""
    path, target = _store(tmp_path, "r1", "r2"), tmp_path / "copy.db"
    taken = backup.take(path, target).taken
    _store(tmp_path, "r3")
    with pytest.raises(ConfigError, match="has 3 runs: say --force"):
        backup.put_back(target, path, by="op")
    held = backup.put_back(target, path, by="op", force=True)
    assert (2, ("r1", "r2"), taken) == (held.runs, held.unfinished, held.taken)
    backup.put_back(target, tmp_path / "new" / "runs.db", by="op")
    for place in (path, tmp_path / "new" / "runs.db"):
        assert ["r1", "r2"] == _runs(place)
        with closing(sqlite3.connect(place)) as db:
            restored = copies.restored(db, "r1")
        assert restored is not None
        assert (taken, "op") == (restored.taken, restored.by)


async def test_a_store_in_use_is_not_replaced(tmp_path: Path) -> None:
    """Whoever has it open would go on in what is gone."""
    path, target = tmp_path / "runs.db", tmp_path / "copy.db"
    async with open_store(f"sqlite:{path}") as store:
        await begin(store)
    backup.take(path, target)
    async with open_store(f"sqlite:{path}") as store:
        assert await store.acquire("r1", "w1")
        with pytest.raises(StoreError, match=r"in use \(w1\)"):
            backup.put_back(target, path, by="op", force=True)
    async with open_store(f"sqlite:{path}"):
        with pytest.raises(StoreError, match="in use"):
            backup.put_back(target, path, by="op", force=True)


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    """Another file, another program's database, a damaged one, a newer one."""
    path, target = _store(tmp_path, *(f"r{n}" for n in range(90))), tmp_path / "copy.db"
    backup.take(path, target)
    (tmp_path / "text").write_text("no database", encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "other.db")) as db:
        db.execute("CREATE TABLE t(x)")
    damaged = bytearray(target.read_bytes())
    damaged[4096 * 3 : 4096 * 5] = bytes(8192)
    (tmp_path / "damaged.db").write_bytes(damaged)
    with closing(sqlite3.connect(target, isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 99")
    wrong = {"none": "no backup", "text": "not a Holdfast store", "other.db": "no backup of", "damaged.db": "damaged",
             "copy.db": "use a newer Holdfast"}  # fmt: skip
    for name, said in wrong.items():
        with pytest.raises((ConfigError, StoreError), match=said):
            backup.put_back(tmp_path / name, path, by="op", force=True)
    assert 90 == len(_runs(path))


def test_a_damaged_store_is_replaced_and_what_is_left_kept(tmp_path: Path) -> None:
    """That is what backups are for; without --force nothing is touched."""
    path, target = _store(tmp_path, "r1"), tmp_path / "copy.db"
    backup.take(path, target)
    path.write_bytes(b"torn" * 3000)
    with pytest.raises(StoreError, match="is damaged"):
        backup.put_back(target, path, by="op")
    backup.put_back(target, path, by="op", force=True)
    assert ["r1"] == _runs(path)
    (kept,) = tmp_path.glob("runs.db.damaged-*")
    assert b"torn" * 3000 == kept.read_bytes()


@pytest.mark.parametrize("at", ["_note_taken", "look", "_sync"])
def test_a_backup_that_fails_leaves_what_was_there(at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it stops: the copy from before stands, and nothing lies about."""
    path, target = _store(tmp_path, "r1"), tmp_path / "copy.db"
    backup.take(path, target)
    before = target.read_bytes()
    _store(tmp_path, "r2")

    def full(*_args: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(backup, at, full)
    with pytest.raises((StoreError, sqlite3.OperationalError)):
        backup.take(path, target, force=True)
    assert before == target.read_bytes()
    assert {"runs.db", "copy.db"} == {file.name for file in tmp_path.iterdir() if file.is_file()}


_KILLED = """
import os, signal, sqlite3, sys
from pathlib import Path
from holdfast.journal.sqlite import backup, copies
real = sqlite3.connect
def trace(event, args):
    # at the first page that reaches the store itself
    if event == "sqlite3.connect" and str(args[0]).endswith(".part") and os.environ.get("SEEN"):
        os.kill(os.getpid(), signal.SIGKILL)
    if event == "sqlite3.connect" and str(args[0]).endswith(".part"):
        os.environ["SEEN"] = "1"
sys.addaudithook(trace)
more = {"by": "op"} if sys.argv[1] == "put_back" else {}
getattr(backup, sys.argv[1])(Path(sys.argv[2]), Path(sys.argv[3]), force=True, **more)
"""


@pytest.mark.parametrize("what", ["take", "put_back"])
def test_a_kill_leaves_the_store_and_the_copy_as_they_were(what: str, tmp_path: Path) -> None:
    """SIGKILL with the new file half made."""
    path, target = _store(tmp_path, "r1"), tmp_path / "copy.db"
    backup.take(path, target)
    _store(tmp_path, "r2")
    order = (path, target) if what == "take" else (target, path)
    done = subprocess.run([sys.executable, "-c", _KILLED, what, *map(str, order)], check=False, env=dict(os.environ))
    assert -signal.SIGKILL == done.returncode
    assert (["r1"], ["r1", "r2"]) == (_runs(target), _runs(path))


# --- What may have been done since ------------------------------------------------------------------------------------


STEPS = """
steps:
  - {id: begin, tool: natural}
  - {id: go, wait: {event: go, timeout: 1h}}
  - {id: by_key, tool: by_key}
  - {id: by_check, tool: by_check}
  - {id: blind, tool: blind}
"""


class Outside:
    """The other side, which remembers what was done to it."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.keys: dict[str, str] = {}

    def tools(self) -> list[object]:
        @tool("natural", effect="write", idempotency="natural")
        async def natural() -> None:
            """Do."""

        @tool("by_key", effect="write", idempotency="key")
        async def by_key(ctx: holdfast.Context) -> str:
            """Do once for each key."""
            if ctx.idempotency_key not in self.keys:
                self.done["by_key"] += 1
            return self.keys.setdefault(ctx.idempotency_key, "done")

        @tool("by_check", effect="write", idempotency="check")
        async def by_check(ctx: holdfast.Context) -> str:
            """Do."""
            self.done["by_check"] += 1
            self.keys[f"check {ctx.idempotency_key}"] = "done"
            return "done"

        @by_check.check
        async def checked(ctx: holdfast.Context) -> str | None:
            """Was it done?"""
            return self.keys.get(f"check {ctx.idempotency_key}")

        @tool("blind", effect="write", idempotency="none")
        async def blind() -> str:
            """Do."""
            self.done["blind"] += 1
            return "done"

        return [natural, by_key, by_check, blind]


@pytest.mark.parametrize("ran_on", [True, False])
async def test_what_a_run_did_after_the_copy_is_not_done_twice(*, ran_on: bool, tmp_path: Path) -> None:
    """A run goes on after the backup, the store is put back, the run goes on again: each effect took place once.

    Nothing is taken for done either: where the run had not gone on, all is done now, and a person says of the write
    that nobody can ask about whether it was.
    """
    outside, path, target = Outside(), tmp_path / "runs.db", tmp_path / "copy.db"
    async with session("sqlite", tmp_path, *outside.tools()) as hf:
        run = await hf.start(plan(STEPS), task="t")
        assert "waiting" == (await run.result()).status
        backup.take(path, target)
        if ran_on:
            await hf.signal(run.id, "go")
            with anyio.fail_after(5):
                assert "succeeded" == (await run.wait()).status
    backup.put_back(target, path, by="op", force=True)
    async with session("sqlite", tmp_path, *outside.tools()) as hf:
        again = await hf.resume(run.id)
        await hf.signal(run.id, "go")
        with anyio.fail_after(5):
            assert "waiting" == (await again.result()).status
            (review,) = await hf.reviews()
            assert "put back to a backup" in review.review.reason
            said = holdfast.Decision("happened", "done", by="ana") if ran_on else holdfast.Decision("retry", by="ana")
            await hf.decide(review.review.id, said)
            assert "succeeded" == (await again.wait()).status
        assert {"by_key": 1, "by_check": 1, "blind": 1} == outside.done
        assert None is (await again.replay()).divergence
        assert [] == await hf._store.differences(load_source, NOON)
        fresh = await hf.start(plan(STEPS), task="new")
        await fresh.result()
        await hf.signal(fresh.id, "go")
        with anyio.fail_after(5):
            await fresh.wait()
    assert {"by_key": 2, "by_check": 2, "blind": 2} == outside.done
