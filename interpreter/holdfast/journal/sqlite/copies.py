"""What a store says of the copy that it was put back to."""

from __future__ import annotations

import sqlite3

from holdfast.core.events import StoreRestored


def restored(db: sqlite3.Connection) -> StoreRestored | None:
    """See `Keeping.restored`."""
    found = db.execute(
        "SELECT taken, restored, by FROM copies WHERE restored IS NOT NULL ORDER BY rowid DESC LIMIT 1"
    ).fetchone()
    return None if found is None else StoreRestored(taken=found[0], restored=found[1], by=found[2])
