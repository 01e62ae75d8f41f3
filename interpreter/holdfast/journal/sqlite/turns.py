"""Appends as rows for the view `turn` (schema.py), and where each run's journal ends."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from holdfast.core.actions import (
    Change,
    EffectClaimed,
    EffectMarked,
    ParentTold,
    PendingCleared,
    PlanPinned,
    ReviewClosed,
    ReviewMoved,
    ReviewOpened,
    SubjectWanted,
)
from holdfast.core.summary import Summary
from holdfast.errors import Fenced, UnknownName
from holdfast.journal import codec
from holdfast.journal.capacity import full
from holdfast.journal.digest import Chain
from holdfast.journal.ledger import UNSETTLED, address_in
from holdfast.journal.sqlite import callbacks, pending
from holdfast.journal.sqlite.inbox import SEALED
from holdfast.journal.sqlite.schema import COLUMNS, STATE
from holdfast.journal.store import AnswerFirst, Append, ClaimRefused

Row = tuple[Any, ...]
ROWS: Final = 1024
"""Rows of one statement at most; SQLite allows 32,766 parameters."""

_NO_SUMMARY: Final[Row] = ("",) * 4
_NO_MARK: Final[Row] = ("",) * 5
_NO_CLAIM: Final[Row] = ("",) * 4
_GOES_ON: Final[Row] = (-1, -1)
_EMPTY: Final[Row] = ("", *_GOES_ON, *("",) * (len(COLUMNS) - 3))
"""Pads a batch, so that few different statements exist and stay prepared."""


class Head(NamedTuple):
    """Where a run's journal ends: its row's id, the number and the digest of the last append."""

    id: int
    seq: int
    digest: bytes


class Turn(NamedTuple):
    """An append with everything in it encoded, so that the writing thread only hashes and binds.

    `ledger`: pairs of a mark and a claim, either of which may be empty. `rest`: statements for what is rarely there.
    `wakes`: whether it may put something into the inbox of another run.
    """

    append: Append
    body: bytes
    summary: Row
    ledger: Sequence[tuple[Row, Row]]
    rest: Sequence[tuple[str, Any]]
    wakes: bool


def encoded(append: Append) -> Turn:
    """An append made ready. Raises StoreError when it holds what cannot be kept."""
    written = codec.encode(append.events)
    blobs = dict(written.blobs)
    ledger, rare = _ledger(append.changes, append.at, blobs)
    rest = _rest(append, rare, blobs) if rare or blobs or append.consumed else ()
    wakes = any(isinstance(change, PendingCleared | SubjectWanted) for change in rare) if rare else False
    summary = _NO_SUMMARY if append.summary is None else _summary(append.summary)
    return Turn(append, written.body, summary, ledger, rest, wakes)


def _rest(append: Append, rare: Sequence[Change], blobs: dict[bytes, bytes]) -> list[tuple[str, Any]]:
    rest: list[tuple[str, Any]] = []
    for change in rare:
        rest += _rare(change, append, blobs)
        rest += pending.statements(change, append)
        rest += callbacks.statements(change, append)
    rest += [(_CONSUME, (item, append.run)) for item in append.consumed]
    rest += [(_BLOB, blob) for blob in blobs.items()]
    return rest


def rows(turn: Turn, head: Head, chain: Chain) -> tuple[list[Row], Head]:
    """The rows that write a turn after `head`, and the head after it. Raises Fenced."""
    append = turn.append
    if head.seq != append.after:
        raise Fenced(append.run, append.after, head.seq)
    at, last = float(append.at), append.after + len(append.events)
    digest = head.digest
    if append.events:
        digest = chain.link(head.digest, codec.VERSION, append.after + 1, at, turn.body)
    first, *more = turn.ledger
    seal = chain.seal(last, digest)
    said = (bytearray(turn.body), bytearray(digest), bytearray(seal), codec.VERSION, *turn.summary)
    written = [(head.id, append.after, last, at, *said, *first[0], *first[1])]
    written += [(head.id, *_GOES_ON, at, *_EMPTY[4:12], *mark, *claim) for mark, claim in more]
    return written, Head(head.id, last, digest)


_NUMBER: Final = "(SELECT id FROM runs WHERE run = ?)"
_OPEN: Final = (
    "INSERT INTO reviews(review, body, queue, state, opened_at, due, run) "
    "SELECT ?, ?, ?, 'open', ?, ?, id FROM runs WHERE run = ?"
)
_CLOSE: Final = (
    "UPDATE reviews SET state = 'closed', outcome = ?, closed_at = ?, why = ? "
    f"WHERE review = ? AND run = {_NUMBER} AND state <> 'closed'"
)
_MOVE: Final = (
    "UPDATE reviews SET due = ?1, "
    "body = iif(?1 IS NULL, json_remove(body, '$.due'), json_set(body, '$.due', json(?2))) "
    "WHERE review = ?3 AND run = (SELECT id FROM runs WHERE run = ?4)"
)
_MARK: Final = f"UPDATE ledger SET state = ?, value = ?, settled_at = ? WHERE key = ? AND tool = ? AND run = {_NUMBER}"
_TELL: Final = (
    f"INSERT INTO inbox(run, at, body, seal) SELECT id, ?1, ?2, {SEALED}(run, ?1, ?2) FROM runs "
    "WHERE run = ?3 AND status IN ('running', 'waiting', 'paused')"
)
_RECENT: Final = "SELECT opened_at FROM reviews WHERE queue = ? AND opened_at > ?"
_CLOSE_SILENT: Final = f"{_CLOSE} AND answers <= ?"
_ANSWERED: Final = f"SELECT review FROM reviews WHERE review = ? AND run = {_NUMBER} AND answers > ?"
_CONSUME: Final = f"DELETE FROM inbox WHERE id = ? AND run = {_NUMBER}"
_PIN: Final = "UPDATE runs SET plan_hash = ? WHERE run = ?"
_BLOB: Final = "INSERT INTO blobs(hash, content) VALUES (?, ?) ON CONFLICT(hash) DO NOTHING"


def find(db: sqlite3.Connection, run: str) -> Head:
    """Where a run's journal ends. Raises UnknownName."""
    found = db.execute("SELECT id, last_seq, head FROM runs WHERE run = ?", (run,)).fetchone()
    if found is None:
        raise UnknownName("run", run)
    return Head(*found)


