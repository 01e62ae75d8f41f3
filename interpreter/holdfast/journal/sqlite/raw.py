"""A store's file as it lies there, for audits: one moment of it, row by row; nothing is believed or kept in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from holdfast.errors import StoreError
from holdfast.journal.digest import StoredAppend
from holdfast.journal.sqlite.connection import connect, explained
from holdfast.journal.sqlite.runs import by_id

BATCH: Final = 256
"""Rows that are fetched at once."""

_NEEDS: Final = """
    SELECT 1 FROM runs r WHERE r.plan_hash = ?
        AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.run = r.id AND j.format < 0) LIMIT 1"""


class RawRun(NamedTuple):
    """The part of a run's row that says where its journal is and ends. `run` empty: there is no such row."""

    id: int
    run: str
    last_seq: int = 0
    head: bytes = b""
    seal: bytes = b""
    plan_hash: str = ""
    parent: str | None = None


class Raw:
    """Reads one state of a file, whatever others write meanwhile.

    Args:
        path: of the file, which has to be there.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.db = connect(path, "process", writes=False)

    def __enter__(self) -> Self:
        try:
            self.db.execute("BEGIN")
        except sqlite3.Error as error:
            raise explained(error, self._path) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.db.close()
        if isinstance(error, sqlite3.Error):
            raise explained(error, self._path) from error

    def named(self, run: str) -> str:
        """The id of a run by its id, the beginning of it or its task. Raises UnknownName, InputError."""
        return by_id(self.db, run).run

    def count(self) -> int:
        """How many entries there should be."""
        return int(self.db.execute("SELECT ifnull(sum(last_seq), 0) FROM runs").fetchone()[0])

    def runs(self) -> Iterator[RawRun]:
        """Every run in the order in which they began, and every journal without one."""
        rows = self._rows("SELECT id, run, last_seq, head, seal, plan_hash, parent FROM runs ORDER BY id")
        last = -1
        for row in map(RawRun._make, rows):
            yield from self._orphans(last, row.id)
            yield row
            last = row.id
        yield from self._orphans(last, None)

    def _orphans(self, after: int, before: int | None) -> Iterator[RawRun]:
        """Journals between two runs; each is found by one look into the tree."""
        while True:
            found = self.db.execute("SELECT min(run) FROM journal WHERE run > ?", (after,)).fetchone()[0]
            if found is None or (before is not None and found >= before):
                return
            yield RawRun(found, "")
            after = found

    def run(self, run: str) -> RawRun | None:
        """One run by its whole id; None: there is none."""
        rows = self.db.execute(
            "SELECT id, run, last_seq, head, seal, plan_hash, parent FROM runs WHERE run = ?", (run,)
        )
        found = rows.fetchone()
        return None if found is None else RawRun._make(found)

    def family(self, run: RawRun) -> str:
        """The run at the top of those that wait for this one."""
        top, parent = run.run, run.parent
        while parent and (above := self.run(parent)) is not None:
            top, parent = above.run, above.parent
        return top

    def appends(self, run: int) -> Iterator[StoredAppend]:
        """A journal, from its first append on."""
        rows = self._rows("SELECT format, seq, at, body, digest FROM journal WHERE run = ? ORDER BY seq", run)
        return map(StoredAppend._make, rows)

    def damage(self) -> Iterator[str]:
        """What SQLite itself finds wrong with the file, at most a few lines."""
        for (line,) in self.db.execute("PRAGMA integrity_check(5)"):
            if line != "ok":
                yield line

    def blobs(self) -> Iterator[tuple[Any, Any]]:
        """Every large value with its hash."""
        yield from self.db.execute("SELECT hash, content FROM blobs")

    def blob(self, ref: bytes) -> bytes | None:
        """A large value; None: it is not there."""
        found = self.db.execute("SELECT content FROM blobs WHERE hash = ?", (ref,)).fetchone()
        return None if found is None else found[0]

    def has_blob(self, ref: bytes) -> bool:
        """Whether a large value is there."""
        return self.db.execute("SELECT 1 FROM blobs WHERE hash = ?", (ref,)).fetchone() is not None

    def needs_plan(self, plan_hash: str) -> bool:
        """Whether a run has this plan of which nothing is erased."""
        return self.db.execute(_NEEDS, (plan_hash,)).fetchone() is not None

    def plan(self, plan_hash: str) -> tuple[str, str]:
        """The file and the text of a plan. Raises StoreError: it is gone."""
        found = self.db.execute("SELECT file, source FROM plans WHERE hash = ?", (plan_hash,)).fetchone()
        if found is None:
            raise StoreError(f"the text of plan {plan_hash} is not in the store any more: restore it from a backup")
        return found[0], found[1]

    def has_plan(self, plan_hash: str) -> bool:
        """Whether the text of a plan is there."""
        return self.db.execute("SELECT 1 FROM plans WHERE hash = ?", (plan_hash,)).fetchone() is not None

    def plans(self) -> Iterator[tuple[Any, Any]]:
        """Every plan's hash and text."""
        yield from self.db.execute("SELECT hash, source FROM plans")

    def orphans(self) -> Iterator[tuple[str, int]]:
        """Tables that have rows of runs that are not there, and how many."""
        for table in ("ledger", "reviews", "pending", "callbacks", "inbox"):
            query = f"SELECT count(*) FROM {table} WHERE run NOT IN (SELECT id FROM runs)"
            if count := self.db.execute(query).fetchone()[0]:
                yield table, int(count)

    def _rows(self, query: str, *values: object) -> Iterator[Any]:
        cursor = self.db.execute(query, values)
        cursor.arraysize = BATCH
        while some := cursor.fetchmany():
            yield from some
