"""Erasing runs, as functions of a connection; afterwards no byte of it is left in the file.

Theory: `secure_delete` makes SQLite write zeros over what it frees, but pages that were split earlier may hold older
copies in their gaps (measured: of 5,000 values that were erased 44 to 501 could still be read, also where every
connection had `secure_delete` from the beginning), and the write-ahead log holds whole pages. So the file is written
anew (`VACUUM`) and the log emptied. Where that is not done, because somebody reads or the process dies, a row in
`unswept` says so, and the next erasure does it.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

from holdfast.errors import UnknownName
from holdfast.journal import codec, erasure
from holdfast.journal.digest import Chain, StoredAppend
from holdfast.journal.keeping import Erased, Erasing
from holdfast.journal.redaction import ERASED, blank, review_without_values
from holdfast.journal.sqlite import effects
from holdfast.journal.sqlite.runs import blobs_of, by_id
from holdfast.journal.sqlite.schema import STATE
from holdfast.plan.grants import MADE

PATIENCE: Final = 10.0
"""Seconds to wait for readers of old pages."""

_FAMILY: Final = """
    WITH RECURSIVE family(run) AS (VALUES (?) UNION SELECT r.run FROM runs r JOIN family f ON r.parent = f.run)
    SELECT r.id, r.run FROM runs r JOIN family f ON f.run = r.run ORDER BY r.id"""
_UNSETTLED: Final = (STATE["intended"], STATE["unknown"])


def erase(db: sqlite3.Connection, runs: Sequence[str], chain: Chain, erasing: Erasing) -> list[Erased]:
    """Erase the values of runs and of all below them, in the caller's transaction. Raises InputError, StoreError."""
    db.execute("PRAGMA secure_delete = ON")
    families = [db.execute(_FAMILY, (run,)).fetchall() for run in runs]
    named = {run for family in families for _, run in family}
    for run, family in zip(runs, families, strict=True):
        if not family:
            raise UnknownName("run", run)
        _refuse(db, family, named)
    done: list[Erased] = []
    for family in families:
        done += [_erase_run(db, number, run, chain, erasing) for number, run in family]
    if not all(one.already for one in done):
        db.execute("INSERT INTO unswept(since) VALUES (?)", (erasing.at,))
    return done


def _refuse(db: sqlite3.Connection, family: Sequence[tuple[int, str]], named: set[str]) -> None:
    rows = [by_id(db, run) for _, run in family]
    forks = [
        fork
        for _, run in family
        for (fork,) in db.execute("SELECT run FROM runs WHERE origin = ?", (run,))
        if fork not in named and not _gone(db, fork)
    ]
    open_ones = []
    for number, _ in family:
        found = db.execute(f"{effects.SELECT} WHERE l.run = ? AND l.state IN (?, ?)", (number, *_UNSETTLED)).fetchall()
        open_ones += [effects.row(db, row) for row in found]
    erasure.refuse(rows, forks, open_ones)


def _gone(db: sqlite3.Connection, run: str) -> bool:
    found = db.execute("SELECT result FROM runs WHERE run = ?", (run,)).fetchone()
    return bool(found and found[0] and "erased" in json.loads(found[0]))


def _erase_run(db: sqlite3.Connection, number: int, run: str, chain: Chain, erasing: Erasing) -> Erased:
    stored = db.execute("SELECT format, seq, at, body, digest FROM journal WHERE run = ? ORDER BY seq", (number,))
    done = erasure.rewritten(run, map(StoredAppend._make, stored.fetchall()), chain, blobs_of(db), erasing)
    if done is None:
        last = db.execute("SELECT last_seq FROM runs WHERE id = ?", (number,)).fetchone()[0]
        return Erased(run=run, entries=last, already=True)
    for append in done.changed:
        db.execute(
            "UPDATE journal SET format = ?, body = ? WHERE run = ? AND seq = ?",
            (append.version, append.body, number, append.seq),
        )
    version, seq, at, body, digest = done.added
    db.execute(
        "INSERT INTO journal(run, seq, format, at, body, digest) VALUES (?, ?, ?, ?, ?, ?)",
        (number, seq, version, at, body, digest),
    )
    large = set(done.large) | _erase_rows(db, number)
    result = db.execute("SELECT result FROM runs WHERE id = ?", (number,)).fetchone()[0]
    said = codec.dump(erasure.brief(json.loads(result) if result else None, erasing)).decode()
    db.execute(
        "UPDATE runs SET last_seq = ?, head = ?, seal = ?, waiting = NULL, result = ? WHERE id = ?",
        (seq, digest, chain.seal(seq, digest), said, number),
    )
    _drop_unnamed(db, large)
    _drop_made_plan(db, number)
    return Erased(run=run, entries=seq)


