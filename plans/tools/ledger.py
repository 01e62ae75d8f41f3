"""A small world outside: a bank, a travel agency and a workshop in one SQLite file, `LEDGER_DB`.

The four writing strategies are all here, each as honest as its name: `bank.transfer` deduplicates on the key,
`bank.set_limit` may be repeated, `bank.wire` can be asked whether it happened, `bank.cheque` can do neither.
`effects` gets a row whenever something really happens, in the same transaction: count there.

`LEDGER_CRASH=5` kills the process with SIGKILL at the fifth moment, where moments lie before and after each effect:
that is how the crash tests prove that none is lost and none is doubled.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from holdfast import Context, ToolError, tool

SCHEMA = """
CREATE TABLE IF NOT EXISTS effects (
    id INTEGER PRIMARY KEY, tool TEXT NOT NULL, key TEXT NOT NULL, answer TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS effects_by_key ON effects (tool, key);
CREATE TABLE IF NOT EXISTS accounts (name TEXT PRIMARY KEY, balance REAL NOT NULL, daily REAL);
CREATE TABLE IF NOT EXISTS jobs (name TEXT PRIMARY KEY, looks INTEGER NOT NULL);
INSERT OR IGNORE INTO accounts VALUES ('current', 50, NULL), ('savings', 100000, NULL), ('payroll', 100000, NULL);
"""
FINISHED_AFTER = 3
_moments = count(1)


# Plain data: reference, source, target, amount in dollars.
Payment = dict[str, Any]


@tool("bank.transfer", effect="write", idempotency="key", undo="bank.refund", amount="amount", tags={"payment"})
async def transfer(source: str, target: str, amount: float, ctx: Context) -> Payment:
    """Move money. The bank keeps the key with the payment and gives the first answer again."""
    with world() as db:
        known = answer(db, "bank.transfer", ctx.idempotency_key)
        return known or pay(db, "bank.transfer", ctx.idempotency_key, (source, target, amount))


@tool("bank.shaky_transfer", effect="write", idempotency="key", undo="bank.refund", amount="amount", tags={"payment"})
async def shaky_transfer(source: str, target: str, amount: float, ctx: Context) -> Payment:
    """Move money at a bank whose first answer is always lost: the money moved, and nobody says so."""
    with world() as db:
        if known := answer(db, "bank.shaky_transfer", ctx.idempotency_key):
            return known
        pay(db, "bank.shaky_transfer", ctx.idempotency_key, (source, target, amount))
    raise ToolError("timeout", "the bank did not answer")


@tool("bank.refund", effect="write", idempotency="key", reversible=False)
async def refund(reference: str, ctx: Context) -> Payment:
    """Move the money of a payment back, once per key."""
    with world() as db:
        if known := answer(db, "bank.refund", ctx.idempotency_key):
            return known
        paid = db.execute("SELECT answer FROM effects WHERE answer ->> 'reference' = ?", (reference,)).fetchone()
        if paid is None:
            raise ToolError("not_found", f"no payment `{reference}`")
        payment = json.loads(paid[0])
        move = (payment["target"], payment["source"], payment["amount"])
        return pay(db, "bank.refund", ctx.idempotency_key, move)


@tool("bank.set_limit", effect="write", idempotency="natural")
async def set_limit(account: str, daily: float, ctx: Context) -> float:
    """Set what may leave an account in a day. Setting it twice is the same as once."""
    with world() as db:
        db.execute(
            "INSERT INTO accounts VALUES (?, 0, ?) ON CONFLICT (name) DO UPDATE SET daily = excluded.daily",
            (account, daily),
        )
        record(db, "bank.set_limit", ctx.idempotency_key, daily)
    return daily


@tool("bank.wire", effect="write", idempotency="check", reversible=False, amount="amount", tags={"payment"})
async def wire(source: str, target: str, amount: float, ctx: Context) -> Payment:
    """Wire money abroad. The bank would do it twice, but its statement shows our reference."""
    with world() as db:
        return pay(db, "bank.wire", ctx.idempotency_key, (source, target, amount))


@wire.check
async def wired(ctx: Context) -> Payment | None:
    """Look for our reference on the statement."""
    with world(effect=False) as db:
        return answer(db, "bank.wire", ctx.idempotency_key)


@tool("bank.cheque", effect="write", idempotency="none", reversible=False, amount="amount", tags={"payment"})
async def cheque(source: str, target: str, amount: float, ctx: Context) -> Payment:
    """Put a cheque in the post. Once it is in the box nobody can tell."""
    with world() as db:
        return pay(db, "bank.cheque", ctx.idempotency_key, (source, target, amount))


@tool("trip.reserve", effect="write", idempotency="key", undo="trip.release")
async def reserve(kind: str, ctx: Context) -> dict[str, str]:
    """Reserve a flight, a hotel or a car. There is never a convertible left."""
    if kind == "convertible":
        raise ToolError("conflict", "no convertible is left")
    with world() as db:
        if known := answer(db, "trip.reserve", ctx.idempotency_key):
            return known
        number = db.execute("SELECT count(*) FROM effects WHERE tool = 'trip.reserve'").fetchone()[0] + 1
        reservation = {"reservation": f"R{number}", "kind": kind}
        record(db, "trip.reserve", ctx.idempotency_key, reservation)
        return reservation


@tool("trip.release", effect="write", idempotency="key", reversible=False)
async def release(reservation: str, ctx: Context) -> str:
    """Give a reservation back, once per key."""
    with world() as db:
        if answer(db, "trip.release", ctx.idempotency_key) is None:
            record(db, "trip.release", ctx.idempotency_key, reservation)
    return reservation


@tool("job.start", effect="write", idempotency="natural", reversible=False)
async def start(name: str, ctx: Context) -> str:
    """Start a job. Starting one that runs changes nothing."""
    with world() as db:
        db.execute("INSERT OR IGNORE INTO jobs VALUES (?, 0)", (name,))
        record(db, "job.start", ctx.idempotency_key, name)
    return name


@tool("job.status", effect="read")
async def status(name: str) -> str:
    """`running`, and from the third look on `finished`."""
    with world(effect=False) as db:
        row = db.execute("UPDATE jobs SET looks = looks + 1 WHERE name = ? RETURNING looks", (name,)).fetchone()
    if row is None:
        raise ToolError("not_found", f"no job `{name}`")
    return "finished" if row[0] >= FINISHED_AFTER else "running"


@tool("sensor.read", effect="read")
async def sensor(ctx: Context) -> float:
    """A temperature, from a sensor that answers the third time it is asked."""
    if ctx.attempt < FINISHED_AFTER:
        raise ToolError("unavailable", "the sensor is asleep")
    return 21.5


@contextmanager
def world(*, effect: bool = True) -> Iterator[sqlite3.Connection]:
    """The database in one transaction. Not written through to the disk: it survives SIGKILL, not a power cut."""
    moment: Callable[[], None] = power_may_fail if effect else lambda: None
    path = Path(os.environ.get("LEDGER_DB", ".holdfast/ledger.db"))
    path.parent.mkdir(parents=True, exist_ok=True)
    moment()
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as db:
        db.execute("PRAGMA journal_mode = WAL").fetchone()
        db.execute("PRAGMA synchronous = OFF")
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone():
            db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")
    moment()


def power_may_fail() -> None:
    """Die here, at once, if this is the moment that `LEDGER_CRASH` names."""
    if str(next(_moments)) == os.environ.get("LEDGER_CRASH"):
        os.kill(os.getpid(), signal.SIGKILL)


def answer(db: sqlite3.Connection, name: str, key: str) -> Any:
    """What an effect gave when it happened under this key; None: it did not."""
    row = db.execute("SELECT answer FROM effects WHERE tool = ? AND key = ?", (name, key)).fetchone()
    return json.loads(row[0]) if row else None


def record(db: sqlite3.Connection, name: str, key: str, value: object) -> None:
    """Write down that something happened."""
    db.execute("INSERT INTO effects (tool, key, answer) VALUES (?, ?, ?)", (name, key, json.dumps(value)))


def pay(db: sqlite3.Connection, name: str, key: str, move: tuple[str, str, float]) -> Payment:
    """Move money from a source to a target. Raises ToolError when the source holds too little."""
    source, target, amount = move
    taken = db.execute(
        "UPDATE accounts SET balance = balance - ? WHERE name = ? AND balance >= ?", (amount, source, amount)
    )
    if taken.rowcount == 0:
        raise ToolError("failed_precondition", f"account `{source}` holds less than {amount:g}")
    db.execute(
        "INSERT INTO accounts VALUES (?, ?, NULL)"
        " ON CONFLICT (name) DO UPDATE SET balance = balance + excluded.balance",
        (target, amount),
    )
    number = db.execute("SELECT count(*) FROM effects").fetchone()[0] + 1
    payment = {"reference": f"P{number}", "source": source, "target": target, "amount": amount}
    record(db, name, key, payment)
    return payment
