"""A store run by run, to compare its tables with its journals and to mend them, as functions of a connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from holdfast.core.events import Entry
from holdfast.errors import UnknownName
from holdfast.journal import codec
from holdfast.journal.answers import count
from holdfast.journal.differences import Book, compare, mend, taken_since
from holdfast.journal.digest import Chain
from holdfast.journal.erasure import PLAN_ERASED
from holdfast.journal.expected import Rows
from holdfast.journal.keeping import Difference, Load
from holdfast.journal.ledger import address_in
from holdfast.journal.sqlite import callbacks, effects, inbox, pending, reviews, runs
from holdfast.journal.sqlite.runs import keep_blobs
from holdfast.journal.sqlite.schema import STATE
from holdfast.journal.sqlite.turns import digest_column
from holdfast.journal.store import LIVE, EffectRow, ReviewRow
from holdfast.plan.program import Plan

_EVERY_EFFECT: Final = effects.SELECT.replace("SELECT", "SELECT l.run AS number,", 1) + " ORDER BY number"


class SqliteBooks:
    """The runs of a database, in one transaction that the caller holds.

    Args:
        db: a connection.
        chain: the journals' digests.
        load: compiles a plan, given its source and its file's name.
    """

    def __init__(self, db: sqlite3.Connection, chain: Chain, load: Load) -> None:
        self._db, self._chain, self._load = db, chain, load
        self._plans: dict[str, Plan] = {}

    def runs(self) -> Iterator[Book]:
        """See `Books.runs`."""
        ledger = self.ledger()
        number, some = next(ledger, (None, []))
        for own, run in self._db.execute("SELECT id, run FROM runs ORDER BY id"):
            while number is not None and number < own:  # rows of a run that is not there
                number, some = next(ledger, (None, []))
            entries = runs.entries_within(self._db, run, 0, self._chain)
            yield self.book(own, run, some if number == own else (), entries)

    def book(self, number: int, run: str, some: Iterable[EffectRow], entries: Iterable[Entry]) -> Book:
        """All that there is of one run. `some`: its rows of the ledger."""
        rows = Rows(runs.by_id(self._db, run), effects=_named(some))
        rows.reviews = {row.review.id: row for row in reviews.of_run(self._db, number)}
        rows.pending = {row.address: row for row in pending.of_run(self._db, number)}
        rows.callbacks = {row.digest: row for row in callbacks.of_run(self._db, number)}
        return Book(rows=rows, entries=entries, inbox=inbox.lying(self._db, [run], self._chain)[0])

    def ledger(self) -> Iterator[tuple[int, Iterable[EffectRow]]]:
        """The ledger by run: sorted as a whole, since it has no index of runs. Rows are there until the next run is."""
        found = self._db.execute(_EVERY_EFFECT)
        for number, some in groupby(found, key=itemgetter(0)):
            yield number, (effects.row(self._db, row[1:]) for row in some)

    def holder(self, tool: str, key: str) -> EffectRow | None:
        """See `Books.holder`."""
        return effects.find(self._db, tool, key)

    def plan(self, plan_hash: str) -> Plan | None:
        """See `Books.plan`."""
        if plan_hash not in self._plans:
            found = self._db.execute("SELECT file, source FROM plans WHERE hash = ?", (plan_hash,)).fetchone()
            if found is None:
                raise UnknownName("plan", plan_hash)
            if found[1] == PLAN_ERASED:
                return None
            self._plans[plan_hash] = self._load(found[1], found[0])
        return self._plans[plan_hash]

    # --- Mending ------------------------------------------------------------------------------------------------------

    def clear(self, stands: Rows, told: Rows) -> None:
        """See `Mendable.clear`."""
        number = self._number(stands.run.run)
        for tool, key in stands.effects.keys() - told.effects.keys():
            self._db.execute("DELETE FROM ledger WHERE key = ? AND tool = ? AND run = ?", (key, tool, number))
        for review in stands.reviews.keys() - told.reviews.keys():
            self._db.execute("DELETE FROM reviews WHERE review = ?", (review,))
        for digest in stands.callbacks.keys() - told.callbacks.keys():
            self._db.execute("DELETE FROM callbacks WHERE digest = ?", (digest,))
        self._db.execute("DELETE FROM pending WHERE run = ?", (number,))

    def write(self, told: Rows) -> None:
        """See `Mendable.write`."""
        number = self._number(told.run.run)
        self._write_run(told)
        for effect in told.effects.values():
            held = self.holder(effect.tool, effect.key)
            if not taken_since(effect, held):
                self._write_effect(number, effect)
        for review in told.reviews.values():
            self._write_review(number, review)
        for one in told.pending.values():
            values = (number, one.address, one.subject or None, one.tool, one.state, one.since, one.due)
            self._db.execute("INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        for token in told.callbacks.values():
            given = (token.digest, number, token.address, token.tool, token.key, token.state)
            self._db.execute(_CALLBACK, given)

    def _number(self, run: str) -> int:
        return int(self._db.execute("SELECT id FROM runs WHERE run = ?", (run,)).fetchone()[0])

    def _pack(self, value: object) -> str | bytes | None:
        blobs: dict[bytes, bytes] = {}
        packed = codec.pack(value, blobs)
        keep_blobs(self._db, blobs)
        return packed

    def _write_run(self, told: Rows) -> None:
        row = told.run
        waiting = codec.dump(list(row.waiting)).decode() if row.waiting else None
        result = codec.dump(row.result).decode() if row.result is not None else None
        said = (row.user, row.plan, row.task, row.plan_hash, row.status, row.created_at, row.updated_at, row.wake_at)
        owner = row.owner if row.status in LIVE else ""
        self._db.execute(_RUN, (*said, waiting, result, row.parent or None, row.origin or None, owner, row.run))

    def _write_effect(self, number: int, row: EffectRow) -> None:
        address = None if address_in(row.key) == row.address else row.address
        values: Sequence[Any] = (
            row.key, row.tool, number, digest_column(row.digest), STATE[row.state], row.intended_at, row.settled_at,
            address, self._pack(row.value),
        )  # fmt: skip
        self._db.execute(_EFFECT, values)

    def _write_review(self, number: int, row: ReviewRow) -> None:
        review = row.review
        given = [[one.by, one.decision, one.value, one.reason, one.at, one.source, one.looked] for one in row.given]
        values: Sequence[Any] = (
            review.id, number, codec.dump(codec.dump_review(review)).decode(), review.to, row.state, row.opened_at,
            review.due, row.decision, self._pack(row.value), row.by, row.answered_at, row.outcome, row.closed_at,
            row.why, row.source, row.looked, count(row), self._pack(given or None), row.remark,
        )  # fmt: skip
        self._db.execute(_REVIEW, values)


_RUN: Final = """
    UPDATE runs SET user = ?, plan = ?, task = ?, plan_hash = ?, status = ?, created_at = ?, updated_at = ?,
        wake_at = ?, waiting = ?, result = ?, parent = ?, origin = ?, owner = ? WHERE run = ?"""
_EFFECT: Final = """
    INSERT INTO ledger(key, tool, run, digest, state, intended_at, settled_at, address, value)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(key, tool) DO UPDATE SET run = excluded.run,
        digest = excluded.digest, state = excluded.state, intended_at = excluded.intended_at,
        settled_at = excluded.settled_at, address = excluded.address, value = excluded.value"""
_REVIEW_COLUMNS: Final = (
    "review", "run", "body", "queue", "state", "opened_at", "due", "decision", "value", "by", "answered_at", "outcome",
    "closed_at", "why", "source", "looked", "answers", "given", "remark",
)  # fmt: skip
_REVIEW: Final = (
    f"INSERT INTO reviews({', '.join(_REVIEW_COLUMNS)}) VALUES ({', '.join('?' * len(_REVIEW_COLUMNS))}) "
    f"ON CONFLICT(review) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _REVIEW_COLUMNS[1:])}"
)
_CALLBACK: Final = """
    INSERT INTO callbacks(digest, run, address, tool, key, state) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT(digest) DO UPDATE SET run = excluded.run, address = excluded.address, tool = excluded.tool,
        key = excluded.key"""


def _named(some: Iterable[EffectRow]) -> dict[tuple[str, str], EffectRow]:
    return {(row.tool, row.key): row for row in some}


def differences(db: sqlite3.Connection, chain: Chain, load: Load, now: float) -> list[Difference]:
    """Where the tables are not what the journals say, at one instant."""
    db.execute("BEGIN")
    try:
        found = [one for run in compare(SqliteBooks(db, chain, load), now) for one in run.differences]
        return found + [_slipped_in(letter) for letter in inbox.forged(db, chain)]
    finally:
        db.execute("COMMIT")


def mended(db: sqlite3.Connection, chain: Chain, load: Load, now: float) -> list[Difference]:
    """Set the tables right, in the caller's transaction; gives what differed."""
    found = mend(SqliteBooks(db, chain, load), now)
    letters = list(inbox.forged(db, chain))
    db.executemany("DELETE FROM inbox WHERE id = ?", [(letter.id,) for letter in letters])
    return found + [_slipped_in(letter) for letter in letters]


def _slipped_in(letter: inbox.Letter) -> Difference:
    return Difference(run=letter.run, table="inbox", name=str(letter.id), stands=inbox.kind(letter))
