"""An operator's word about a run, put on record: in its inbox, or in the journal of one that is over."""

from __future__ import annotations

import sqlite3

from holdfast.core.events import Event
from holdfast.journal import codec
from holdfast.journal.digest import Chain
from holdfast.journal.sqlite.inbox import need_key, put
from holdfast.journal.sqlite.runs import keep_blobs
from holdfast.journal.store import LIVE


def record(db: sqlite3.Connection, chain: Chain, run: str, said: Event, at: float) -> None:
    """Put it on record, in the caller's transaction. When the run ended stays what it was."""
    found = db.execute("SELECT id, status, last_seq, head FROM runs WHERE run = ?", (run,)).fetchone()
    number, status, last, head = found
    encoded = codec.encode([said])
    if status in LIVE:
        put(db, chain, number, encoded, at)
        return
    need_key(db, chain, number)
    keep_blobs(db, encoded.blobs)
    digest = chain.link(head, codec.VERSION, last + 1, float(at), encoded.body)
    db.execute(
        "INSERT INTO journal(run, seq, format, at, body, digest) VALUES (?, ?, ?, ?, ?, ?)",
        (number, last + 1, codec.VERSION, float(at), encoded.body, digest),
    )
    sealed = chain.seal(last + 1, digest)
    db.execute("UPDATE runs SET last_seq = ?, head = ?, seal = ? WHERE id = ?", (last + 1, digest, sealed, number))
