"""The tables, and the one statement that writes turns.

Rules of the file:
- A released migration is never changed; a new one is added at the end of `MIGRATIONS`. They run forward only.
- A turn's entries, its run's row and its claims and marks in the ledger are written by inserting rows into the view
  `turn`; a trigger does the work in the order of the rows. So a whole batch of turns is one statement: it is atomic
  without a savepoint, and the writing thread gives up the interpreter lock once per batch instead of once per change.
- A rule that does not hold (`fenced`, `claim`) aborts that statement.

Space and time: a journal row and a ledger row per writing step, each in one tree and no other, because every page that
a commit touches is written. So lists of effects that do not ask for `unknown` ones read the whole ledger: they are for
operators. Digests are BLOBs, states are small integers, an address that
ends its key is not stored twice (`journal/ledger.py`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from holdfast.errors import StoreError
from holdfast.journal.ledger import STATES
from holdfast.journal.sqlite import outbox
from holdfast.journal.store import LIVE

APPLICATION_ID: Final = 0x484F4C44  # "HOLD"

STATE: Final = {state: number for number, state in enumerate(STATES)}

COLUMNS: Final = (
    "run", "before", "last", "at", "body", "digest", "seal", "format", "status", "wake_at", "waiting", "result",
    "mark_tool", "mark_key", "mark_state", "mark_value", "mark_at",
    "claim_tool", "claim_key", "claim_digest", "claim_address",
)  # fmt: skip
"""Of the view `turn`. `run` is the run's row id; `before` and `last` are the numbers of the last entry before and
after, -1 in a row that only goes on with more marks and claims. `''` stands for what is not there: `status`, the
summary is unchanged; `mark_key`, `claim_key`, nothing to mark or claim; `mark_value`, `claim_address`, NULL. It is not
NULL itself because `sqlite3` looks for an adapter for None, and for bytes, at every binding: a seventh of the writing
thread's instructions per step. In a row the mark comes before the claim."""

