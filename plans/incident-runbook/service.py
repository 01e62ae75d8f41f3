"""A small platform: apps that go bad, ways to mend them, and a page that tells the public.

    python plans/incident-runbook/service.py --db platform.db --port 8753

    GET    /apps/{app}                                 {"app", "release", "errors", "traffic"}
    POST   /apps/{app}/restart                         mends a leak
    PUT    /apps/{app}/release     {"release"}         mends a bad release; again is the same as once
    PUT    /apps/{app}/traffic     {"percent"}         how much of the traffic it gets; again is the same as once
    POST   /incidents              {"app", "text"}     201 {"incident"}, and everybody can read it
    PUT    /incidents/{incident}   {"status", "text"}  what everybody reads now; again is the same as once
    GET    /incidents
    PUT    /apps/{app}/trouble     {"cause"}           breaks it: `leak`, `release`, `mystery`; empty: mends it by hand
    POST   /admin/faults           what goes wrong next, see plans/counterpart.py

`errors` is the share of requests that fail. An app that nobody broke is well, and runs release 2.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from counterpart import Answer, Refused, Request, Service

SCHEMA = """
CREATE TABLE IF NOT EXISTS apps (
    name TEXT PRIMARY KEY, release INTEGER NOT NULL DEFAULT 2, cause TEXT NOT NULL DEFAULT '',
    traffic INTEGER NOT NULL DEFAULT 100);
CREATE TABLE IF NOT EXISTS restarts (id INTEGER PRIMARY KEY, at REAL NOT NULL, key TEXT, app TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS incidents (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, key TEXT, app TEXT NOT NULL, status TEXT NOT NULL, text TEXT NOT NULL);
"""
CAUSES = ("", "leak", "release", "mystery")

service = Service("platform", SCHEMA, port=8753)


@service.on("GET", "/apps/{app}")
def look(db: sqlite3.Connection, _request: Request, app: str) -> Answer:
    """How an app is doing."""
    row = _app(db, app)
    errors = 0.31 if row["cause"] else 0.001
    return 200, {"app": app, "release": row["release"], "errors": errors, "traffic": row["traffic"]}


@service.on("POST", "/apps/{app}/restart")
def restart(db: sqlite3.Connection, request: Request, app: str) -> Answer:
    """Restart it."""
    cause = "" if _app(db, app)["cause"] == "leak" else _app(db, app)["cause"]
    db.execute("UPDATE apps SET cause = ? WHERE name = ?", (cause, app))
    db.execute("INSERT INTO restarts (at, key, app) VALUES (?, ?, ?)", (time.time(), request.key, app))
    return 200, {"app": app, "status": "restarted"}


@service.on("PUT", "/apps/{app}/release", keyed=False)
def roll(db: sqlite3.Connection, request: Request, app: str) -> Answer:
    """Run another release."""
    cause = "" if _app(db, app)["cause"] == "release" else _app(db, app)["cause"]
    db.execute("UPDATE apps SET release = ?, cause = ? WHERE name = ?", (int(request["release"]), cause, app))
    return 200, {"app": app, "release": int(request["release"])}


@service.on("PUT", "/apps/{app}/traffic", keyed=False)
def route(db: sqlite3.Connection, request: Request, app: str) -> Answer:
    """Send it so much of the traffic."""
    _app(db, app)
    db.execute("UPDATE apps SET traffic = ? WHERE name = ?", (int(request["percent"]), app))
    return 200, {"app": app, "traffic": int(request["percent"])}


@service.on("PUT", "/apps/{app}/trouble", keyed=False)
def break_app(db: sqlite3.Connection, request: Request, app: str) -> Answer:
    """Break it, or mend it by hand."""
    cause = str(request["cause"])
    if cause not in CAUSES:
        raise Refused(422, f"`{cause}` is no cause: say leak, release, mystery, or nothing")
    _app(db, app)
    db.execute("UPDATE apps SET cause = ? WHERE name = ?", (cause, app))
    return 200, {"app": app, "cause": cause}


@service.on("POST", "/incidents")
def open_incident(db: sqlite3.Connection, request: Request) -> Answer:
    """Tell the public."""
    row = (time.time(), request.key, str(request["app"]), "open", str(request["text"]))
    cursor = db.execute("INSERT INTO incidents (at, key, app, status, text) VALUES (?, ?, ?, ?, ?)", row)
    return 201, {"incident": f"I{cursor.lastrowid}"}


@service.on("PUT", "/incidents/{incident}", keyed=False)
def update_incident(db: sqlite3.Connection, request: Request, incident: str) -> Answer:
    """Tell the public more."""
    status, text = str(request["status"]), str(request["text"])
    if not db.execute(
        "UPDATE incidents SET status = ?, text = ? WHERE 'I' || id = ?", (status, text, incident)
    ).rowcount:
        raise Refused(404, f"there is no incident {incident}")
    return 200, {"incident": incident, "status": status}


@service.on("GET", "/incidents")
def incidents(db: sqlite3.Connection, _request: Request) -> Answer:
    """What the public reads."""
    rows = db.execute("SELECT * FROM incidents ORDER BY id")
    return 200, [f"I{row['id']} ({row['app']}) {row['status']}: {row['text']}" for row in rows]


def _app(db: sqlite3.Connection, app: str) -> sqlite3.Row:
    db.execute("INSERT OR IGNORE INTO apps (name) VALUES (?)", (app,))
    row: sqlite3.Row = db.execute("SELECT * FROM apps WHERE name = ?", (app,)).fetchone()
    return row


if __name__ == "__main__":
    service.main()
