"""The outbox, as functions of a connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final, get_args

from holdfast.errors import UnknownName
from holdfast.journal.outbox import Notice, NoticeState

TABLES: Final = (
    """CREATE TABLE notices(
        id INTEGER PRIMARY KEY, review TEXT NOT NULL, queue TEXT NOT NULL, channel TEXT NOT NULL, state TEXT NOT NULL,
        attempts INTEGER NOT NULL, due REAL NOT NULL, planned_at REAL NOT NULL, settled_at REAL,
        error TEXT NOT NULL DEFAULT '', UNIQUE(review, queue, channel))""",
    "CREATE INDEX notices_due ON notices(due) WHERE state = 'waiting'",
    "CREATE INDEX notices_given_up ON notices(id) WHERE state = 'given_up'",
    "CREATE INDEX reviews_untold ON reviews(id) WHERE state = 'open' AND told = 0",
)

STATES: Final = get_args(NoticeState)
_COLUMNS: Final = "id, review, queue, channel, state, attempts, due, planned_at, settled_at, error"


def untold(db: sqlite3.Connection, limit: int) -> list[str]:
    """Open reviews that nobody was told of."""
    # named, because the planner takes the index of open reviews, of which there may be thousands
    source = "reviews INDEXED BY reviews_untold"
    found = db.execute(f"SELECT review FROM {source} WHERE state = 'open' AND told = 0 ORDER BY id LIMIT ?", (limit,))
    return [review for (review,) in found]


def plan(db: sqlite3.Connection, review: str, channels: Sequence[str], at: float) -> None:
    """Notices for a review, which is told by that."""
    found = db.execute("SELECT queue FROM reviews WHERE review = ?", (review,)).fetchone()
    if found is None:
        raise UnknownName("review", review)
    db.executemany(
        "INSERT INTO notices(review, queue, channel, state, attempts, due, planned_at) "
        "VALUES (?, ?, ?, 'waiting', 0, ?, ?) ON CONFLICT(review, queue, channel) DO NOTHING",
        [(review, found[0], channel, at, at) for channel in channels],
    )
    db.execute("UPDATE reviews SET told = 1 WHERE review = ?", (review,))


def any_due(db: sqlite3.Connection, now: float) -> bool:
    """Whether there is something to claim."""
    found = db.execute("SELECT 1 FROM notices WHERE state = 'waiting' AND due <= ? LIMIT 1", (now,))
    return found.fetchone() is not None


def claim(db: sqlite3.Connection, now: float, until: float, limit: int) -> list[Notice]:
    """Due notices, out of reach of others until `until`."""
    found = db.execute(
        f"UPDATE notices SET attempts = attempts + 1, due = ? WHERE id IN (SELECT id FROM notices "
        f"WHERE state = 'waiting' AND due <= ? ORDER BY due, id LIMIT ?) RETURNING {_COLUMNS}",
        (until, now, limit),
    ).fetchall()
    return sorted((_notice(row) for row in found), key=lambda notice: notice.id)


def settle(db: sqlite3.Connection, number: int, state: str, at: float, error: str) -> None:
    """What became of a try."""
    column = "due" if state == "waiting" else "settled_at"
    db.execute(f"UPDATE notices SET state = ?, {column} = ?, error = ? WHERE id = ?", (state, at, error, number))


def listed(db: sqlite3.Connection, state: str | None, review: str | None, limit: int) -> list[Notice]:
    """Notices, the newest first."""
    # a state is one of our own words, and only as such it finds the indices of waiting and given up notices
    where = [f"state = '{state}'"] if state in STATES else []
    where += ["review = :review"] if review is not None else []
    condition = f"WHERE {' AND '.join(where)} " if where else ""
    found = db.execute(
        f"SELECT {_COLUMNS} FROM notices {condition}ORDER BY id DESC LIMIT :limit",
        {"review": review, "limit": limit},
    )
    return [_notice(row) for row in found.fetchall()]


def _notice(row: Sequence[object]) -> Notice:
    return Notice(**dict(zip(_COLUMNS.split(", "), row, strict=True)))  # type: ignore[arg-type]