def perform_rest(db: sqlite3.Connection, turn: Turn) -> None:
    """What a turn rarely has. Raises AnswerFirst (a review that nobody decided in time was answered), ClaimRefused."""
    for statement, row in turn.rest:
        if statement is _RECENT:
            _see_queue(db, *row)
            continue
        changed = db.execute(statement, row).rowcount
        if not changed and statement is _CLOSE_SILENT and db.execute(_ANSWERED, row[3:]).fetchone():
            raise AnswerFirst(row[3])


def _see_queue(db: sqlite3.Connection, queue: str, since: float, reviews: int, per: float, at: float) -> None:
    """Raises ClaimRefused when a queue has taken on all it can."""
    opened = [time for (time,) in db.execute(_RECENT, (queue, since))]
    if (said := full(queue, opened, (reviews, per), at)) is not None:
        raise ClaimRefused(said)


def statements(written: Sequence[Row]) -> Iterator[tuple[str, Sequence[Any]]]:
    """The rows as few prepared statements with their parameters; usually one."""
    if len(written) == 1:
        yield _statement(1), written[0]
        return
    for start in range(0, len(written), ROWS):
        part = written[start : start + ROWS]
        size = _size(len(part))
        parameters = [value for row in part for value in row]
        parameters += _EMPTY * (size - len(part))
        yield _statement(size), parameters


def _size(count: int) -> int:
    """The next number of rows that has a statement: 1-8, then steps of at most a quarter."""
    step = 1
    while count > step * 8:
        step *= 2
    return -(-count // step) * step


@cache
def _statement(size: int) -> str:
    one = f"({', '.join('?' * len(COLUMNS))})"
    return f"INSERT INTO turn({', '.join(COLUMNS)}) VALUES {', '.join([one] * size)}"


def _summary(summary: Summary) -> Row:
    waiting = codec.dump(list(summary.waiting)).decode() if summary.waiting else None
    result = codec.dump(summary.result).decode() if summary.result is not None else None
    return (summary.status, summary.wake_at, waiting, result)


def _ledger(
    changes: Sequence[Change], at: float, blobs: dict[bytes, bytes]
) -> tuple[list[tuple[Row, Row]], list[Change]]:
    """Marks and claims in their order, each mark together with the claim after it, at least one pair; and the rest."""
    pairs: list[tuple[Row, Row]] = []
    rare: list[Change] = []
    mark, claim = _NO_MARK, _NO_CLAIM
    for change in changes:
        if type(change) is EffectMarked and not change.run:
            if mark is not _NO_MARK or claim is not _NO_CLAIM:
                pairs.append((mark, claim))
            settled = None if change.state in UNSETTLED else at
            value = "" if change.value is None else codec.pack(change.value, blobs)
            mark = (change.tool, change.key, STATE[change.state], value, settled)
            claim = _NO_CLAIM
        elif type(change) is EffectClaimed:
            if claim is not _NO_CLAIM:
                pairs.append((mark, claim))
                mark = _NO_MARK
            address = "" if address_in(change.key) == change.address else change.address
            claim = (change.tool, change.key, digest_column(change.digest), address)
        else:
            rare.append(change)
    return [*pairs, (mark, claim)], rare


def _rare(change: Change, append: Append, blobs: dict[bytes, bytes]) -> Iterator[tuple[str, Row]]:
    match change:
        case ReviewOpened(review=review, limit=limit):
            if limit:
                yield _RECENT, (review.to, append.at - limit[1], *limit, append.at)
            body = codec.dump(codec.dump_review(review)).decode()
            yield _OPEN, (review.id, body, review.to, append.at, review.due, append.run)
        case ReviewClosed(review=closed, outcome=outcome, heard=None, why=why):
            yield _CLOSE, (outcome, append.at, why, closed, append.run)
        case ReviewClosed(review=closed, outcome=outcome, heard=heard, why=why):
            yield _CLOSE_SILENT, (outcome, append.at, why, closed, append.run, heard)
        case ReviewMoved(review=moved, due=due):
            yield _MOVE, (due, json.dumps(due), moved, append.run)
        case ParentTold(parent=parent, said=said):
            told = codec.encode([said])
            blobs |= told.blobs
            yield _TELL, (append.at, told.body, parent)
        case PlanPinned(plan_hash=plan_hash):
            yield _PIN, (plan_hash, append.run)
        case EffectMarked(run=run) if run:
            settled = None if change.state in UNSETTLED else append.at
            value = codec.pack(change.value, blobs)
            yield _MARK, (STATE[change.state], value, settled, change.key, change.tool, run)
        case _:
            pass


def digest_column(digest: str) -> bytearray | str:
    """A digest in half the space where it is hexadecimal, as it is where not."""
    try:
        packed = bytearray.fromhex(digest)
    except ValueError:
        return digest
    return packed if packed.hex() == digest else digest
