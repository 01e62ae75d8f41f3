"""A shop's back office: orders, a clerk who reads complaints, refunds, messages to customers.

    python plans/refund/service.py --db shop.db --port 8751

    GET    /orders/{order}                                   {"order", "customer", "total", "item"}
    POST   /complaints/read   {"order", "complaint"}         {"amount", "confidence", "why"}; changes nothing
    POST   /refunds           {"order", "amount"}            201 {"refund"}; 412 for more than was paid
    DELETE /refunds/{refund}                                 stops it, which can be done until the bank is told at night
    GET    /refunds           [?order=]                      what will be paid
    POST   /messages          {"to", "text"}                 201 {"message"}
    POST   /admin/faults      what goes wrong next, see plans/counterpart.py

The clerk stands for a model: he reads a complaint and says how much he would give back and how sure he is. He is always
of the same opinion about the same words. Orders are A1 to A9: the number says how many hundreds of dollars were paid.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from counterpart import Answer, Refused, Request, Service

SCHEMA = """
CREATE TABLE IF NOT EXISTS refunds (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, key TEXT, ordered TEXT NOT NULL, amount REAL NOT NULL,
    stopped INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, key TEXT, recipient TEXT NOT NULL, text TEXT NOT NULL);
"""
ORDERS = tuple(f"A{number}" for number in range(1, 10))
OPINIONS = (
    ("broken", 1.0, 0.95, "what arrives broken is paid back"),
    ("late", 0.2, 0.8, "a fifth for coming late, says custom"),
    ("wrong colour", 0.5, 0.75, "half, because it can be used"),
)
"""A word in the complaint, the share to give back, how sure, why. Nothing of that: a tenth, hardly sure."""

service = Service("shop", SCHEMA, port=8751)


@service.on("GET", "/orders/{order}")
def find_order(_db: sqlite3.Connection, _request: Request, order: str) -> Answer:
    """An order."""
    return 200, {"order": order, "customer": f"customer-{order[1:]}", "total": _total(order), "item": "a lamp"}


@service.on("POST", "/complaints/read", keyed=False)
def read_complaint(_db: sqlite3.Connection, request: Request) -> Answer:
    """What the clerk makes of a complaint."""
    total, complaint = _total(str(request["order"])), str(request["complaint"]).lower()
    for word, share, confidence, why in OPINIONS:
        if word in complaint:
            return 200, {"amount": round(total * share, 2), "confidence": confidence, "why": why}
    return 200, {"amount": round(total * 0.1, 2), "confidence": 0.4, "why": "he does not know what to make of it"}


@service.on("POST", "/refunds")
def pay(db: sqlite3.Connection, request: Request) -> Answer:
    """Give money back."""
    order, amount = str(request["order"]), float(request["amount"])
    paid = db.execute(
        "SELECT coalesce(sum(amount), 0) FROM refunds WHERE NOT stopped AND ordered = ?", (order,)
    ).fetchone()[0]
    if paid + amount > _total(order):
        raise Refused(412, f"{order} was paid with {_total(order)}, and {paid:g} of that were given back already")
    row = (time.time(), request.key, order, amount)
    cursor = db.execute("INSERT INTO refunds (at, key, ordered, amount) VALUES (?, ?, ?, ?)", row)
    return 201, {"refund": f"R{cursor.lastrowid}", "order": order, "amount": amount}


@service.on("DELETE", "/refunds/{refund}", keyed=False)
def stop(db: sqlite3.Connection, _request: Request, refund: str) -> Answer:
    """Stop a refund. Again changes nothing."""
    db.execute("UPDATE refunds SET stopped = 1 WHERE 'R' || id = ?", (refund,))
    return 200, {"refund": refund, "status": "stopped"}


@service.on("GET", "/refunds")
def refunds(db: sqlite3.Connection, request: Request) -> Answer:
    """What was given back."""
    order = request.query.get("order")
    rows = db.execute(
        "SELECT * FROM refunds WHERE NOT stopped AND (? IS NULL OR ordered = ?) ORDER BY id", (order, order)
    )
    return 200, [f"R{row['id']}: {row['amount']:g} for {row['ordered']}" for row in rows]


@service.on("POST", "/messages")
def send(db: sqlite3.Connection, request: Request) -> Answer:
    """Write to a customer."""
    row = (time.time(), request.key, str(request["to"]), str(request["text"]))
    cursor = db.execute("INSERT INTO messages (at, key, recipient, text) VALUES (?, ?, ?, ?)", row)
    return 201, {"message": f"M{cursor.lastrowid}"}


def _total(order: str) -> int:
    if order not in ORDERS:
        raise Refused(404, f"there is no order {order}: they are A1 to A9")
    return 100 * int(order[1])


if __name__ == "__main__":
    service.main()
