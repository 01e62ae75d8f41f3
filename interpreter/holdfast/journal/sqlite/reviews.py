"""Reviews and their answers, as functions of a connection."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from holdfast.errors import UnknownName
from holdfast.journal import answers, codec
from holdfast.journal.desk import REQUESTER, Desk
from holdfast.journal.digest import Chain
from holdfast.journal.sqlite.inbox import put
from holdfast.journal.sqlite.runs import blobs_of, keep_blobs
from holdfast.journal.store import Answer, Given, ReviewRow

_SELECT: Final = """
    SELECT v.body, r.run, r.plan, r.user, v.state, v.opened_at, v.decision, v.value, v.by, v.answered_at, v.outcome,
        v.closed_at, v.given, v.source, v.looked, v.why, v.remark FROM reviews v JOIN runs r ON r.id = v.run"""
_NAMES: Final = 50


def by_id(db: sqlite3.Connection, review: str) -> ReviewRow:
    """One review."""
    found = db.execute(f"{_SELECT} WHERE v.review = ?", (review,)).fetchone()
    if found is None:
        known = db.execute("SELECT review FROM reviews WHERE state = 'open' LIMIT ?", (_NAMES,)).fetchall()
        raise UnknownName("review", review, [name for (name,) in known])
    return _row(db, found)


_DESK: Final = f""" AND iif(v.queue = '{REQUESTER}', r.user IN (SELECT value FROM json_each(:users)),
    v.queue NOT IN (SELECT value FROM json_each(:barred)))"""


def listed(
    db: sqlite3.Connection, state: str, run: str | None, to: str | None, beginning: str, desk: Desk | None, limit: int
) -> list[ReviewRow]:
    """Reviews, the most urgent first: the earliest due, then the oldest."""
    where = "WHERE v.state = :state"
    where += " AND v.run = (SELECT id FROM runs WHERE run = :run)" if run is not None else ""
    where += " AND v.queue = :to" if to is not None else ""
    where += " AND v.review BETWEEN :beginning AND :beginning || char(0x10FFFF)" if beginning else ""
    where += "" if desk is None else _DESK
    found = db.execute(
        f"{_SELECT} {where} ORDER BY v.due IS NULL, v.due, v.id LIMIT :limit",
        {
            "state": state, "run": run, "to": to, "beginning": beginning, "limit": limit,
            "users": json.dumps([] if desk is None else sorted(desk.users)),
            "barred": json.dumps([] if desk is None else sorted(desk.barred)),
        },
    ).fetchall()  # fmt: skip
    return [_row(db, row) for row in found]


def decided(db: sqlite3.Connection, to: str, limit: int) -> list[ReviewRow]:
    """What people decided for a queue, what was asked last first."""
    where = "WHERE v.queue = ? AND v.decision <> '' ORDER BY v.opened_at DESC, v.id DESC LIMIT ?"
    return [_row(db, row) for row in db.execute(f"{_SELECT} {where}", (to, limit)).fetchall()]


def of_run(db: sqlite3.Connection, number: int) -> list[ReviewRow]:
    """The reviews of the run with this row id."""
    return [_row(db, row) for row in db.execute(f"{_SELECT} WHERE v.run = ? ORDER BY v.id", (number,)).fetchall()]


def history(db: sqlite3.Connection, since: float, limit: int) -> list[ReviewRow]:
    """What was opened since then, and what is open still."""
    where = "WHERE v.opened_at >= ? OR v.state = 'open' ORDER BY v.id LIMIT ?"
    return [_row(db, row) for row in db.execute(f"{_SELECT} {where}", (since, limit)).fetchall()]


def answer(db: sqlite3.Connection, chain: Chain, review: str, given: Answer, at: float) -> ReviewRow:
    """Record a decision and put it into the run's inbox; the same again changes nothing."""
    row = by_id(db, review)
    if not answers.is_new(row, given):
        return row
    blobs: dict[bytes, bytes] = {}
    held = answers.answered(row, given, at)
    said = [[one.by, one.decision, one.value, one.reason, one.at, one.source, one.looked] for one in held.given]
    db.execute(
        """UPDATE reviews SET state = ?, decision = ?, value = ?, by = ?, answered_at = ?, given = ?,
            source = ?, looked = ?, remark = ?, answers = answers + 1 WHERE review = ?""",
        (
            held.state, held.decision, codec.pack(held.value, blobs), held.by, held.answered_at,
            codec.pack(said or None, blobs), held.source, held.looked, held.remark, review,
        ),
    )  # fmt: skip
    keep_blobs(db, blobs)
    number = db.execute("SELECT run FROM reviews WHERE review = ?", (review,)).fetchone()[0]
    put(db, chain, number, codec.encode([answers.observation(review, given, at)]), at)
    return held


def _row(db: sqlite3.Connection, row: Sequence[Any]) -> ReviewRow:
    body, run, plan, user, state, opened_at, decision, value, by, answered_at, outcome, closed_at, given, *more = row
    return ReviewRow(
        review=codec.load_review(json.loads(body)), run=run, plan=plan, user=user, state=state, opened_at=opened_at,
        decision=decision, value=codec.unpack(value, blobs_of(db)), by=by, answered_at=answered_at, outcome=outcome,
        closed_at=closed_at, given=tuple(_given(one) for one in codec.unpack(given, blobs_of(db)) or ()),
        source=more[0], looked=more[1], why=more[2], remark=more[3],
    )  # fmt: skip


def _given(said: Sequence[Any]) -> Given:
    by, decision, value, reason, at, source, looked = said
    return Given(by=by, decision=decision, value=value, reason=reason, at=at, source=source, looked=looked)