_TABLES: Final = (
    """CREATE TABLE plans(
        hash TEXT PRIMARY KEY, name TEXT NOT NULL, file TEXT NOT NULL, source TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE runs(
        id INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, user TEXT NOT NULL, plan TEXT NOT NULL, task TEXT NOT NULL,
        plan_hash TEXT NOT NULL, priority INTEGER NOT NULL, status TEXT NOT NULL, created_at REAL NOT NULL,
        updated_at REAL NOT NULL, last_seq INTEGER NOT NULL, head BLOB NOT NULL, seal BLOB NOT NULL,
        owner TEXT NOT NULL DEFAULT '', wake_at REAL, waiting TEXT, result TEXT, parent TEXT, keep INTEGER, origin TEXT,
        UNIQUE(user, plan, task))""",
    "CREATE INDEX runs_children ON runs(parent) WHERE parent IS NOT NULL",
    "CREATE INDEX runs_running ON runs(status) WHERE status = 'running'",
    "CREATE INDEX runs_due ON runs(wake_at) WHERE wake_at IS NOT NULL",
    "CREATE INDEX runs_owned ON runs(owner) WHERE owner <> ''",
    """CREATE TABLE journal(
        run INTEGER NOT NULL, seq INTEGER NOT NULL, format INTEGER NOT NULL, at REAL NOT NULL, body BLOB NOT NULL,
        digest BLOB NOT NULL, PRIMARY KEY(run, seq)) WITHOUT ROWID""",
    "CREATE TABLE blobs(hash BLOB PRIMARY KEY, content BLOB NOT NULL)",
    """CREATE TABLE ledger(
        key TEXT NOT NULL, tool TEXT NOT NULL, run INTEGER NOT NULL, digest BLOB NOT NULL, state INTEGER NOT NULL,
        intended_at REAL NOT NULL, settled_at REAL, address TEXT, value, PRIMARY KEY(key, tool)) WITHOUT ROWID""",
    f"CREATE INDEX ledger_unknown ON ledger(intended_at) WHERE state = {STATE['unknown']}",
    """CREATE TABLE reviews(
        id INTEGER PRIMARY KEY, review TEXT NOT NULL UNIQUE, run INTEGER NOT NULL, body TEXT NOT NULL,
        queue TEXT NOT NULL, state TEXT NOT NULL, opened_at REAL NOT NULL, due REAL, decision TEXT NOT NULL DEFAULT '',
        value, by TEXT NOT NULL DEFAULT '', answered_at REAL, outcome TEXT NOT NULL DEFAULT '', closed_at REAL,
        why TEXT NOT NULL DEFAULT '',
        told INTEGER NOT NULL DEFAULT 0, source TEXT NOT NULL DEFAULT '', looked REAL, remark TEXT NOT NULL DEFAULT '',
        answers INTEGER NOT NULL DEFAULT 0, given)""",
    "CREATE INDEX reviews_urgent ON reviews(state, due IS NULL, due, id)",
    "CREATE INDEX reviews_run ON reviews(run)",
    "CREATE INDEX reviews_taken_on ON reviews(queue, opened_at)",
    """CREATE TABLE inbox(
        id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, at REAL NOT NULL, body BLOB NOT NULL,
        event INTEGER NOT NULL DEFAULT 0, seal BLOB, refused BLOB)""",
    "CREATE INDEX inbox_run ON inbox(run)",
    """CREATE TABLE pending(
        run INTEGER NOT NULL, address TEXT NOT NULL, subject TEXT, tool TEXT NOT NULL, state TEXT NOT NULL,
        since REAL NOT NULL, due REAL, PRIMARY KEY(run, address)) WITHOUT ROWID""",
    "CREATE UNIQUE INDEX pending_subject ON pending(subject) WHERE subject IS NOT NULL",
    "CREATE INDEX pending_since ON pending(since)",
    """CREATE TABLE callbacks(
        digest TEXT PRIMARY KEY, run INTEGER NOT NULL, address TEXT NOT NULL, tool TEXT NOT NULL, key TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'open', said TEXT NOT NULL DEFAULT '') WITHOUT ROWID""",
    "CREATE INDEX callbacks_step ON callbacks(run, address)",
    "CREATE TABLE waiters(id INTEGER PRIMARY KEY, subject TEXT NOT NULL, run INTEGER NOT NULL, UNIQUE(subject, run))",
    # A backup says when it was taken; a store that was put back to one, also when that was and by whom.
    # `last`: of the runs that it knows.
    "CREATE TABLE copies(taken REAL NOT NULL, restored REAL, by TEXT NOT NULL DEFAULT '', last INTEGER)",
    # Values were erased, and older copies of them may still lie in gaps of pages, or in the log.
    "CREATE TABLE unswept(since REAL NOT NULL)",
    "CREATE TABLE workers(worker TEXT PRIMARY KEY, beat REAL NOT NULL) WITHOUT ROWID",
)

_LIVE: Final = "({})".format(", ".join(f"'{status}'" for status in sorted(LIVE)))
_UNSETTLED: Final = f"({STATE['intended']}, {STATE['unknown']})"

_FREED: Final = f"""state = {STATE["failed"]} OR (run = excluded.run AND address IS excluded.address
    AND digest = excluded.digest AND state IN {_UNSETTLED})"""
"""When a key may be claimed; `ledger.standing_against` says the same."""

