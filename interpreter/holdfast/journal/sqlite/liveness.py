"""Whether a worker lives.

Theory: a process that acts as a worker holds an exclusive lock on a file of its own beside the database. The operating
system lets go of it the moment the process is gone, `kill -9` included, so a dead worker's runs are free at once and
without a lease. A stopped process (SIGSTOP) still holds its lock: it is slow, not dead, and keeps its runs.

Where there are no such locks (Windows), workers write heartbeats into the database instead, and one that has been
silent for `LEASE` seconds counts as dead. It may only be slow: then it is fenced at its next append.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import quote, unquote
from weakref import WeakSet

from holdfast.errors import StoreError

if sys.platform != "win32":
    import fcntl

LEASE: Final = 30.0
"""Seconds of silence after which a worker with heartbeats counts as dead."""


class Liveness(Protocol):
    """How a store tells living workers from dead ones."""

    def join(self, db: sqlite3.Connection, worker: str, /) -> None:
        """This process acts as `worker` from now on. Raises StoreError when a living one has that name."""
        ...

    def alive(self, db: sqlite3.Connection, worker: str, /) -> bool:
        """Whether that worker lives."""
        ...

    def living(self, db: sqlite3.Connection, /) -> list[str]:
        """Every worker that lives, this process's included."""
        ...

    def beat(self, db: sqlite3.Connection, /) -> None:
        """Show that this process's workers live."""
        ...

    def leave(self, db: sqlite3.Connection, /) -> None:
        """This process's workers are gone."""
        ...


def liveness(database: str) -> Liveness:
    """What this operating system offers for a database at this path."""
    if sys.platform == "win32":
        return Heartbeats()
    return FileLocks(Path(f"{os.path.realpath(database)}.workers"))


class FileLocks:
    """A locked file for each worker, in a folder beside the database.

    Files are made and removed under the folder's own lock only, so that nobody locks a file that is no longer there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}
        _forked.add(self)

    def join(self, _db: sqlite3.Connection, worker: str) -> None:
        """Take the worker's lock and sweep away the files of dead ones."""
        if worker in self._held:
            return
        with self._guard():
            self._held[worker] = self._taken(worker)
            self._sweep()

    def alive(self, _db: sqlite3.Connection, worker: str) -> bool:
        """Whether somebody holds the worker's lock."""
        try:
            file = os.open(self._file(worker), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            return not _locked(file, shared=True)
        finally:
            os.close(file)

    def living(self, db: sqlite3.Connection) -> list[str]:
        """Those whose lock somebody holds."""
        names = [unquote(path.name.removesuffix(".lock")) for path in self._folder.glob("*.lock")]
        return sorted(name for name in names if name in self._held or self.alive(db, name))

    def beat(self, _db: sqlite3.Connection) -> None:
        """Nothing: holding the lock is enough."""

    def leave(self, _db: sqlite3.Connection) -> None:
        """Remove this process's files and let go of their locks."""
        if not self._held:
            return
        with self._guard():
            for worker, file in self._held.items():
                self._file(worker).unlink(missing_ok=True)
                os.close(file)
            self._held.clear()

    def forget(self) -> None:
        """In a forked child: the locks are the parent's, and must not outlive it through this copy of the files."""
        for file in self._held.values():
            with suppress(OSError):
                os.close(file)
        self._held.clear()

    def _file(self, worker: str) -> Path:
        return self._folder / f"{quote(worker, safe='')}.lock"

    def _taken(self, worker: str) -> int:
        file = os.open(self._file(worker), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        if not _locked_within(file, 0.1):  # somebody may just be looking whether we live
            os.close(file)
            raise StoreError(f"another living process acts as worker `{worker}`: give each one a name of its own")
        return file

    def _sweep(self) -> None:
        for path in self._folder.glob("*.lock"):
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            if _locked(file, shared=False):
                path.unlink(missing_ok=True)
            os.close(file)

    def _guard(self) -> _Guard:
        return _Guard(self._folder)


class _Guard:
    """The lock of the folder itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._folder / "guard", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise StoreError(f"`{self._folder}` must be writable: workers keep their locks there ({error})") from error
        if not _locked_within(self._file, 2.0):
            os.close(self._file)
            raise StoreError(f"`{self._folder}` is locked by a process that does not go on: continue or end it")

    def __exit__(self, *exc: object) -> None:
        os.close(self._file)


def _locked_within(file: int, seconds: float) -> bool:
    patience = time.monotonic() + seconds
    while not _locked(file, shared=False):
        if time.monotonic() > patience:
            return False
        time.sleep(0.01)
    return True


def _locked(file: int, *, shared: bool) -> bool:
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Heartbeats:
    """A row for each worker that says when it was last seen. `clock`: seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._workers: set[str] = set()
        self._last = 0.0

    def join(self, db: sqlite3.Connection, worker: str) -> None:
        """Begin to beat for this worker."""
        if worker not in self._workers:
            self._workers.add(worker)
            self._write(db)

    def alive(self, db: sqlite3.Connection, worker: str) -> bool:
        """Whether the worker was seen within the lease."""
        found = db.execute("SELECT beat FROM workers WHERE worker = ?", (worker,)).fetchone()
        return found is not None and self._clock() - float(found[0]) < LEASE

    def living(self, db: sqlite3.Connection) -> list[str]:
        """Those that were seen within the lease."""
        since = self._clock() - LEASE
        return [name for (name,) in db.execute("SELECT worker FROM workers WHERE beat > ? ORDER BY worker", (since,))]

    def beat(self, db: sqlite3.Connection) -> None:
        """Write again when a third of the lease is over."""
        if self._workers and self._clock() - self._last > LEASE / 3:
            self._write(db)

    def leave(self, db: sqlite3.Connection) -> None:
        """Remove the rows of this process's workers."""
        db.executemany("DELETE FROM workers WHERE worker = ?", [(worker,) for worker in self._workers])
        self._workers.clear()

    def _write(self, db: sqlite3.Connection) -> None:
        self._last = self._clock()
        rows = [(worker, self._last) for worker in self._workers]
        db.executemany("INSERT INTO workers VALUES (?, ?) ON CONFLICT DO UPDATE SET beat = excluded.beat", rows)


_forked: WeakSet[Any] = WeakSet()


def _forget_all() -> None:
    for locks in list(_forked):
        locks.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
