"""What a store says of the copy that it was put back to."""

from __future__ import annotations

import sqlite3

from holdfast.core.events import StoreRestored


def restored(db: sqlite3.Connection, run: str) -> StoreRestored | None:
    """See `Keeping.restored`. What time a run says it began is no matter: clocks differ."""
    found = db.execute(
        "SELECT taken, restored, by FROM copies WHERE restored IS NOT NULL "
        "AND last >= (SELECT id FROM runs WHERE run = ?) ORDER BY rowid DESC LIMIT 1",
        (run,),
    ).fetchone()
    return None if found is None else StoreRestored(taken=found[0], restored=found[1], by=found[2])