_TRIGGERS: Final = (
    f"CREATE VIEW turn AS SELECT {', '.join(f'NULL AS {column}' for column in COLUMNS)}",
    f"""CREATE TRIGGER turn_written INSTEAD OF INSERT ON turn BEGIN
        UPDATE runs SET last_seq = NEW.last, head = NEW.digest, seal = NEW.seal, updated_at = NEW.at,
            waiting = iif(NEW.status = '', waiting, NEW.waiting),
            result = iif(NEW.status = '', result, NEW.result)
            WHERE id = NEW.run AND last_seq = NEW.before;
        SELECT RAISE(ABORT, 'fenced') WHERE NEW.before >= 0 AND changes() = 0;
        UPDATE runs SET status = NEW.status, wake_at = NEW.wake_at,  -- indexed: only touched when they change
            owner = iif(NEW.status IN {_LIVE}, owner, '')
            WHERE id = NEW.run AND NEW.status <> '' AND (status <> NEW.status OR wake_at IS NOT NEW.wake_at);
        INSERT INTO journal(run, seq, format, at, body, digest)
            SELECT NEW.run, NEW.before + 1, NEW.format, NEW.at, NEW.body, NEW.digest WHERE NEW.last > NEW.before;
        UPDATE ledger SET state = NEW.mark_state, value = nullif(NEW.mark_value, ''), settled_at = NEW.mark_at
            WHERE key = nullif(NEW.mark_key, '') AND tool = NEW.mark_tool AND run = NEW.run;
        INSERT INTO ledger(run, tool, key, digest, state, intended_at, address)
            SELECT NEW.run, NEW.claim_tool, NEW.claim_key, NEW.claim_digest, {STATE["intended"]}, NEW.at,
                nullif(NEW.claim_address, '') WHERE NEW.claim_key <> ''
            ON CONFLICT(key, tool) DO UPDATE SET run = excluded.run, digest = excluded.digest, state = excluded.state,
                intended_at = excluded.intended_at, address = excluded.address, settled_at = NULL, value = NULL
                WHERE {_FREED};
        SELECT RAISE(ABORT, 'claim') WHERE NEW.claim_key <> '' AND changes() = 0;
        END""",
    # A pending operation takes its subject, in the transaction of the append that intends its effect, or aborts it.
    "CREATE VIEW reservation AS SELECT NULL AS run, NULL AS address, NULL AS subject, NULL AS tool, NULL AS at",
    """CREATE TRIGGER subject_reserved INSTEAD OF INSERT ON reservation BEGIN
        DELETE FROM pending WHERE subject = NEW.subject AND state = 'held' AND due <= NEW.at;
        SELECT RAISE(ABORT, 'subject') FROM pending
            WHERE subject = NEW.subject AND (run <> NEW.run OR address <> NEW.address);
        INSERT INTO pending(run, address, subject, tool, state, since)
            VALUES (NEW.run, NEW.address, NEW.subject, NEW.tool, 'reserved', NEW.at)
            ON CONFLICT(run, address) DO UPDATE SET subject = excluded.subject, tool = excluded.tool,
                state = excluded.state, since = excluded.since, due = NULL;
        END""",
)

MIGRATIONS: Final[Sequence[Sequence[str]]] = ((*_TABLES, *outbox.TABLES, *_TRIGGERS),)
"""Statement lists; the n-th (from 1) lifts a store from version n - 1 to n."""

VERSION: Final = len(MIGRATIONS)


def migrate(db: sqlite3.Connection, path: str) -> None:
    """Bring a store to this program's version; nothing is written when it is there already.

    Raises:
        StoreError: the file is newer than this program or belongs to another one.
    """
    if _version(db, path) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        for number in range(_version(db, path), VERSION):  # again: another process may have been faster
            for statement in MIGRATIONS[number]:
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # after a failed write (a full disk) SQLite may have rolled back by itself
            db.execute("ROLLBACK")
        raise


def _version(db: sqlite3.Connection, path: str) -> int:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    owner = int(db.execute("PRAGMA application_id").fetchone()[0])
    if owner != APPLICATION_ID and (owner or version or db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()):
        raise StoreError(f"`{path}` is a database of another program: give Holdfast a file of its own")
    if version > VERSION:
        raise StoreError(
            f"`{path}` is a store of version {version}; this program knows versions up to {VERSION}: "
            "use a newer Holdfast"
        )
    return version
