"""The airline's own database: what was asked of it, and what it did. Tests count effects here, not in Holdfast.

Every request that changes something is one transaction: the idempotency key is looked up, the seat is taken and the
answer is kept under the key together, or none of it. `attempts` has a row for every try, `bookings` for every effect.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from typing import Any

import timetable

SCHEMA = """
CREATE TABLE IF NOT EXISTS attempts (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, operation TEXT NOT NULL, key TEXT, status INTEGER NOT NULL,
    repeated INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, status INTEGER NOT NULL, answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS bookings (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, key TEXT, flight TEXT NOT NULL, passenger TEXT NOT NULL,
    price REAL NOT NULL, cancelled_at REAL);
CREATE TABLE IF NOT EXISTS sold (flight TEXT PRIMARY KEY, seats INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS waiting (flight TEXT NOT NULL, passenger TEXT NOT NULL, PRIMARY KEY (flight, passenger));
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, key TEXT, recipient TEXT NOT NULL, subject TEXT NOT NULL,
    body TEXT NOT NULL);
"""

Answer = tuple[int, Any]


class Refused(Exception):
    """The airline says no: an HTTP status, a code in one word, and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.status, self.code, self.message = status, code, message

    def answer(self) -> Answer:
        """The refusal as it goes over the wire."""
        return self.status, {"error": self.code, "message": self.message}


class Records:
    """The database of the airline.

    Args:
        path: the file; made when it is missing.
    """

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Flush everything into the one file."""
        self._db.close()

    def once(self, operation: str, key: str | None, body: Mapping[str, Any], act: Callable[[], Answer]) -> Answer:
        """Do `act` in one transaction; under a key that was used before, give the first answer instead.

        A refusal is not kept: the same key may be tried again. What `act` wrote before it refused stands.
        """
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        self._db.execute("BEGIN IMMEDIATE")
        try:
            known = key and self._db.execute("SELECT * FROM answers WHERE key = ?", (key,)).fetchone()
            answer = self._repeated(known, digest) if known else self._first(key, digest, act)
            self._note(operation, key, answer[0], repeated=bool(known))
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        return answer

    def _first(self, key: str | None, digest: str, act: Callable[[], Answer]) -> Answer:
        try:
            status, value = act()
        except Refused as refusal:
            return refusal.answer()
        if key:
            self._db.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", (key, digest, status, json.dumps(value)))
        return status, value

    @staticmethod
    def _repeated(known: sqlite3.Row, digest: str) -> Answer:
        if known["digest"] != digest:
            return Refused(422, "key_reused", "this Idempotency-Key was used for another request").answer()
        return known["status"], json.loads(known["answer"])

    def _note(self, operation: str, key: str | None, status: int, *, repeated: bool) -> None:
        self._db.execute(
            "INSERT INTO attempts (at, operation, key, status, repeated) VALUES (?, ?, ?, ?, ?)",
            (time.time(), operation, key, status, repeated),
        )

    def seats(self, flight: str) -> int:
        """Seats that are left on a flight."""
        row = self._db.execute("SELECT seats FROM sold WHERE flight = ?", (flight,)).fetchone()
        return timetable.SEATS - (row["seats"] if row else 0)

    def sell(self, flight: str, seats: int) -> None:
        """Take seats off a flight; a negative number gives them back."""
        self._db.execute(
            "INSERT INTO sold VALUES (?, ?) ON CONFLICT (flight) DO UPDATE SET seats = seats + excluded.seats",
            (flight, seats),
        )

    def book(self, key: str | None, flight: str, passenger: str, price: float) -> Answer:
        """Take a seat; whoever finds none is put on the waiting list. Raises Refused. Belongs inside `once`."""
        known = timetable.BY_ID.get(flight)
        if known is None:
            raise Refused(404, "no_such_flight", f"there is no flight {flight}")
        if price != known.price:
            raise Refused(412, "price_changed", f"flight {flight} costs {known.price}, not {price:g}")
        if self.seats(flight) <= 0:
            self._db.execute("INSERT OR IGNORE INTO waiting VALUES (?, ?)", (flight, passenger))
            raise Refused(409, "sold_out", f"flight {flight} is sold out; {passenger} is on its waiting list")
        self.sell(flight, 1)
        cursor = self._db.execute(
            "INSERT INTO bookings (at, key, flight, passenger, price) VALUES (?, ?, ?, ?, ?)",
            (time.time(), key, flight, passenger, price),
        )
        return 201, {"booking": f"B{cursor.lastrowid}", "flight": flight, "departs": known.departs, "price": price}

    def cancel(self, booking: str) -> Answer:
        """Give a seat back; again is the same as once. Raises Refused. Belongs inside `once`."""
        row = self._db.execute("SELECT * FROM bookings WHERE 'B' || id = ?", (booking,)).fetchone()
        if row is None:
            raise Refused(404, "no_such_booking", f"there is no booking {booking}")
        if row["cancelled_at"] is None:
            self._db.execute("UPDATE bookings SET cancelled_at = ? WHERE id = ?", (time.time(), row["id"]))
            self.sell(row["flight"], -1)
        return 200, {"booking": booking, "status": "cancelled"}

    def release(self, passenger: str) -> Answer:
        """Take a passenger off every waiting list."""
        cursor = self._db.execute("DELETE FROM waiting WHERE passenger = ?", (passenger,))
        return 200, {"released": cursor.rowcount}

    def send(self, key: str | None, recipient: str, subject: str, body: str) -> Answer:
        """Write to a traveller."""
        cursor = self._db.execute(
            "INSERT INTO messages (at, key, recipient, subject, body) VALUES (?, ?, ?, ?, ?)",
            (time.time(), key, recipient, subject, body),
        )
        return 201, {"message": f"M{cursor.lastrowid}"}

    def bookings(self, key: str | None = None) -> list[dict[str, Any]]:
        """All bookings, or those made under a key."""
        rows = self._db.execute("SELECT * FROM bookings WHERE ? IS NULL OR key = ? ORDER BY id", (key, key))
        return [
            {
                "booking": f"B{row['id']}",
                "flight": row["flight"],
                "passenger": row["passenger"],
                "price": row["price"],
                "key": row["key"],
                "status": "booked" if row["cancelled_at"] is None else "cancelled",
            }
            for row in rows
        ]
