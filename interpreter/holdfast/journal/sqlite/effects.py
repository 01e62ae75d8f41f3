"""The effect ledger, as functions of a connection."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from holdfast.core.actions import EffectClaimed
from holdfast.core.events import Claim, EffectInFlight
from holdfast.errors import StoreError
from holdfast.journal import codec, ledger
from holdfast.journal.ledger import STATES
from holdfast.journal.sqlite.runs import blobs_of, keep_blobs
from holdfast.journal.sqlite.schema import STATE
from holdfast.journal.store import Append, EffectRow

SELECT: Final = """
    SELECT l.tool, l.key, l.state, l.digest, r.run, l.address, l.intended_at, l.settled_at, l.value
        FROM ledger l JOIN runs r ON r.id = l.run"""


def listed(db: sqlite3.Connection, state: str | None, tool: str | None, run: str | None, limit: int) -> list[EffectRow]:
    """Rows of the ledger, the newest first."""
    if state is not None and state not in STATE:
        raise StoreError(f"no effect state `{state}`; there are {', '.join(STATES)}")
    where = [] if state is None else [f"l.state = {STATE[state]}"]
    where += [] if tool is None else ["l.tool = :tool"]
    where += [] if run is None else ["l.run = (SELECT id FROM runs WHERE run = :run)"]
    condition = f"WHERE {' AND '.join(where)}" if where else ""
    found = db.execute(
        f"{SELECT} {condition} ORDER BY l.intended_at DESC, l.key DESC LIMIT :limit",
        {"tool": tool, "run": run, "limit": limit},
    ).fetchall()
    return [row(db, one) for one in found]


def find(db: sqlite3.Connection, tool: str, key: str) -> EffectRow | None:
    """The row of one key."""
    found = db.execute(f"{SELECT} WHERE l.key = ? AND l.tool = ?", (key, tool)).fetchone()
    return row(db, found) if found else None


def resolve(db: sqlite3.Connection, tool: str, key: str, state: str, value: object, at: float) -> EffectRow:
    """An operator says what became of an unsettled effect."""
    held = ledger.resolvable(find(db, tool, key), tool, key, state)
    blobs: dict[bytes, bytes] = {}
    packed = codec.pack(value, blobs)
    keep_blobs(db, blobs)
    db.execute(
        "UPDATE ledger SET state = ?, value = ?, settled_at = ? WHERE key = ? AND tool = ?",
        (STATE[state], packed, at, key, tool),
    )
    return dataclasses.replace(held, state=state, value=value, settled_at=at)


def standing_against(db: sqlite3.Connection, append: Append) -> Claim | None:
    """What keeps the append from being written, of all its claims the first that is refused."""
    own: set[tuple[str, str]] = set()
    for claim in append.changes:
        if not isinstance(claim, EffectClaimed):
            continue
        name = (claim.tool, claim.key)
        if name in own:  # two steps of one turn want one key
            return EffectInFlight(tool=claim.tool, key=claim.key, run=append.run)
        own.add(name)
        held = find(db, *name)
        against = ledger.standing_against(held, append.run, claim) if held else None
        if against is not None:
            return against
    return None


def row(db: sqlite3.Connection, found: Sequence[Any]) -> EffectRow:
    """A row of `SELECT`."""
    tool, key, state, digest, run, address, intended_at, settled_at, value = found
    return EffectRow(
        tool=tool, key=key, state=STATES[state], digest=digest.hex() if isinstance(digest, bytes) else digest, run=run,
        address=ledger.address_in(key) or "" if address is None else address, intended_at=intended_at,
        settled_at=settled_at, value=None if value is None else codec.unpack(value, blobs_of(db)),
    )  # fmt: skip
