"""Tokens for results that come later, as functions of a connection."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from holdfast.core.actions import CallbackOpened, CallbacksClosed, Change
from holdfast.core.events import CallCompleted
from holdfast.journal import callbacks, codec
from holdfast.journal.digest import Chain
from holdfast.journal.sqlite.inbox import put
from holdfast.journal.store import LIVE, Append, CallbackRow

_OPEN: Final = (
    "INSERT INTO callbacks(digest, run, address, tool, key) SELECT ?, id, ?, ?, ? FROM runs WHERE run = ? "
    "ON CONFLICT(digest) DO NOTHING"
)
_CLOSE: Final = (
    "UPDATE callbacks SET state = 'closed' WHERE run = (SELECT id FROM runs WHERE run = ?) AND address = ? "
    "AND state = 'open'"
)
_ROWS: Final = (
    "SELECT c.digest, r.run, c.address, c.tool, c.key, c.state, c.said, r.id, r.status "
    "FROM callbacks c JOIN runs r ON r.id = c.run"
)
_NAMES: Final = ("digest", "run", "address", "tool", "key", "state", "said")


def statements(change: Change, append: Append) -> Iterator[tuple[str, Any]]:
    """What a change asks for, beside the turn itself."""
    if isinstance(change, CallbackOpened):
        yield _OPEN, (change.digest, change.address, change.tool, change.key, append.run)
    elif isinstance(change, CallbacksClosed):
        yield _CLOSE, (append.run, change.address)


def find(db: sqlite3.Connection, digest: str) -> CallbackRow:
    """A token."""
    return _found(db, digest)[0]


def of_run(db: sqlite3.Connection, number: int) -> list[CallbackRow]:
    """The tokens of the run with this row id."""
    found = db.execute(f"{_ROWS} WHERE c.run = ?", (number,))
    return [CallbackRow(**dict(zip(_NAMES, row, strict=False))) for row in found]


def _found(db: sqlite3.Connection, digest: str) -> tuple[CallbackRow, int, bool]:
    found = db.execute(f"{_ROWS} WHERE c.digest = ?", (digest,)).fetchone()
    if found is None:
        raise callbacks.unknown()
    *fields, number, status = found
    return CallbackRow(**dict(zip(_NAMES, fields, strict=True))), number, status in LIVE


def complete(db: sqlite3.Connection, chain: Chain, digest: str, completed: CallCompleted, at: float) -> CallbackRow:
    """Put a result into the inbox of the run that waits for it, once."""
    row, number, live = _found(db, digest)
    if not callbacks.is_new(row, completed, live=live):
        return row
    row = dataclasses.replace(row, state="used", said=callbacks.said(completed))
    db.execute("UPDATE callbacks SET state = 'used', said = ? WHERE digest = ?", (row.said, digest))
    put(db, chain, number, codec.encode([completed]), at)
    return row
