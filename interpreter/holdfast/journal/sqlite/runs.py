"""Runs, their journals and their owners, as functions of a connection."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final

from holdfast.core.events import Entry, Event
from holdfast.errors import InputError, StoreError, UnknownName
from holdfast.journal import codec
from holdfast.journal.codec import Encoded
from holdfast.journal.digest import UNKEYED, Chain, StoredAppend, Verified, readable
from holdfast.journal.store import AGING, LIVE, NewRun, RunFilter, RunRow
from holdfast.plan.program import EVENTS_KEPT
from holdfast.uncollected import uncollected

Alive = Callable[[sqlite3.Connection, str], bool]

_COLUMNS: Final = (
    "run, plan, plan_hash, task, user, priority, status, created_at, updated_at, last_seq, owner, wake_at, "
    "waiting, result, ifnull(parent, ''), ifnull(origin, '')"
)
_LAST: Final = chr(0x10FFFF)
_NAMES: Final = 50
"""How many runs are read to suggest one."""

OLDEST: Final = f"ORDER BY updated_at / {AGING} - priority, id"
"""Who goes first: see `Store.ready`."""

_READY: Final = """
    SELECT run FROM runs WHERE status = 'running' AND owner NOT IN (SELECT value FROM json_each(:living))
    UNION SELECT run FROM runs WHERE wake_at <= :now AND status IN ('running', 'waiting')
        AND owner NOT IN (SELECT value FROM json_each(:living))
    UNION SELECT run FROM runs WHERE id IN (SELECT run FROM inbox WHERE refused IS NOT :mine)
        AND status IN ('running', 'waiting', 'paused') AND owner NOT IN (SELECT value FROM json_each(:living))"""


def blobs_of(db: sqlite3.Connection) -> codec.Blobs:
    """Large values by their hash."""

    def read(ref: bytes) -> bytes | None:
        found = db.execute("SELECT content FROM blobs WHERE hash = ?", (ref,)).fetchone()
        return found[0] if found else None

    return read


def keep_blobs(db: sqlite3.Connection, blobs: Any) -> None:
    """Store large values that are not there yet."""
    db.executemany("INSERT INTO blobs(hash, content) VALUES (?, ?) ON CONFLICT(hash) DO NOTHING", blobs.items())


# --- Runs -------------------------------------------------------------------------------------------------------------


def create(db: sqlite3.Connection, new: NewRun, appends: Sequence[First], chain: Chain) -> tuple[RunRow, bool]:
    """A run with its first appends, or the one that has its identity."""
    at, count, digest = float(new.at), 0, chain.start(new.run)
    keep = None if new.keep == EVENTS_KEPT else new.keep
    rows: list[tuple[object, ...]] = []
    for when, size, written in appends:
        digest = chain.link(digest, codec.VERSION, count + 1, float(when), written.body)
        rows.append((count + 1, codec.VERSION, float(when), written.body, digest))
        count += size
    seal = chain.seal(count, digest)
    said = (new.run, new.plan_hash, new.priority, at, at, count, digest, seal, new.owner, new.parent or None, keep)
    inserted = db.execute(_CREATE, (*_identity(new), *said, new.origin or None))
    if not inserted.rowcount:
        return _there_already(db, new), False
    if new.source:
        save_plan(db, new.plan_hash, new.plan, new.file, new.source)
    for row in rows:
        db.execute(_FIRST, (inserted.lastrowid, *row))
    for _, _, written in appends:
        if written.blobs:
            keep_blobs(db, written.blobs)
    return new.row(count), True


First = tuple[float, int, Encoded]
"""One of the appends that a run is created with: when, how many entries, what is stored."""

_FIRST: Final = "INSERT INTO journal(run, seq, format, at, body, digest) VALUES (?, ?, ?, ?, ?, ?)"
_CREATE: Final = """
    INSERT INTO runs(user, plan, task, run, plan_hash, priority, status, created_at, updated_at, last_seq, head, seal,
        owner, parent, keep, origin)
    VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"""


def save_plan(db: sqlite3.Connection, *plan: str) -> None:
    """Keep a plan under its hash: hash, name, file and source."""
    db.execute("INSERT INTO plans(hash, name, file, source) VALUES (?, ?, ?, ?) ON CONFLICT(hash) DO NOTHING", plan)


def _identity(new: NewRun) -> tuple[str, str, str]:
    return new.user, new.plan, new.task


def _there_already(db: sqlite3.Connection, new: NewRun) -> RunRow:
    found = db.execute(f"SELECT {_COLUMNS} FROM runs WHERE user = ? AND plan = ? AND task = ?", _identity(new))
    if row := found.fetchone():
        return _row(row)
    raise StoreError(f"there is a run `{new.run}` already, of another plan, task or user")


def by_id(db: sqlite3.Connection, run: str) -> RunRow:
    """One run by its whole id, an unambiguous beginning, or a task that only it has."""
    whole = db.execute(f"SELECT {_COLUMNS} FROM runs WHERE run = ?", (run,)).fetchone()
    if whole:
        return _row(whole)
    within = (run, run + _LAST)
    found = db.execute(
        f"SELECT {_COLUMNS} FROM runs WHERE run >= ? AND run < ? ORDER BY run LIMIT 4", within
    ).fetchall()
    if len(found) == 1 and run:
        return _row(found[0])
    if len(found) > 1 and run:
        raise InputError(f"`{run}` fits several runs: {', '.join(row[0] for row in found[:3])}; give more of the id")
    named = db.execute(f"SELECT {_COLUMNS} FROM runs WHERE task = ? ORDER BY id DESC LIMIT 4", (run,)).fetchall()
    if len(named) == 1:
        return _row(named[0])
    if named:
        raise InputError(f"the task `{run}` is that of several runs: {', '.join(row[0] for row in named[:3])}")
    recent = db.execute("SELECT run, task FROM runs ORDER BY id DESC LIMIT ?", (_NAMES,)).fetchall()
    raise UnknownName("run", run, list(dict.fromkeys(name for both in recent for name in both)))


def listed(db: sqlite3.Connection, which: RunFilter) -> list[RunRow]:
    """Runs, the newest first."""
    wanted = {"plan": which.plan, "task": which.task, "user": which.user}
    where = [f"{column} = :{column}" for column, value in wanted.items() if value is not None]
    if which.status:
        where.append("status IN (SELECT value FROM json_each(:status))")
    if which.parent is not None:
        where.append("parent = :parent" if which.parent else "parent IS NULL")
    condition = f"WHERE {' AND '.join(where)}" if where else ""
    found = db.execute(
        f"SELECT {_COLUMNS} FROM runs {condition} ORDER BY id DESC LIMIT :limit",
        {**wanted, "parent": which.parent, "status": json.dumps(list(which.status)), "limit": which.limit},
    )
    return [_row(row) for row in found]


def _row(row: Sequence[Any]) -> RunRow:
    (run, plan, plan_hash, task, user, priority, status, created, updated, last_seq, owner, wake_at, waiting, result,
     parent, origin) = row  # fmt: skip
    return RunRow(
        run=run, plan=plan, plan_hash=plan_hash, task=task, user=user, priority=priority, status=status,
        created_at=created, updated_at=updated, last_seq=last_seq, owner=owner, wake_at=wake_at,
        waiting=json.loads(waiting) if waiting else (), result=json.loads(result) if result else None,
        parent=parent, origin=origin,
    )  # fmt: skip


# --- Journals ---------------------------------------------------------------------------------------------------------


def request(db: sqlite3.Connection, run: str) -> Event:
    """What a run was asked for: the first event of its journal."""
    stored = db.execute(
        "SELECT j.format, j.body FROM runs r JOIN journal j ON j.run = r.id AND j.seq = 1 WHERE r.run = ?", (run,)
    ).fetchone()
    if stored is None:
        raise UnknownName("run", run)
    version, body = stored
    version, content = readable(version, body)
    return codec.decode(content, blobs_of(db), version)[0]


def entries(db: sqlite3.Connection, run: str, after: int, chain: Chain) -> list[Entry]:
    """The journal after entry `after`, verified from the append that holds it to the end."""
    db.execute("BEGIN")  # one snapshot for the run's row and its journal
    try:
        with uncollected():
            return entries_within(db, run, after, chain)
    finally:
        if db.in_transaction:  # some errors end it by themselves
            db.execute("COMMIT")


def entries_within(db: sqlite3.Connection, run: str, after: int, chain: Chain) -> list[Entry]:
    """The same in a transaction of the caller's."""
    head = db.execute("SELECT id, last_seq, head, seal FROM runs WHERE run = ?", (run,)).fetchone()
    if head is None:
        raise UnknownName("run", run)
    number, *end = head
    first = db.execute("SELECT max(seq) FROM journal WHERE run = ? AND seq <= ?", (number, max(after, 1))).fetchone()[0]
    before = db.execute(
        "SELECT digest FROM journal WHERE run = ? AND seq < ? ORDER BY seq DESC LIMIT 1", (number, first or 0)
    ).fetchone()
    journal = Verified(run, chain, before[0], first - 1) if before else Verified(run, chain, chain.start(run))
    stored = db.execute(
        "SELECT format, seq, at, body, digest FROM journal WHERE run = ? AND seq >= ? ORDER BY seq",
        (number, first or 0),
    )
    found = list(journal.entries(map(StoredAppend._make, stored), blobs_of(db)))
    journal.ends(*end)
    return [entry for entry in found if entry.seq > after] if after else found


