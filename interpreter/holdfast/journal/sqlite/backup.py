"""A copy of a store while it is written to, and a store put back to a copy.

Rules of the file:
- A copy is one instant: it is read in one transaction, which keeps nobody from writing. It comes under another name, is
  checked, synced and only then renamed: a file of that name is always a whole copy.
- A store is put back in one transaction of its own, or by a rename where there is none: never half of it.
- A copy says when it was taken, so that runs which go on in it know what time nobody knows of (`StoreRestored`).
"""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from holdfast.errors import ConfigError, StoreError
from holdfast.journal.sqlite.connection import explained, patience
from holdfast.journal.sqlite.liveness import liveness
from holdfast.journal.sqlite.schema import APPLICATION_ID, VERSION, migrate
from holdfast.journal.store import LIVE
from holdfast.values import value

PAGES: Final = 4096
"""Pages that are copied between two reports of progress."""

Progress = Callable[[int, int], None]
"""Told how many pages are left, and of how many."""


@value
class Copied:
    """What a copy holds. `taken`: the time up to which it knows everything. `unfinished`: runs that were not over."""

    file: str
    runs: int
    appends: int
    size: int
    taken: float
    unfinished: tuple[str, ...] = ()


# --- Taking a copy ----------------------------------------------------------------------------------------------------


def take(store: Path, target: Path, *, force: bool = False, progress: Progress | None = None) -> Copied:
    """Copy a store as it is at one instant.

    Raises:
        ConfigError: there is no such store, or the target is there already, or is no place for a file.
        StoreError: the store cannot be read, the copy not be written, or it is not what was copied.
    """
    _refuse_target(store, target, force=force)
    with _staged(target, store) as staged:
        with closing(_opened(store)) as source, closing(sqlite3.connect(staged, isolation_level=None)) as copy:
            with _explained(store):
                taken = time.time()
                source.execute("BEGIN")
                counted = _counts(source)
                source.backup(copy, pages=PAGES, progress=_reporting(progress))
            with _explained(staged):
                _note_taken(copy, taken)
        done = look(staged)
        if (done.runs, done.appends) != counted:
            raise StoreError(f"the copy of `{store}` is not what was copied; nothing was written to `{target}`")
        _synced(staged, target)
    return _of(done, target)


def _reporting(progress: Progress | None) -> Callable[[int, int, int], object] | None:
    return None if progress is None else lambda _status, left, pages: progress(left, pages)


def _refuse_target(store: Path, target: Path, *, force: bool) -> None:
    if not store.exists():
        raise ConfigError(f"there is no store `{store}` yet: nothing to back up")
    if target.is_dir():
        raise ConfigError(f"`{target}` is a folder: name a file in it, for example `{target / 'holdfast.backup'}`")
    if target.exists() and target.samefile(store):
        raise ConfigError(f"`{target}` is the store itself: name another file")
    if target.exists() and not force:
        raise ConfigError(f"`{target}` is there already: name another file, or say --force to replace it")
    if not target.parent.is_dir():
        raise ConfigError(f"there is no folder `{target.parent}`: make it first")


def _note_taken(copy: sqlite3.Connection, taken: float) -> None:
    copy.execute("PRAGMA journal_mode = DELETE")
    copy.execute("BEGIN IMMEDIATE")
    copy.execute("DELETE FROM copies WHERE restored IS NULL")
    copy.execute("INSERT INTO copies(taken) VALUES (?)", (taken,))
    copy.execute("UPDATE runs SET owner = '' WHERE owner <> ''")
    copy.execute("DELETE FROM workers")
    copy.execute("COMMIT")


# --- Looking at one ---------------------------------------------------------------------------------------------------


def look(file: Path) -> Copied:
    """What a copy holds, after a check of every page. Raises ConfigError: it is none; StoreError: it is damaged."""
    if not file.is_file():
        raise ConfigError(f"there is no backup `{file}`")
    with _explained(file), closing(_opened(file)) as db:
        _refuse_stranger(db, file)
        problems = [line for (line,) in db.execute("PRAGMA integrity_check(3)")]
        if problems != ["ok"]:
            raise StoreError(f"`{file}` is damaged ({'; '.join(problems)}): use another backup")
        runs, appends = _counts(db)
        statuses = ", ".join(f"'{status}'" for status in sorted(LIVE))
        live = db.execute(f"SELECT run FROM runs WHERE status IN ({statuses}) ORDER BY id")
        return Copied(
            file=str(file), runs=runs, appends=appends, size=file.stat().st_size, taken=_taken(db),
            unfinished=tuple(run for (run,) in live),
        )  # fmt: skip


def _refuse_stranger(db: sqlite3.Connection, file: Path) -> None:
    owner = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if owner != APPLICATION_ID:
        raise ConfigError(f"`{file}` is no backup of a Holdfast store")
    if version > VERSION:
        raise StoreError(f"`{file}` is of store version {version}; this program knows {VERSION}: use a newer Holdfast")


def _taken(db: sqlite3.Connection) -> float:
    """When a copy was taken. Of a file that was copied by other means, only when something was written to it last."""
    said = db.execute("SELECT max(taken) FROM copies WHERE restored IS NULL").fetchone()[0]
    last = db.execute("SELECT max(updated_at) FROM runs").fetchone()[0]
    return float(said if said is not None else last or 0.0)


# --- Putting a store back ---------------------------------------------------------------------------------------------


