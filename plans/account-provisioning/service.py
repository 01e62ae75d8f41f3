"""Ten systems in which somebody who starts work gets an account: one process, one namespace each.

    python plans/account-provisioning/service.py --db accounts.db --port 8750

    POST   /{system}/accounts       {"login"}       201 {"account"}; 409 when the login has one that is open
    DELETE /{system}/accounts/{account}             closes it; 404 when it is closed already or never was
    POST   /payroll/accounts        {"login", "reference"}    201, and again 201: payroll knows no Idempotency-Key
    GET    /payroll/accounts?reference=             the enrolments with our reference
    DELETE /payroll/accounts/{account}              removes it; again is the same as once
    POST   /letters                 {"to", "text"}  a letter in the post, which nobody gets back
    GET    /accounts                [?login=]       everything that is open now
    POST   /admin/faults            what goes wrong next, see plans/counterpart.py

The database has a row in `accounts` for everything ever opened, and one in `closings` for everything ever closed: what
was opened twice, or closed twice, is seen there.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from counterpart import Answer, Refused, Request, Service

SYSTEMS = ("directory", "mail", "calendar", "chat", "code", "tickets", "wiki", "payroll", "badge", "parking")
SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, system TEXT NOT NULL, login TEXT NOT NULL, key TEXT,
    open INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS closings (id INTEGER PRIMARY KEY, at REAL NOT NULL, account TEXT NOT NULL, key TEXT);
CREATE TABLE IF NOT EXISTS letters (id INTEGER PRIMARY KEY, at REAL NOT NULL, key TEXT, recipient TEXT, text TEXT);
"""

service = Service("accounts", SCHEMA, port=8750)


@service.on("POST", "/payroll/accounts", keyed=False)
def enrol(db: sqlite3.Connection, request: Request) -> Answer:
    """Put somebody on the payroll, as often as one is asked to."""
    return _opened(db, "payroll", str(request["login"]), str(request["reference"]))


@service.on("GET", "/payroll/accounts")
def enrolled(db: sqlite3.Connection, request: Request) -> Answer:
    """Who is on the payroll under a reference."""
    found = db.execute("SELECT id FROM accounts WHERE open AND key = ?", (request.query.get("reference"),))
    return 200, [{"account": f"payroll-{row['id']}"} for row in found]


@service.on("DELETE", "/payroll/accounts/{account}", keyed=False)
def remove(db: sqlite3.Connection, request: Request, account: str) -> Answer:
    """Take somebody off the payroll. Again changes nothing."""
    if _open(db, "payroll", account):
        _close(db, request, account)
    return 200, {"account": account, "status": "closed"}


@service.on("POST", "/{system}/accounts")
def open_account(db: sqlite3.Connection, request: Request, system: str) -> Answer:
    """Open an account; there is one per login at most."""
    login = str(request["login"])
    if system not in SYSTEMS:
        raise Refused(404, f"there is no system `{system}`: it is one of {', '.join(SYSTEMS)}")
    if db.execute("SELECT 1 FROM accounts WHERE system = ? AND login = ? AND open", (system, login)).fetchone():
        raise Refused(409, f"{login} has an account in {system} already")
    return _opened(db, system, login, request.key)


@service.on("DELETE", "/{system}/accounts/{account}")
def close_account(db: sqlite3.Connection, request: Request, system: str, account: str) -> Answer:
    """Close an account. One that is closed is not there any more."""
    if not _open(db, system, account):
        raise Refused(404, f"there is no open account {account}")
    _close(db, request, account)
    return 200, {"account": account, "status": "closed"}


@service.on("POST", "/letters")
def post_letter(db: sqlite3.Connection, request: Request) -> Answer:
    """Write to somebody."""
    row = (time.time(), request.key, str(request["to"]), str(request["text"]))
    cursor = db.execute("INSERT INTO letters (at, key, recipient, text) VALUES (?, ?, ?, ?)", row)
    return 201, {"letter": f"letter-{cursor.lastrowid}"}


@service.on("GET", "/accounts")
def open_accounts(db: sqlite3.Connection, request: Request) -> Answer:
    """What is open now."""
    login = request.query.get("login")
    rows = db.execute("SELECT * FROM accounts WHERE open AND (? IS NULL OR login = ?) ORDER BY id", (login, login))
    return 200, [f"{row['system']}-{row['id']} ({row['login']})" for row in rows]


def _opened(db: sqlite3.Connection, system: str, login: str, key: str | None) -> Answer:
    row = (time.time(), system, login, key)
    cursor = db.execute("INSERT INTO accounts (at, system, login, key, open) VALUES (?, ?, ?, ?, 1)", row)
    return 201, {"account": f"{system}-{cursor.lastrowid}", "system": system, "login": login}


def _open(db: sqlite3.Connection, system: str, account: str) -> bool:
    found = db.execute("SELECT 1 FROM accounts WHERE open AND system || '-' || id = ?", (account,)).fetchone()
    return found is not None and account.startswith(f"{system}-")


def _close(db: sqlite3.Connection, request: Request, account: str) -> None:
    db.execute("UPDATE accounts SET open = 0 WHERE system || '-' || id = ?", (account,))
    db.execute("INSERT INTO closings (at, account, key) VALUES (?, ?, ?)", (time.time(), account, request.key))


if __name__ == "__main__":
    service.main()