# --- Owners -----------------------------------------------------------------------------------------------------------


def acquire(db: sqlite3.Connection, run: str, worker: str, alive: Alive) -> bool:
    """Make the worker the owner unless another living one is."""
    found = db.execute("SELECT owner, status FROM runs WHERE run = ?", (run,)).fetchone()
    if found is None:
        raise UnknownName("run", run)
    owner, status = found
    if owner not in ("", worker) and alive(db, owner):
        return False
    if owner != worker and status in LIVE:
        db.execute("UPDATE runs SET owner = ? WHERE run = ?", (worker, run))
    return True


def release(db: sqlite3.Connection, run: str, worker: str) -> None:
    """Give the run up if the worker owns it."""
    db.execute("UPDATE runs SET owner = '' WHERE run = ? AND owner = ?", (run, worker))


def ready(
    db: sqlite3.Connection, now: float, worker: str, limit: int, alive: Alive, mark: bytes = UNKEYED
) -> list[str]:
    """Runs with something to do and no living owner; only rows that have something to do are read.

    `mark`: of the key that is configured; a message which was refused under it wakes nobody.
    """
    owners = [owner for (owner,) in db.execute("SELECT DISTINCT owner FROM runs WHERE owner <> ''")]
    living = [owner for owner in owners if owner == worker or alive(db, owner)]
    found = db.execute(
        f"SELECT run FROM runs WHERE run IN ({_READY}) {OLDEST} LIMIT :limit",
        {"now": now, "living": json.dumps(living), "limit": limit, "mine": mark},
    )
    return [run for (run,) in found]