def put_back(file: Path, store: Path, *, by: str, force: bool = False) -> Copied:
    """Make a store what a copy holds.

    Raises:
        ConfigError: it is no copy, or the store has runs and `force` was not said.
        StoreError: the copy is damaged, a process uses the store, or it cannot be written.
    """
    held = look(file)
    store.parent.mkdir(parents=True, exist_ok=True)
    if store.exists() and store.samefile(file):
        raise ConfigError(f"`{file}` is the store itself: name a backup")
    with _staged(store, file) as staged:
        shutil.copyfile(file, staged)
        with _explained(staged), closing(sqlite3.connect(staged, isolation_level=None)) as copy:
            migrate(copy, str(staged))
            _note_restored(copy, held.taken, by)
        if not store.exists():
            _synced(staged, store)
        else:
            _replace(staged, store, force=force)
    return held


def _note_restored(copy: sqlite3.Connection, taken: float, by: str) -> None:
    copy.execute("PRAGMA journal_mode = DELETE")
    copy.execute("BEGIN IMMEDIATE")
    copy.execute("DELETE FROM copies")
    copy.execute(
        "INSERT INTO copies(taken, restored, by, last) SELECT ?, ?, ?, max(id) FROM runs", (taken, time.time(), by)
    )
    copy.execute("UPDATE runs SET owner = '' WHERE owner <> ''")
    copy.execute("DELETE FROM workers")
    copy.execute("COMMIT")


def _replace(staged: Path, store: Path, *, force: bool) -> None:
    """In one transaction of the store itself: whoever opens it meanwhile waits, and a crash leaves it as it was."""
    try:
        with closing(sqlite3.connect(store, timeout=1.0, isolation_level=None)) as db:
            _refuse_use(db, store)
            if not force and (runs := _runs(db)):
                raise ConfigError(
                    f"the store `{store}` has {runs} run{'s' * (runs > 1)}: say --force to replace it, or name another "
                    "with --store; `holdfast backup` keeps what is there"
                )
            with closing(_opened(staged)) as source:
                source.backup(db)
    except sqlite3.DatabaseError as error:
        if not _damaged(error):
            raise explained(error, str(store)) from error
        _replace_damaged(staged, store, error, force=force)


def _refuse_use(db: sqlite3.Connection, store: Path) -> None:
    living = liveness(str(store)).living(db) if _runs(db) is not None else []
    try:
        db.execute("PRAGMA journal_mode = DELETE")  # only the last one to have it open can do that
    except sqlite3.OperationalError as error:
        if _damaged(error):
            raise
        living = living or ["another process"]
    if living:
        raise StoreError(f"the store `{store}` is in use ({', '.join(living[:3])}): end what uses it, then do it again")


def _runs(db: sqlite3.Connection) -> int | None:
    """How many runs there are; None: it is no store yet."""
    if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'runs'").fetchone():
        return None
    return int(db.execute("SELECT count(*) FROM runs").fetchone()[0])


def _damaged(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def _replace_damaged(staged: Path, store: Path, error: sqlite3.Error, *, force: bool) -> None:
    """A store that cannot be opened cannot be changed by itself: what is left of it is kept under another name."""
    if not force:
        raise StoreError(f"the store `{store}` is damaged ({error}): say --force to replace it; what is left is kept")
    kept = f"{store}.damaged-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}"
    for end in ("", "-wal"):
        if Path(f"{store}{end}").exists():
            shutil.copyfile(f"{store}{end}", f"{kept}{end}")
    for end in ("-wal", "-shm"):
        Path(f"{store}{end}").unlink(missing_ok=True)
    _synced(staged, store)


# --- Files ------------------------------------------------------------------------------------------------------------


@contextmanager
def _staged(target: Path, like: Path) -> Iterator[Path]:
    """Another name beside the target, which is gone afterwards; so is what a process left there that was killed."""
    _drop_left_over(target)
    staged = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        staged.unlink(missing_ok=True)
        staged.touch(mode=like.stat().st_mode & 0o777)
        yield staged
    except OSError as error:
        raise StoreError(f"`{target}` cannot be written: {error.strerror or error}") from error
    finally:
        for end in ("", "-journal", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                Path(f"{staged}{end}").unlink(missing_ok=True)


def _drop_left_over(target: Path) -> None:
    """A half-made copy holds values, too, that somebody may want erased."""
    if os.name == "nt":
        return  # to ask there whether a process lives would end it
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        number = left.name.split(".")[-2]
        try:
            os.kill(int(number), 0)
        except (ProcessLookupError, ValueError, OverflowError):
            for end in ("", "-journal", "-wal", "-shm"):
                with contextlib.suppress(OSError):
                    Path(f"{left}{end}").unlink(missing_ok=True)
        except OSError:
            continue  # it lives, and is another user's


def _synced(staged: Path, target: Path) -> None:
    """Rename for good: the bytes first, then the name, then the folder reach the disk."""
    _sync(staged)
    staged.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # folders cannot be opened there
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _opened(file: Path) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(file, timeout=patience(str(file)), isolation_level=None)
    except sqlite3.Error as error:
        raise explained(error, str(file)) from error
    db.execute("PRAGMA query_only = ON")
    return db


def _counts(db: sqlite3.Connection) -> tuple[int, int]:
    return _count(db, "runs"), _count(db, "journal")


def _count(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _of(done: Copied, target: Path) -> Copied:
    return Copied(
        file=str(target), runs=done.runs, appends=done.appends, size=done.size, taken=done.taken,
        unfinished=done.unfinished,
    )  # fmt: skip


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise explained(error, str(file)) from error
