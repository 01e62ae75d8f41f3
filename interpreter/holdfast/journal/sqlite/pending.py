"""Pending operations and the subjects they hold, as functions of a connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final

from holdfast.core.actions import (
    Change,
    PendingCleared,
    PendingHeld,
    PendingListed,
    SubjectReserved,
    SubjectWanted,
)
from holdfast.core.events import SubjectDue, SubjectFreed, SubjectHeld
from holdfast.journal import codec, pending
from holdfast.journal.sqlite.inbox import SEALED
from holdfast.journal.store import Append, PendingRow

Statement = tuple[str, tuple[Any, ...]]

_NUMBER: Final = "(SELECT id FROM runs WHERE run = ?)"
_RESERVE: Final = (
    "INSERT INTO reservation(run, address, subject, tool, at) SELECT id, ?, ?, ?, ? FROM runs WHERE run = ?"
)
_LIST: Final = (
    "INSERT INTO pending(run, address, subject, tool, state, since, due) "
    "SELECT id, ?, ?, ?, 'open', ?, ? FROM runs WHERE run = ? "
    "ON CONFLICT(run, address) DO UPDATE SET state = excluded.state, due = excluded.due"
)
_HOLD: Final = f"UPDATE pending SET state = 'held', due = ? WHERE run = {_NUMBER} AND address = ?"
_CLEAR: Final = f"DELETE FROM pending WHERE run = {_NUMBER} AND address = ?"
_WANT: Final = (
    "INSERT INTO waiters(subject, run) SELECT ?, id FROM runs WHERE run = ? ON CONFLICT(subject, run) DO NOTHING"
)
_NEXT: Final = (
    "FROM waiters w JOIN runs r ON r.id = w.run WHERE w.subject = :subject "
    "AND r.status IN ('running', 'waiting', 'paused') "
    "AND NOT EXISTS (SELECT 1 FROM pending p WHERE p.subject = :subject) ORDER BY w.id LIMIT 1"
)
_WAKE: Final = f"INSERT INTO inbox(run, at, body, seal) SELECT w.run, :at, :body, {SEALED}(r.run, :at, :body) {_NEXT}"
_WOKEN: Final = f"DELETE FROM waiters WHERE subject = :subject AND id <= (SELECT w.id {_NEXT})"
_DATE: Final = (
    f"INSERT INTO inbox(run, at, body, seal) SELECT w.run, :at, :body, {SEALED}(r.run, :at, :body) "
    "FROM waiters w JOIN runs r ON r.id = w.run "
    "WHERE w.subject = :subject AND r.status IN ('running', 'waiting', 'paused') ORDER BY w.id LIMIT 1"
)
"""The run that has wanted a subject longest learns how long it is held."""
_DATED: Final = (
    f"INSERT INTO inbox(run, at, body, seal) SELECT id, :at, told, {SEALED}(run, :at, told) FROM ("
    "SELECT r.id, r.run, CAST(json_array(json_array('SubjectDue', "
    "json_object('subject', p.subject, 'until', json(printf('%!.17g', p.due))))) AS BLOB) AS told "
    "FROM pending p, runs r WHERE p.subject = :subject AND p.state = 'held' AND p.due IS NOT :known AND r.run = :run)"
)
"""A run that has just begun to want one learns it too, unless it knows."""
_SELECT: Final = (
    "SELECT r.run, p.address, p.tool, p.state, p.subject, p.since, p.due FROM pending p JOIN runs r ON r.id = p.run"
)


def statements(change: Change, append: Append) -> Iterator[tuple[str, Any]]:
    """What a change asks for, beside the turn itself."""
    match change:
        case SubjectReserved(subject=subject, address=address, tool=tool):
            yield _RESERVE, (address, subject, tool, append.at, append.run)
        case PendingListed(address=address, subject=subject, tool=tool, due=due):
            yield _LIST, (address, subject or None, tool, append.at, due, append.run)
        case PendingHeld(address=address, until=until, subject=subject):
            yield _HOLD, (until, append.run, address)
            if subject:
                body = codec.encode([SubjectDue(subject=subject, until=until)]).body
                yield _DATE, {"subject": subject, "at": append.at, "body": body}
        case PendingCleared(address=address, subject=subject, run=run):
            yield _CLEAR, (run or append.run, address)
            if subject:
                yield from _wake(subject, append.at)
        case SubjectWanted(subject=subject, until=until):
            yield _WANT, (subject, append.run)
            yield from _wake(subject, append.at)
            yield _DATED, {"subject": subject, "at": append.at, "run": append.run, "known": until}
        case _:
            pass


def _wake(subject: str, at: float) -> Iterator[tuple[str, Any]]:
    """If nobody holds the subject, tell the run that has wanted it longest."""
    body = codec.encode([SubjectFreed(subject=subject)]).body
    yield _WAKE, {"subject": subject, "at": at, "body": body}
    yield _WOKEN, {"subject": subject}


def standing_against(db: sqlite3.Connection, append: Append) -> list[SubjectHeld]:
    """Every subject that the append reserves and others hold."""
    return pending.all_against(append, lambda subject: _holder(db, subject))


def _holder(db: sqlite3.Connection, subject: str) -> PendingRow | None:
    found = db.execute(f"{_SELECT} WHERE p.subject = ?", (subject,)).fetchone()
    return _row(found) if found else None


def listed(
    db: sqlite3.Connection, now: float, state: str | None, run: str | None, subject: str | None, limit: int
) -> list[PendingRow]:
    """Pending operations, the oldest first."""
    where = "NOT (p.state = 'held' AND p.due <= :now)"
    where += " AND p.state = :state" if state is not None else ""
    where += " AND r.run = :run" if run is not None else ""
    where += " AND p.subject = :subject" if subject is not None else ""
    found = db.execute(
        f"{_SELECT} WHERE {where} ORDER BY p.since LIMIT :limit",
        {"now": now, "state": state, "run": run, "subject": subject, "limit": limit},
    )
    return [_row(row) for row in found]


def of_run(db: sqlite3.Connection, number: int) -> list[PendingRow]:
    """All rows of the run with this row id, holds that have run out included."""
    return [_row(row) for row in db.execute(f"{_SELECT} WHERE p.run = ?", (number,))]


def release(db: sqlite3.Connection, run: str, address: str, at: float) -> PendingRow:
    """A person says that an operation needs no confirmation any more; an open one is cleared by its run."""
    found = db.execute(f"{_SELECT} WHERE r.run = ? AND p.address = ?", (run, address)).fetchone()
    held = pending.releasable(_row(found) if found else None, run, address)
    if held.state != "open":
        db.execute(_CLEAR, (run, address))
        for statement, parameters in _wake(held.subject, at):
            db.execute(statement, parameters)
    return held


def _row(row: Sequence[Any]) -> PendingRow:
    run, address, tool, state, subject, since, due = row
    return PendingRow(run=run, address=address, tool=tool, state=state, subject=subject or "", since=since, due=due)
