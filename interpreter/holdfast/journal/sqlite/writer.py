"""The one writer: a batch is one transaction.

Theory: nearly always everything in a batch may be written, so it is tried as a whole, with no savepoints. When one
request in it is refused, the whole is rolled back and done again one by one, each in its own savepoint, so that the
refused one harms nobody. An error of the database itself (full, locked) is everybody's: nothing of the batch was
written.

Where it can drift: `_heads` remembers where journals end. It is only believed as far as `last_seq` in the database
agrees, which the statement itself checks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final, Generic, TypeVar

from holdfast.errors import Fenced
from holdfast.journal.digest import Chain
from holdfast.journal.sqlite import effects, pending, turns
from holdfast.journal.sqlite.connection import explained
from holdfast.journal.sqlite.lane import Request
from holdfast.journal.sqlite.turns import Head, Turn
from holdfast.journal.store import ClaimRefused

T = TypeVar("T")

REMEMBERED: Final = 20_000
"""Runs whose ends are kept in mind."""


class Look(Generic[T]):
    """Something to do on the writing connection outside of any transaction."""

    def __init__(self, work: Callable[[sqlite3.Connection], T]) -> None:
        self._work = work

    def __call__(self, db: sqlite3.Connection) -> T:
        """Do it."""
        return self._work(db)


class Writer:
    """Performs batches of turns and other writing jobs (functions of the connection, which may run twice)."""

    def __init__(self, path: str, chain: Chain) -> None:
        self._path, self._chain = path, chain
        self._heads: dict[str, Head] = {}

    def perform(self, db: sqlite3.Connection, batch: list[Request]) -> None:
        """Do a batch; raises StoreError for all of it when the database fails."""
        try:
            writing: list[Request] = []
            for request in batch:
                if isinstance(request.work, Look):
                    request.result = request.work(db)
                else:
                    writing.append(request)
            if writing:
                self._together_or_one_by_one(db, writing)
        except BaseException as error:
            self._heads.clear()
            roll_back(db)
            if isinstance(error, sqlite3.Error):
                raise explained(error, self._path) from error
            raise

    def _together_or_one_by_one(self, db: sqlite3.Connection, batch: list[Request]) -> None:
        try:
            self._together(db, batch)
        except Exception as error:
            if not _is_one_requests_own(error):
                raise
            roll_back(db)
            self._heads.clear()
            self._one_by_one(db, batch)

    # --- The usual way ------------------------------------------------------------------------------------------------

    def _together(self, db: sqlite3.Connection, batch: list[Request]) -> None:
        heads: dict[str, Head] = {}
        plain = [request.work for request in batch if isinstance(request.work, Turn) and not request.work.rest]
        written = list(turns.statements(self._rows(db, plain, heads)))
        if len(plain) == len(batch) and len(written) == 1:
            db.execute(*written[0])  # a transaction by itself
        else:
            db.execute("BEGIN IMMEDIATE")
            for statement, parameters in written:
                db.execute(statement, parameters)
            for request in batch:
                if not isinstance(request.work, Turn) or request.work.rest:
                    self._do(db, request, heads)
            db.execute("COMMIT")
        self._remember(heads)

    def _rows(self, db: sqlite3.Connection, some: Iterable[Turn], heads: dict[str, Head]) -> list[turns.Row]:
        rows: list[turns.Row] = []
        for turn in some:
            run = turn.append.run
            head = heads.get(run) or self._heads.get(run)
            if head is None or head.seq < turn.append.after:
                head = turns.find(db, run)
            own, heads[run] = turns.rows(turn, head, self._chain)
            rows += own
        return rows

    def _do(self, db: sqlite3.Connection, request: Request, heads: dict[str, Head]) -> None:
        if isinstance(request.work, Turn):
            for statement, parameters in turns.statements(self._rows(db, [request.work], heads)):
                db.execute(statement, parameters)
            turns.perform_rest(db, request.work)
        elif callable(request.work):
            request.result = request.work(db)

    def _remember(self, heads: dict[str, Head]) -> None:
        if len(self._heads) > REMEMBERED:
            self._heads.clear()
        self._heads |= heads

    # --- When something is refused ------------------------------------------------------------------------------------

    def _one_by_one(self, db: sqlite3.Connection, batch: list[Request]) -> None:
        db.execute("BEGIN IMMEDIATE")
        heads: dict[str, Head] = {}
        for request in batch:
            self._alone(db, request, heads)
        db.execute("COMMIT")
        self._remember(heads)

    def _alone(self, db: sqlite3.Connection, request: Request, heads: dict[str, Head]) -> None:
        own: dict[str, Head] = dict(heads)
        db.execute("SAVEPOINT alone")
        try:
            self._do(db, request, own)
        except Exception as error:
            if not _is_one_requests_own(error):
                raise
            db.execute("ROLLBACK TO alone")
            request.error = self._reason(db, request.work, error)
        else:
            heads |= own
        db.execute("RELEASE alone")

    def _reason(self, db: sqlite3.Connection, work: object, error: Exception) -> Exception:
        if not isinstance(error, sqlite3.Error):
            return error
        if isinstance(work, Turn):
            head = turns.find(db, work.append.run)
            if head.seq != work.append.after:
                return Fenced(work.append.run, work.append.after, head.seq)
            against = effects.standing_against(db, work.append)
            held = pending.standing_against(db, work.append)
            if against is not None or held:
                return ClaimRefused(*([against] if against is not None else []), *held)
        return explained(error, self._path)


def _is_one_requests_own(error: Exception) -> bool:
    """Whether the request is refused or cannot be bound; else the database itself failed."""
    own = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError)
    return isinstance(error, own) or not isinstance(error, sqlite3.Error)


def roll_back(db: sqlite3.Connection) -> None:
    """End a transaction that failed, if the database has not done so itself."""
    if db.in_transaction:
        with suppress(sqlite3.Error):  # the database may have done it already
            db.execute("ROLLBACK")
