"""What is committed in a store at this moment, seen past all handles."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from holdfast.journal.ledger import STATES
from holdfast.journal.memory import Memory
from holdfast.journal.store import LIVE


class MemoryTruth:
    """Of a store in memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def effect(self, tool: str, key: str) -> str | None:
        row = self._memory._ledger.get((tool, key))
        return None if row is None else row.state

    def holder(self, subject: str) -> str | None:
        return self._memory._operations._subjects.get(subject, (None, None))[0]

    def statuses(self) -> dict[str, str]:
        return {run: one.row.status for run, one in self._memory._runs.items()}

    def close(self) -> None:
        """Nothing."""


class SqliteTruth:
    """Of a file, through a connection of its own, which sees what is committed and nothing else."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, timeout=5.0)
        self.statuses()  # from now on no other connection is the last one, whose end would tidy up the log

    def _one(self, sql: str, *parameters: Any) -> Any:
        found = self._db.execute(sql, parameters).fetchone()
        return None if found is None else found[0]

    def effect(self, tool: str, key: str) -> str | None:
        state = self._one("SELECT state FROM ledger WHERE tool = ? AND key = ?", tool, key)
        return None if state is None else STATES[state]

    def holder(self, subject: str) -> str | None:
        return self._one("SELECT r.run FROM pending p JOIN runs r ON r.id = p.run WHERE p.subject = ?", subject)

    def statuses(self) -> dict[str, str]:
        return dict(self._db.execute("SELECT run, status FROM runs").fetchall())

    def close(self) -> None:
        self._db.close()


Truth = MemoryTruth | SqliteTruth

__all__ = ["LIVE", "MemoryTruth", "SqliteTruth", "Truth"]
