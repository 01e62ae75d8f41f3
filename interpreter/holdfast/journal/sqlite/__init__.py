"""The default store: SQLite in one file."""

from __future__ import annotations

from holdfast.journal.sqlite.store import Sqlite

__all__ = ["Sqlite"]
