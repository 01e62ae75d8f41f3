"""The world outside as it tells it itself: what took effect, by tool and key, from the counterpart's own database."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

Effect = tuple[str, str]
"""A tool and an idempotency key."""


class World(Protocol):
    """A counterpart."""

    def env(self) -> dict[str, str]:
        """Where a victim finds it."""
        ...

    def effects(self) -> Counter[Effect]:
        """How often what took effect."""
        ...

    def state(self) -> object:
        """What all effects come to: balances, seats, waiting lists."""
        ...

    def value(self, effect: Effect) -> object:
        """What an effect gave."""
        ...

    def named(self, output: object) -> object:
        """An output in which every reference stands for the effect it refers to; others raise KeyError."""
        ...


def replaced(output: object, known: dict[str, Effect], pattern: str) -> Any:
    """An output with references of a pattern replaced by effects."""
    if isinstance(output, dict):
        return {name: replaced(part, known, pattern) for name, part in output.items()}
    if isinstance(output, list):
        return [replaced(part, known, pattern) for part in output]
    return known[output] if isinstance(output, str) and re.fullmatch(pattern, output) else output


class Bank:
    """The small world of plans/tools/ledger.py.

    Args:
        folder: where its database is.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ledger.db"

    def env(self) -> dict[str, str]:
        """See `World`."""
        return {"LEDGER_DB": str(self._file)}

    def _rows(self, query: str) -> list[Any]:
        if not self._file.exists():
            return []
        with closing(sqlite3.connect(self._file)) as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'effects'").fetchone():
                return []
            return db.execute(query).fetchall()

    def effects(self) -> Counter[Effect]:
        """See `World`."""
        return Counter(self._rows("SELECT tool, key FROM effects"))

    def state(self) -> object:
        """See `World`."""
        return sorted(self._rows("SELECT name, balance, daily FROM accounts"))

    def value(self, effect: Effect) -> object:
        """See `World`."""
        return {(tool, key): json.loads(answer) for tool, key, answer in self._answers()}[effect]

    def named(self, output: object) -> object:
        """See `World`."""
        known: dict[str, Effect] = {}
        for tool, key, answer in self._answers():
            value = json.loads(answer)
            if isinstance(value, dict):
                known[value.get("reference") or value["reservation"]] = (tool, key)
        return replaced(output, known, r"[PR]\d+")

    def _answers(self) -> list[Any]:
        return self._rows("SELECT tool, key, answer FROM effects ORDER BY id")


class Airline:
    """The service of plans/book-flight, as its database tells it.

    Args:
        url: of the running service.
        file: its database.
    """

    def __init__(self, url: str, file: Path) -> None:
        self._url, self._file = url, file

    def forget(self) -> None:
        """Let nothing have happened yet. Belongs between runs: the service looks at its tables anew each time."""
        with closing(sqlite3.connect(self._file, timeout=10)) as db, db:
            for table in ("attempts", "answers", "bookings", "sold", "waiting", "messages"):
                db.execute(f"DELETE FROM {table}")

    def env(self) -> dict[str, str]:
        """See `World`."""
        return {"AIRLINE_URL": self._url}

    def _rows(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self._file, timeout=10)) as db:
            return db.execute(query).fetchall()

    def effects(self) -> Counter[Effect]:
        """See `World`."""
        made = Counter(("flights.book", key) for (key,) in self._rows("SELECT key FROM bookings"))
        return made + Counter(("notify.traveller", key) for (key,) in self._rows("SELECT key FROM messages"))

    def state(self) -> object:
        """See `World`."""
        sold = self._rows("SELECT flight, seats FROM sold ORDER BY flight")
        standing = self._rows(
            "SELECT flight, passenger, price FROM bookings WHERE cancelled_at IS NULL ORDER BY flight"
        )
        return sold, standing, self._rows("SELECT flight, passenger FROM waiting")

    def value(self, effect: Effect) -> object:
        """See `World`."""
        raise KeyError(effect)

    def named(self, output: object) -> object:
        """See `World`."""
        known = {f"B{number}": ("flights.book", key) for number, key in self._rows("SELECT id, key FROM bookings")}
        return replaced(output, known, r"B\d+")


class Counterpart:
    """A service over plans/counterpart.py, as its database tells it.

    Args:
        url: of the running service.
        file: its database.
        variable: the environment variable by which tools find it.
        effects: the tables that have a row, with its key, for each effect; by tool.
    """

    def __init__(self, url: str, file: Path, variable: str, effects: Mapping[str, str]) -> None:
        self._url, self._file, self._variable, self._tables = url, file, variable, effects

    def forget(self) -> None:
        """Let nothing have happened yet. Belongs between runs: the service looks at its tables anew each time."""
        with closing(sqlite3.connect(self._file, timeout=10)) as db, db:
            for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                db.execute(f"DELETE FROM {table}")

    def env(self) -> dict[str, str]:
        """See `World`."""
        return {self._variable: self._url}

    def rows(self, query: str) -> list[Any]:
        """What its database says."""
        with closing(sqlite3.connect(self._file, timeout=10)) as db:
            return db.execute(query).fetchall()

    def effects(self) -> Counter[Effect]:
        """See `World`."""
        return Counter(
            (tool, key) for tool, table in self._tables.items() for (key,) in self.rows(f"SELECT key FROM {table}")
        )

    def state(self) -> object:
        """See `World`: every table of its own, without times."""
        tables = [name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {
            table: self.rows(f"SELECT {', '.join(self._columns(table))} FROM {table}")
            for table in tables
            if table not in {"requests", "answers"}
        }

    def _columns(self, table: str) -> list[str]:
        return [name for _, name, *_ in self.rows(f"PRAGMA table_info({table})") if name != "at"]

    def value(self, effect: Effect) -> object:
        """See `World`."""
        raise KeyError(effect)

    def named(self, output: object) -> object:
        """See `World`: numbers count from 1 after each `forget`, so references come out the same."""
        return output


class Systems(Counterpart):
    """The ten systems of plans/account-provisioning."""

    def effects(self) -> Counter[Effect]:
        """See `World`."""
        opened = "CASE system WHEN 'payroll' THEN 'payroll.enrol' ELSE 'accounts.open' END"
        closed = "CASE WHEN account LIKE 'payroll%' THEN 'payroll.remove' ELSE 'accounts.close' END"
        return Counter(
            self.rows(
                f"SELECT {opened}, key FROM accounts UNION ALL SELECT {closed}, key FROM closings "
                "UNION ALL SELECT 'letters.send', key FROM letters"
            )
        )

    def accounts(self) -> list[tuple[str, int, int]]:
        """Every account ever opened: its id, whether it is open, how often it was closed."""
        return self.rows(
            "SELECT system || '-' || id, open, (SELECT count(*) FROM closings WHERE account = system || '-' || a.id) "
            "FROM accounts a"
        )

    def refused(self) -> list[Any]:
        """Closings of what was not there."""
        return self.rows("SELECT request FROM requests WHERE request LIKE 'DELETE%' AND status <> 200")

    def state(self) -> object:
        """See `World`: what is left, for how it came about is a matter of chance."""
        standing = self.rows("SELECT system, login FROM accounts WHERE open ORDER BY system")
        return standing, self.rows("SELECT recipient FROM letters")

    def named(self, output: object) -> object:
        """See `World`."""
        known = {account: ("account", account.rpartition("-")[0]) for account, _, _ in self.accounts()}
        return replaced(replaced(output, known, r"(?!letter)[a-z]+-\d+"), {"letter-1": ("letter", "")}, r"letter-\d+")