def _erase_rows(db: sqlite3.Connection, number: int) -> set[bytes]:
    """Empty the rows of a run; gives the hashes of large values that they named."""
    large: set[bytes] = set()
    for table, column in (("ledger", "value"), ("reviews", "value"), ("reviews", "given")):
        found = db.execute(f"SELECT {column} FROM {table} WHERE run = ? AND typeof({column}) = 'blob'", (number,))
        large |= {ref for (ref,) in found}
    for (body,) in db.execute("SELECT body FROM inbox WHERE run = ?", (number,)):
        large |= erasure.named(body)
    mark = codec.dump(ERASED).decode()
    db.execute("UPDATE ledger SET value = ? WHERE run = ? AND value IS NOT NULL", (mark, number))
    for review, body, value, given in db.execute(
        "SELECT review, body, value, given FROM reviews WHERE run = ?", (number,)
    ).fetchall():
        db.execute(
            "UPDATE reviews SET body = ?, value = ?, given = ?, why = '', "
            "remark = iif(remark = '', '', '(erased)') WHERE review = ?",
            (_review(body), None if value is None else mark, _given(db, given), review),
        )
    db.execute("DELETE FROM inbox WHERE run = ?", (number,))
    db.execute("UPDATE callbacks SET said = '' WHERE run = ?", (number,))
    return large


def _review(body: str) -> str:
    review = review_without_values(codec.load_review(json.loads(body)))
    return codec.dump(codec.dump_review(review)).decode()


def _given(db: sqlite3.Connection, given: Any) -> str | None:
    said = codec.unpack(given, blobs_of(db))
    if said is None:
        return None
    kept = [[by, word, blank(value), blank(why), *rest] for by, word, value, why, *rest in said]
    return codec.dump(kept).decode()


def _drop_unnamed(db: sqlite3.Connection, large: Iterable[bytes]) -> None:
    """Drop large values that nothing names any more. They are rare, so whatever could name one is read."""
    for ref in large:
        text = ref.hex().encode()
        if not db.execute(_NAMES, {"ref": ref, "text": text}).fetchone():
            db.execute("DELETE FROM blobs WHERE hash = ?", (ref,))


_NAMES: Final = """
    SELECT 1 FROM journal WHERE instr(body, :text) UNION ALL SELECT 1 FROM inbox WHERE instr(body, :text)
    UNION ALL SELECT 1 FROM ledger WHERE value = :ref UNION ALL SELECT 1 FROM reviews WHERE value = :ref OR given = :ref
    LIMIT 1"""


def _drop_made_plan(db: sqlite3.Connection, number: int) -> None:
    """A plan that a model made in a run is a value too; it stands in no file. One that another run has stays."""
    db.execute(_MADE, {"run": number, "made": MADE, "erased": erasure.PLAN_ERASED})


_MADE: Final = """
    UPDATE plans SET source = :erased WHERE file = :made AND hash = (SELECT plan_hash FROM runs WHERE id = :run)
        AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.plan_hash = plans.hash AND r.id <> :run
            AND instr(ifnull(r.result, ''), '"erased"') = 0)"""


def sweep(db: sqlite3.Connection) -> bool:
    """Leave nothing of what was erased in the file or its log; False: somebody uses what is to go.

    Where nothing was erased since the last time nothing is done. A process that is killed in here leaves the store as
    it was, and what is owed to whoever erases next.
    """
    if not db.execute("SELECT 1 FROM unswept LIMIT 1").fetchone():
        return True
    try:
        db.execute("VACUUM")
    except sqlite3.OperationalError as error:
        if not getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            raise
        return False
    until = time.monotonic() + PATIENCE
    while True:
        busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            db.execute("DELETE FROM unswept")
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
