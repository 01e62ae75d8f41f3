"""What a loss of power may leave of a SQLite file: a model of the bytes that reached the platter.

Rules of the model, from SQLite's own (https://www.sqlite.org/wal.html, https://www.sqlite.org/fileformat2.html#walformat):
- A commit writes frames to the end of the log and, with `synchronous=FULL`, waits until they are on the platter.
- A checkpoint first waits for the log, then writes pages into the database and waits for them; after it the log is
  begun anew from its first byte, with other salts.
- What was written and not waited for is there in any part: each sector as it was or as it was to be, or, where the
  file grew, not there or garbage; the end of the file anywhere between.
"""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import NamedTuple

SECTOR = 512
"""Bytes that a disk writes as a whole."""

_HEAD = 32
"""Bytes at the beginning of the log that say which salts its frames have."""


class Image(NamedTuple):
    """The bytes of the database and of its log."""

    db: bytes
    wal: bytes

    def put(self, path: Path) -> None:
        """Make files of it: those of a machine that has just been switched on again."""
        path.write_bytes(self.db)
        Path(f"{path}-wal").write_bytes(self.wal)


def image(path: Path) -> Image:
    """What the files hold now, written or only on its way."""
    wal = Path(f"{path}-wal")
    return Image(path.read_bytes(), wal.read_bytes() if wal.exists() else b"")


class Disk:
    """The platter under one store.

    Args:
        path: of the database.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.kept = image(path)

    def settled(self, *, synced: bool) -> None:
        """A commit has returned. `synced`: the log was waited for."""
        now = image(self._path)
        if synced or now.db != self.kept.db:  # a checkpoint waits for the log, whatever is said of commits
            self.kept = now

    def crash(self, chance: random.Random, now: Image | None = None) -> Image:
        """One of the states that a loss of power may leave when the files are as they are `now`, at this instant."""
        kept, now = self.kept, now or image(self._path)
        if now.db != kept.db and chance.random() < 0.5:  # a checkpoint is under way: the log was waited for
            return Image(torn(kept.db, now.db, chance), now.wal)
        return Image(kept.db, torn_log(kept.wal, now.wal, chance))


def torn_log(old: bytes, new: bytes, chance: random.Random) -> bytes:
    """Some of what was to be written to the log; where it is begun anew, its head is waited for before its frames."""
    head, before = new[:_HEAD], old[:_HEAD]
    if head == before or not before:
        return torn(old, new, chance)
    if chance.random() < 0.3:
        return torn(before, head, chance).ljust(_HEAD, b"\0") + old[_HEAD:]
    return head + torn(old[_HEAD:], new[_HEAD:], chance)


def torn(old: bytes, new: bytes, chance: random.Random) -> bytes:
    """Some of what was to be written over `old` so that it becomes `new`."""
    way = chance.choice(("none", "prefix", "sectors", "all", "garbage"))
    if way == "none":
        return old
    if way == "all":
        return new
    if way == "prefix":
        return _prefix(old, new, chance)
    return _sectors(old, new, chance, garbage=way == "garbage")


def _prefix(old: bytes, new: bytes, chance: random.Random) -> bytes:
    """The writes up to any byte."""
    same, differ = 0, min(len(old), len(new)) + 1
    while same + 1 < differ:
        middle = (same + differ) // 2
        same, differ = (middle, differ) if old[:middle] == new[:middle] else (same, middle)
    cut = chance.randint(same, len(new))
    return new[:cut] + old[cut:]


def _sectors(old: bytes, new: bytes, chance: random.Random, *, garbage: bool) -> bytes:
    """Any sectors of the writes, in any order; where the file grew, what was not written may be anything."""
    made = bytearray(new)
    share = chance.random()
    for at in range(0, len(new), SECTOR):
        end = min(at + SECTOR, len(new))
        if new[at:end] == old[at:end] or chance.random() < share:
            continue
        was = old[at:end]
        filler = chance.randbytes if garbage else bytes
        made[at:end] = was + filler(end - at - len(was))
    if len(new) > len(old) and chance.random() < 0.3:
        del made[chance.randint(len(old), len(new)) :]
    return bytes(made) if len(new) >= len(old) else bytes(made) + old[len(new) :]


def synchronous(db: sqlite3.Connection) -> bool:
    """Whether commits of this connection wait for the platter."""
    return int(db.execute("PRAGMA synchronous").fetchone()[0]) >= 2
