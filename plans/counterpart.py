"""What the small services beside the plans have in common: HTTP on loopback, one SQLite file, and bad days on demand.

A service stands for somebody else's system: a process of its own with a database of its own, which says honestly what
happened. Standard library only. It is one module with its tables and its operations:

    service = Service("accounts", SCHEMA, port=8750)

    @service.on("POST", "/{system}/accounts")
    def open_account(db, request, system):
        ...
        return 201, {"account": "mail-1"}

    if __name__ == "__main__":
        service.main()

- **One request, one transaction.** What an operation changed is committed with its answer, or not at all.
- **`Idempotency-Key`.** A request with a key that was answered before gets the first answer again, unless the operation
  says `keyed=False`. The same key for something else is refused with 422. A refusal is not kept.
- **`requests`** in the database has a row for every request that reached an operation and was to change something.
- **Bad days.** `POST /admin/faults {"POST /mail/*": [{"status": 503}, {"drop_after": true}]}`: each request that fits
  the pattern takes the next fault. A fault is a map with any of

        {"status": 503}          an answer instead of the effect
        {"drop_before": true}    the connection is closed before anything happens
        {"drop_after": true}     the effect happens, its answer is lost
        {"slow": 2}              two seconds before anything happens
        {"slow_after": 2}        two seconds between the effect and the answer
        {"times": 3}             the same for the next two requests as well

  `{"clear": true}` forgets what was still to come.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import signal
import sqlite3
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

FAULTS = frozenset({"status", "drop_before", "drop_after", "slow", "slow_after", "times"})
COMMON = """
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, request TEXT NOT NULL, key TEXT, status INTEGER NOT NULL,
    repeated INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT NOT NULL, request TEXT NOT NULL, digest TEXT NOT NULL, status INTEGER NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (key, request));
"""

Answer = tuple[int, Any]
"""An HTTP status and its body: plain data, or text for a page."""

Operation = Callable[..., Answer]
"""Takes the database, the request, and the named parts of its path."""


class Refused(Exception):
    """The service says no: an HTTP status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.answer: Answer = (status, {"message": message})


