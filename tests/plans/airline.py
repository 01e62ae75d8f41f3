"""The airline of plans/book-flight as a counterpart for tests: a process of its own, and its database."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

SERVICE = Path(__file__).parents[2] / "plans" / "book-flight" / "airline" / "service.py"


@contextmanager
def airline(folder: Path, faults: Mapping[str, object] | None = None, seed: int = 0) -> Iterator[httpx.Client]:
    """The service as a process of its own, and a client for it."""
    port_file = folder / "port"
    command = [sys.executable, str(SERVICE), "--db", str(folder / "airline.db"), "--port", "0"]
    command += ["--port-file", str(port_file), "--faults", json.dumps(faults or {}), "--seed", str(seed)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not port_file.exists():
            assert process.poll() is None, "the airline did not start"
            assert time.monotonic() < deadline, "the airline does not listen"
            time.sleep(0.01)
        with httpx.Client(base_url=f"http://127.0.0.1:{port_file.read_text()}", timeout=20) as client:
            yield client
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What the airline's database says."""
    with closing(sqlite3.connect(folder / "airline.db")) as db:
        return db.execute(query).fetchall()
