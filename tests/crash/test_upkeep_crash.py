"""Whoever keeps a store may be killed at any moment: it is what it was or what it should be, and again completes it."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from holdfast.audit.verify import Verification
from holdfast.cli.main import main as holdfast
from holdfast.core.events import TimerFired
from holdfast.journal import codec
from holdfast.journal.digest import Chain
from holdfast.journal.sqlite.raw import Raw
from tests.audit.worlds import KEY, fill

Victims = Callable[..., tuple[int, int]]
State = dict[str, list[Any]]

MOMENTS = 4
"""Statements before which each command dies, out of all that it has."""

TAIL = 5
"""Its last statements, which commit and end: it dies before each of them, too."""

INSTANTS = 2
"""Times at which it is killed from outside, wherever it is then."""


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    """Carries out a command in a process of its own; see `upkeep`."""
    command = [sys.executable, "-m", "tests.crash.upkeep"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None

        def born(words: list[str], statement: int | None = None, seconds: float | None = None) -> tuple[int, int]:
            stdin.write(json.dumps([words, statement, seconds]) + "\n")
            stdin.flush()
            status, statements = json.loads(stdout.readline())
            return status, statements

        yield born
        stdin.close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of everything, and a copy of it from before the last run."""
    folder = tmp_path_factory.mktemp("kept")
    path = fill(folder)
    (folder / "holdfast.toml").write_text('store = "sqlite:runs.db"\n[audit]\nkey = "file:audit.key"\n')
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    return folder


def state(path: Path) -> State:
    """All that stands in a store, but for who erased what when."""
    with closing(sqlite3.connect(path)) as db:
        return {table: db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in TABLES}


TABLES = ("runs", "journal", "blobs", "ledger", "reviews", "inbox", "pending", "callbacks", "plans")


def faults(path: Path) -> set[str]:
    """Kinds of faults that an audit finds."""
    with Raw(str(path)) as raw:
        return {fault.kind for fault in Verification(Chain.keyed(KEY.encode())).store(raw).faults}


def spread(count: int) -> list[int]:
    """Some of so many moments: the last ones, which commit and end, and others between."""
    return sorted({*range(max(0, count - TAIL), count), *(count * part // MOMENTS for part in range(MOMENTS))})


def killed(victims: Victims, store: Path, folder: Path, words: list[str]) -> Iterator[Path]:
    """The folder as every death of a command leaves it."""
    words = ["--config", str(folder / "holdfast.toml"), *words]

    def fresh() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(store, folder)

    fresh()
    began = time.monotonic()
    status, statements = victims(words)
    assert 0 == status
    lasted = time.monotonic() - began
    deaths: list[dict[str, Any]] = [{"statement": number} for number in spread(statements)]
    deaths += [{"seconds": lasted * (part + 0.5) / INSTANTS} for part in range(INSTANTS)]
    died = 0
    for death in deaths:
        fresh()
        status, _ = victims(words, **death)
        assert status in ({-signal.SIGKILL} if "statement" in death else {-signal.SIGKILL, 0}), death
        died += status != 0
        yield folder / "runs.db"
    assert died > MOMENTS


def again(folder: Path, *words: str) -> None:
    """Do it once more, undisturbed."""
    assert 0 == holdfast(["--config", str(folder / "holdfast.toml"), "--quiet", *words])


FORGED = codec.encode([TimerFired(timer="t")]).body.decode()
DAMAGE = (
    "DELETE FROM ledger WHERE key IN (SELECT key FROM ledger LIMIT 3)",
    "UPDATE runs SET status = 'failed', waiting = NULL WHERE task = 'a2'",
    "UPDATE reviews SET state = 'open', outcome = ''",
    "DELETE FROM pending",
    f"INSERT INTO inbox(run, at, body) SELECT id, 1.0, CAST('{FORGED}' AS BLOB) FROM runs WHERE task = 'm1'",
)


def test_a_rebuild_that_is_killed(victims: Victims, store: Path, tmp_path: Path) -> None:
    """All tables are what they were or all are right; the journals are never touched."""
    broken, right = tmp_path / "broken", state(store / "runs.db")
    shutil.copytree(store, broken)
    with closing(sqlite3.connect(broken / "runs.db")) as db:
        for statement in DAMAGE:
            db.execute(statement)
        db.commit()
    wrong = state(broken / "runs.db")
    assert {"row_differs", "slipped_in"} == faults(broken / "runs.db")
    outcomes = set()
    for path in killed(victims, broken, tmp_path / "store", ["rebuild"]):
        found = state(path)
        assert found in (wrong, right)
        outcomes.add(found == right)
        again(path.parent, "rebuild")
        assert (right, set()) == (state(path), faults(path))
    assert {True, False} == outcomes


def test_a_restore_that_is_killed(victims: Victims, store: Path, tmp_path: Path) -> None:
    """The store holds what it held or what the copy holds; the copy is what it was."""
    folder, copy = tmp_path / "store", tmp_path / "copy.db"
    again(store, "backup", str(copy))
    later = tmp_path / "later"
    shutil.copytree(store, later)
    again(later, "cancel", "a2")
    before, after, bytes_of_copy = state(later / "runs.db"), state(store / "runs.db"), copy.read_bytes()
    assert before != after
    outcomes = set()
    for path in killed(victims, later, folder, ["restore", str(copy), "--force"]):
        found = state(path)
        assert found in (before, after)
        outcomes.add(found == after)
        assert set() == faults(path)
        again(folder, "restore", str(copy), "--force")
        assert (after, set(), bytes_of_copy) == (state(path), faults(path), copy.read_bytes())
        assert [] == [file.name for file in folder.iterdir() if ".part" in file.name]
    assert {True, False} == outcomes


@pytest.mark.parametrize("words", [["erase", "t3", "--by", "op"], ["retain", "--payloads", "1ms"]])
def test_an_erasure_that_is_killed(victims: Victims, store: Path, tmp_path: Path, words: list[str]) -> None:
    """All values are there or none; again no byte of them is left, and it is proven still what happened."""
    whole = state(store / "runs.db")
    outcomes = set()
    for path in killed(victims, store, tmp_path / "store", words):
        erased = b'"max"' not in raw_journal(path)
        assert erased or state(path) == whole
        outcomes.add((erased, unswept(path)))
        assert set() == faults(path)
        again(path.parent, *words)
        assert (set(), False) == (faults(path), unswept(path))
        for file in (path, path.with_name("runs.db-wal")):
            assert not file.exists() or b'"max"' not in file.read_bytes()
        assert [row[0] for row in whole["runs"]] == [row[0] for row in state(path)["runs"]]
    assert {(False, False), (True, True), (True, False)} == outcomes


def unswept(path: Path) -> bool:
    """Whether older copies of what was erased may lie in the file still."""
    with closing(sqlite3.connect(path)) as db:
        return bool(db.execute("SELECT count(*) FROM unswept").fetchone()[0])


def raw_journal(path: Path) -> bytes:
    """The text of every journal."""
    with closing(sqlite3.connect(path)) as db:
        return b"".join(body for (body,) in db.execute("SELECT body FROM journal"))