@dataclass(frozen=True)
class Request:
    """What was asked. `key` is its Idempotency-Key, if it has one."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any]
    key: str | None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def __getitem__(self, name: str) -> Any:
        """A field of the body. Raises Refused when it is missing."""
        if name not in self.body:
            raise Refused(422, f"`{name}` is missing")
        return self.body[name]


@dataclass(frozen=True)
class Route:
    """An operation and the requests it is for."""

    method: str
    path: re.Pattern[str]
    operation: Operation
    keyed: bool


class Service:
    """One service.

    Args:
        name: how it calls itself.
        schema: its tables, with `CREATE TABLE IF NOT EXISTS`.
        port: where it listens unless the command line says otherwise.
    """

    def __init__(self, name: str, schema: str, port: int) -> None:
        self._name, self._schema, self._port = name, schema, port
        self._routes: list[Route] = []
        self._faults: dict[str, deque[dict[str, Any]]] = {}
        self._one_at_a_time = threading.Lock()

    def on(self, method: str, path: str, *, keyed: bool = True) -> Callable[[Operation], Operation]:
        """Register an operation: `/{system}/accounts` gives it an argument `system`."""
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

        def register(operation: Operation) -> Operation:
            self._routes.append(Route(method, pattern, operation, keyed))
            return operation

        return register

    # --- what goes wrong --------------------------------------------------------------------------------------------

    def script(self, orders: Mapping[str, Any]) -> None:
        """Add faults to those still to come. Raises Refused for what it does not know."""
        if orders.get("clear"):
            self._faults.clear()
        for pattern, faults in orders.items():
            if pattern == "clear":
                continue
            for fault in faults:
                if unknown := sorted(set(fault) - FAULTS):
                    raise Refused(422, f"unknown fault `{unknown[0]}`: say one of {', '.join(sorted(FAULTS))}")
                self._faults.setdefault(pattern, deque()).extend([fault] * fault.get("times", 1))

    def _fault(self, request: Request) -> Mapping[str, Any]:
        for pattern, queue in self._faults.items():
            if queue and fnmatchcase(str(request), pattern):
                return queue.popleft()
        return {}

    # --- what happens -----------------------------------------------------------------------------------------------

    def handle(self, request: Request) -> Answer | None:
        """The answer to a request; None when its connection is to be closed without one."""
        if str(request) == "POST /admin/faults":
            self.script(request.body)
            return 200, {"status": "ok"}
        with self._one_at_a_time:
            fault = self._fault(request)
        time.sleep(fault.get("slow", 0))
        if fault.get("drop_before"):
            return None
        if "status" in fault:
            return fault["status"], {"message": f"{self._name} is having a bad day"}
        with self._one_at_a_time:
            answer = self._in_one_transaction(request)
        time.sleep(fault.get("slow_after", 0))
        return None if fault.get("drop_after") else answer

    def _in_one_transaction(self, request: Request) -> Answer:
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            answer, repeated = self._answer(db, request)
            if request.method != "GET":
                db.execute(
                    "INSERT INTO requests (at, request, key, status, repeated) VALUES (?, ?, ?, ?, ?)",
                    (time.time(), str(request), request.key, answer[0], repeated),
                )
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
        return answer

    def _answer(self, db: sqlite3.Connection, request: Request) -> tuple[Answer, bool]:
        """The answer, and whether it is one that was given before."""
        route, parts = self._route(request)
        key = request.key if route.keyed and request.method != "GET" else None
        digest = hashlib.sha256(json.dumps(request.body, sort_keys=True).encode()).hexdigest()
        known = db.execute("SELECT * FROM answers WHERE key = ? AND request = ?", (key, str(request))).fetchone()
        if known is not None and known["digest"] != digest:
            raise Refused(422, "this Idempotency-Key was used for another request")
        if known is not None:
            return (known["status"], json.loads(known["answer"])), True
        status, value = route.operation(db, request, **parts)
        if key is not None:
            row = (key, str(request), digest, status, json.dumps(value))
            db.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", row)
        return (status, value), False

    def _route(self, request: Request) -> tuple[Route, dict[str, str]]:
        for route in self._routes:
            found = route.path.fullmatch(request.path)
            if found is not None and route.method == request.method:
                return route, found.groupdict()
        raise Refused(404, f"there is no {request} here")

    # --- the process ------------------------------------------------------------------------------------------------

    def main(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        options = self._arguments()
        self.script(json.loads(options.faults))
        self._db = sqlite3.connect(options.db, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + COMMON + self._schema)
        handler = type("Bound", (_Handler,), {"service": self})
        server = ThreadingHTTPServer(("127.0.0.1", options.port), handler)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: sys.exit(0))
        self._announce(server.server_address[1], options.port_file)
        try:
            server.serve_forever()
        finally:
            self._db.close()

    def _arguments(self) -> argparse.Namespace:
        parser = argparse.ArgumentParser(description=f"{self._name}, a small service on loopback.")
        parser.add_argument("--db", default=f"{self._name}.db", help="its database (default: %(default)s)")
        parser.add_argument("--port", type=int, default=self._port, help="0 takes a free one (default: %(default)s)")
        parser.add_argument("--port-file", type=Path, help="where to write the port once it listens")
        parser.add_argument("--faults", default="{}", help="what goes wrong first, as JSON")
        return parser.parse_args()

    def _announce(self, port: int, port_file: Path | None) -> None:
        """Tell the port: on stdout, and in a file that is either absent or complete."""
        sys.stdout.write(f"{self._name}: http://127.0.0.1:{port}\n")
        sys.stdout.flush()
        if port_file is not None:
            draft = port_file.with_name(port_file.name + ".part")
            draft.write_text(str(port), encoding="ascii")
            draft.replace(port_file)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    service: Service
    protocol_version = "HTTP/1.1"  # so that connections are kept
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Any request."""
        try:
            answer = self.service.handle(self._request())
        except Refused as refusal:
            answer = refusal.answer
        if answer is None:
            self.close_connection = True
            return
        status, value = answer
        body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if isinstance(value, str) else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names http.server calls

    def _request(self) -> Request:
        text = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            body = json.loads(text or b"{}")
        except ValueError:
            raise Refused(400, "the body is not JSON") from None
        if not isinstance(body, dict):
            raise Refused(400, "the body is not a map")
        parts = urlsplit(self.path)
        key = self.headers.get("Idempotency-Key")
        return Request(self.command, unquote(parts.path), dict(parse_qsl(parts.query)), body, key)

    def log_message(self, *_: object) -> None:
        """Say nothing: the database has it."""
