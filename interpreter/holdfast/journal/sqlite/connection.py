"""Opening the database file, and what its errors mean for people."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Final

from holdfast.errors import StoreError
from holdfast.journal.sqlite.schema import migrate
from holdfast.journal.store import Durability

BUSY_TIMEOUT: Final = 5.0
"""Seconds to wait for another process that is writing, and more for a large file: see `patience`."""

REWRITTEN: Final = 25_000_000
"""Bytes that an erasure writes anew in a second, on a slow day; a processor does 170,000,000."""

CHECKPOINT_PAGES: Final = 4000
"""Pages of 4 KiB in the write-ahead log before they move into the database file.

Moving them keeps the writer waiting for 10 to 20 ms, few or many: it is the disk. Who opens the store after a crash
reads the log first, which takes 2 us per page.
"""

_SYNCHRONOUS: Final = {"power": "FULL", "process": "NORMAL"}


def connect(path: str, durability: Durability, *, writes: bool) -> sqlite3.Connection:
    """A connection to a store of this program's version; the writing one creates and migrates.

    Raises:
        StoreError: the file cannot be opened, is no store, or is newer.
    """
    if Path(path).is_dir():
        raise StoreError(f"`{path}` is a folder: name the file in it, for example `{Path(path) / 'runs.db'}`")
    try:
        db = sqlite3.connect(
            path, timeout=patience(path), isolation_level=None, check_same_thread=False, cached_statements=256
        )
    except sqlite3.Error as error:
        raise explained(error, path) from error
    try:
        _prepare(db, path, durability, writes=writes)
    except BaseException as error:
        db.close()
        if isinstance(error, sqlite3.Error):
            raise explained(error, path) from error
        raise
    return db


def _prepare(db: sqlite3.Connection, path: str, durability: Durability, *, writes: bool) -> None:
    if writes:
        _write_ahead(db)
        db.execute(f"PRAGMA synchronous = {_SYNCHRONOUS[durability]}")
        db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        db.execute("PRAGMA cache_size = -16384")
        migrate(db, path)
    else:
        db.execute("PRAGMA query_only = ON")


def patience(path: str) -> float:
    """Seconds to wait for another process: nobody writes for long, but for who writes the whole file anew."""
    try:
        return BUSY_TIMEOUT + Path(path).stat().st_size // REWRITTEN
    except OSError:  # there is none yet, or no path that this system knows
        return BUSY_TIMEOUT


def _write_ahead(db: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite does not wait by itself when two processes do it to a new file at the same moment."""
    until = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if _name(error) != "SQLITE_BUSY" or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def explained(error: sqlite3.Error, path: str) -> StoreError:
    """The error of the database as one that says what to do."""
    name = _name(error)
    sentence, retryable = next(
        (told for prefix, told in _SENTENCES.items() if name.startswith(prefix)),
        ("the store `{path}` failed: {error} ({name})", False),
    )
    told = StoreError(sentence.format(path=path, error=error, name=name, seconds=f"{patience(path):g}"))
    told.retryable = retryable
    return told


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "") or ""


_SENTENCES: Final[dict[str, tuple[str, bool]]] = {
    "SQLITE_FULL": (
        (
            "no space left for the store `{path}`: nothing of this turn was written and nothing before it is lost; "
            "free some space and the run goes on"
        ),
        True,
    ),
    "SQLITE_BUSY": (
        (
            "the store `{path}` is locked: another process has been writing to it for more than {seconds} s; "
            "end it or wait"
        ),
        True,
    ),
    "SQLITE_LOCKED": ("the store `{path}` is locked by this process itself", True),
    "SQLITE_READONLY": (
        (
            "the store `{path}` is read-only: make the file and its folder writable for this user, or name another "
            "with --store"
        ),
        False,
    ),
    "SQLITE_CANTOPEN": (
        (
            "the store `{path}` cannot be opened: its folder must exist and this user must be allowed to read and "
            "write in it"
        ),
        False,
    ),
    "SQLITE_PERM": ("this user may not use the store `{path}`", False),
    "SQLITE_NOTADB": ("`{path}` is not a Holdfast store: name another file, or move this one away", False),
    "SQLITE_CORRUPT": (
        (
            "the store `{path}` is damaged ({error}): stop all workers, copy the file and its `-wal` beside it to a "
            "safe place, then restore a backup, or save what can be read with `sqlite3 {path} .recover`"
        ),
        False,
    ),
    "SQLITE_IOERR": (
        (
            "the disk under the store `{path}` failed ({name}): check that it is not full and well; "
            "nothing before this turn is lost"
        ),
        True,
    ),
    "SQLITE_TOOBIG": ("a value is too large for the store `{path}`: hand it over by reference", False),
}
"""By the beginning of SQLite's name for the error: the sentence, and whether the same request may succeed later."""
