"""What may happen to a store at a moment: nothing, mostly."""

from __future__ import annotations

import random
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.chaos.disk import synchronous
from tests.chaos.machine import Killed, Strand

if TYPE_CHECKING:
    from tests.chaos.process import Process

PATIENCE = 5.0
"""Virtual seconds for which SQLite waits for another writer, as `connection.BUSY_TIMEOUT` says."""

ERRORS = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_BUSY")


def disk_error(name: str) -> sqlite3.OperationalError:
    """What the driver raises for an error of this name."""
    error = sqlite3.OperationalError(f"invented: {name}")
    error.sqlite_errorname = name
    return error


class Weather:
    """The state of a world's disk.

    Args:
        chance: the world's.
        faults: which of `slow`, `errors`, `torn`, `deaths` may happen at a statement.
    """

    def __init__(self, chance: random.Random, faults: frozenset[str]) -> None:
        self.chance, self.faults = chance, faults
        self.odds = chance.choice((0.01, 0.03, 0.1))
        self.full = self.readonly = False
        self.calm = False
        self.left = chance.choice((2, 5, 15))
        """How many faults are still to come."""

    def draw(self, *faults: str) -> str | None:
        """One of these faults, rarely; one that is not in this world's weather is none."""
        if self.calm or not self.left or self.chance.random() >= self.odds:
            return None
        fault = self.chance.choice(faults)
        if fault not in self.faults:
            return None
        self.left -= 1
        return fault

    def delay(self) -> float:
        """How long something slow takes, in seconds."""
        return self.chance.choice((0.001, 0.05, 0.5, 3.0, 20.0))


class Connection:
    """A connection to SQLite whose statements are exposed to the weather."""

    def __init__(self, db: sqlite3.Connection, strand: Strand, process: Process, *, writes: bool) -> None:
        self._db, self._strand, self._process = db, strand, process
        self._weather, self._writes = process.world.weather, writes
        self._known = (False, False)
        self._came: list[bytes] = []
        self.synced = synchronous(db)
        db.execute("PRAGMA busy_timeout = 0")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        """What the driver does, sooner or later, or an error, or death."""
        if sql == "ROLLBACK" or sql.startswith("PRAGMA"):
            return self._db.execute(sql, parameters)
        if self._strand.dead:
            raise Killed
        kind = self._kind(sql)
        if self._writes:
            self._set_state()
        if not kind:
            if sql.lstrip().startswith("INSERT INTO inbox(run, at, body, event"):
                self._came.append(parameters[2])
            return self._patiently(lambda: self._db.execute(sql, parameters))
        if kind == "begin immediate":
            self._came.clear()
        self._before(kind)
        done = self._patiently(lambda: self._really(kind, sql, parameters))
        self._after(kind)
        return done

    def _kind(self, sql: str) -> str:
        if not self._writes:
            return "read"
        if sql in {"BEGIN IMMEDIATE", "COMMIT"}:
            return sql.lower()
        return "" if self._db.in_transaction else "commit"  # a statement by itself is a transaction

    def _set_state(self) -> None:
        """A full disk and a read-only file are SQLite's own."""
        state = self._weather.full, self._weather.readonly
        if state != self._known:
            self._known = state
            self._db.execute(f"PRAGMA max_page_count = {1 if state[0] else 1_073_741_823}")
            self._db.execute(f"PRAGMA query_only = {'ON' if state[1] else 'OFF'}")

    def _before(self, kind: str) -> None:
        fault = self._weather.draw("slow", "errors", "deaths")
        if fault == "slow":
            self._strand.wait(self._weather.delay())
            if kind == "commit" and "errors" in self._weather.faults and self._weather.chance.random() < 0.5:
                fault = "errors"
        match fault:
            case "errors":
                if self._weather.chance.random() < 0.5 and self._db.in_transaction:
                    self._db.execute("ROLLBACK")  # SQLite does so by itself after some errors
                name = self._weather.chance.choice(ERRORS) if self._writes else "SQLITE_IOERR_READ"
                self._process.told(f"{name} before {kind}")
                raise disk_error(name)
            case "deaths":
                self._die(f"before {kind}")

    def _really(self, kind: str, sql: str, parameters: Any) -> sqlite3.Cursor:
        if kind != "commit" or self._weather.draw("torn") is None:
            return self._db.execute(sql, parameters)
        with files_end_soon(Path(f"{self._process.world.path}-wal"), self._weather.chance):
            self._process.told("the disk takes a part of a commit")
            return self._db.execute(sql, parameters)

    def _after(self, kind: str) -> None:
        if kind != "commit":
            return
        self._process.world.books.came += self._came
        self._process.world.committed(synced=self.synced)
        match self._weather.draw("slow", "errors", "deaths"):
            case "slow":
                self._strand.wait(self._weather.delay())
            case "errors":
                self._process.told("SQLITE_IOERR_FSYNC after commit")
                raise disk_error("SQLITE_IOERR_FSYNC")
            case "deaths":
                self._die("after commit")

    def _die(self, when: str) -> None:
        self._strand.loop.call_soon(self._process.die, when)
        self._strand.rest()

    def _patiently(self, do: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
        """As SQLite's own busy handler, in the time of the world."""
        until = self._strand.loop.time() + PATIENCE
        while True:
            try:
                return do()
            except sqlite3.OperationalError as error:
                if getattr(error, "sqlite_errorname", "") != "SQLITE_BUSY" or self._strand.loop.time() > until:
                    raise
            self._strand.wait(0.05)


@contextmanager
def files_end_soon(wal: Path, chance: random.Random) -> Iterator[None]:
    """The kernel refuses to let files grow further than a few bytes beyond the end of the log."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = wal.stat().st_size if wal.exists() else 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + chance.randrange(6_000), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
