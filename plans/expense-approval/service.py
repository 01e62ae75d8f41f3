"""A company's books: receipts, booked expenses, and money that goes to employees.

    python plans/expense-approval/service.py --db books.db --port 8752

    GET    /receipts/{receipt}                              {"receipt", "merchant", "amount"}
    POST   /bookings       {"receipt", "employee"}          201 {"booking"}; 409 when the receipt is booked already
    DELETE /bookings/{booking}                              takes it out again; again is the same as once
    POST   /transfers      {"to", "amount", "booking"}      201 {"transfer"}
    GET    /transfers                                       what was paid
    POST   /admin/faults   what goes wrong next, see plans/counterpart.py

A receipt is named after its merchant and amount: `hotel-640` is one of 640 dollars from a hotel.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from counterpart import Answer, Refused, Request, Service

SCHEMA = """
CREATE TABLE IF NOT EXISTS bookings (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, key TEXT, receipt TEXT NOT NULL, employee TEXT NOT NULL,
    stands INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS transfers (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, key TEXT, recipient TEXT NOT NULL, amount REAL NOT NULL,
    booking TEXT NOT NULL);
"""

service = Service("books", SCHEMA, port=8752)


@service.on("GET", "/receipts/{receipt}")
def find_receipt(_db: sqlite3.Connection, _request: Request, receipt: str) -> Answer:
    """A receipt."""
    merchant, _, amount = receipt.rpartition("-")
    if not merchant or not amount.isdigit():
        raise Refused(404, f"there is no receipt {receipt}: one is named like hotel-640")
    return 200, {"receipt": receipt, "merchant": merchant, "amount": int(amount)}


@service.on("POST", "/bookings")
def book(db: sqlite3.Connection, request: Request) -> Answer:
    """Put an expense on the books, each receipt once."""
    receipt, employee = str(request["receipt"]), str(request["employee"])
    if db.execute("SELECT 1 FROM bookings WHERE stands AND receipt = ?", (receipt,)).fetchone():
        raise Refused(409, f"receipt {receipt} is on the books already")
    row = (time.time(), request.key, receipt, employee)
    cursor = db.execute("INSERT INTO bookings (at, key, receipt, employee) VALUES (?, ?, ?, ?)", row)
    return 201, {"booking": f"B{cursor.lastrowid}"}


@service.on("DELETE", "/bookings/{booking}", keyed=False)
def unbook(db: sqlite3.Connection, _request: Request, booking: str) -> Answer:
    """Take an expense off the books. Again changes nothing."""
    db.execute("UPDATE bookings SET stands = 0 WHERE 'B' || id = ?", (booking,))
    return 200, {"booking": booking, "status": "taken out"}


@service.on("POST", "/transfers")
def transfer(db: sqlite3.Connection, request: Request) -> Answer:
    """Pay."""
    row = (time.time(), request.key, str(request["to"]), float(request["amount"]), str(request["booking"]))
    cursor = db.execute("INSERT INTO transfers (at, key, recipient, amount, booking) VALUES (?, ?, ?, ?, ?)", row)
    return 201, {"transfer": f"T{cursor.lastrowid}"}


@service.on("GET", "/transfers")
def transfers(db: sqlite3.Connection, _request: Request) -> Answer:
    """What was paid."""
    rows = db.execute("SELECT * FROM transfers ORDER BY id")
    return 200, [f"T{row['id']}: {row['amount']:g} to {row['recipient']} for {row['booking']}" for row in rows]


if __name__ == "__main__":
    service.main()
