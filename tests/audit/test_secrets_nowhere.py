"""Secrets planted in every way that there is are nowhere: not in the store's bytes, not in what any command prints."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest

from holdfast.cli.main import main
from holdfast.cli.session import forget
from holdfast.registry.redaction import forms, hidden, hidden_text
from tests.cli.conftest import environment

TOKEN = 'tok-5e9f/Qx+"=&\u20ac-zz-0123456789'  # noqa: S105 - a secret is the subject
KEY = "key-of-the-input-77aa"
IN_FILE = "in-a-file-88bb-cc"
SEAL = "seal-99cc-of-the-journal"
SIGNS = "signs-webhooks-11dd"
PASSWORD = "mail-password-22ee"  # noqa: S105 - the same
ALL = (TOKEN, KEY, IN_FILE, SEAL, SIGNS, PASSWORD)

TOOLS = """
import asyncio, base64, os
from urllib.parse import quote
from holdfast import Outcome, ToolError, tool

@tool("leak.echo", effect="write", idempotency="key")
def echo(token: str, key: str) -> dict:
    basic = base64.b64encode(f"u:{token}".encode()).decode()
    return {"said": f"<{token}>", token: 1, "url": f"https://x.example/?t={quote(token)}", "basic": basic, "key": key}

@tool("leak.own", effect="read")
def own(ctx) -> Outcome:
    return Outcome({"got": ctx.secret("file")}, confidence=0.9, reasoning="because " + ctx.secret("file"))

@tool("leak.environment", effect="read")
def environment() -> dict:
    return {"all": os.environ["LEAK_TOKEN"], "deep": [[os.environ["LEAK_TOKEN"]]]}

@tool("leak.fail", effect="read")
def fail(token: str) -> None:
    raise RuntimeError("cannot use " + token)

@tool("leak.details", effect="write", idempotency="none")
def details(token: str) -> None:
    raise ToolError("denied", f"{token} is wrong", details={"given": token}, happened=False)

@tool("leak.long", effect="read")
def long(token: str) -> None:
    raise ToolError("invalid", "x" * 480 + token * 200)

@tool("leak.logs", effect="read")
def logs(token: str, ctx) -> str:
    ctx.log.error("using %s", token)
    try:
        raise ValueError(token)
    except ValueError:
        ctx.log.exception("it broke")
    return "logged"

@tool("leak.part", effect="read")
def part(token: str) -> Outcome:
    return Outcome({"a": token}, partial={"missing": token})

@tool("leak.silent", effect="read")
async def silent(token: str, ctx) -> None:
    ctx.heartbeat({"at": token})
    await asyncio.sleep(9)

@tool("leak.http", effect="read")
async def http(token: str, port: int, ctx) -> dict:
    answer = await ctx.http.get(f"http://127.0.0.1:{port}/?q={quote(token)}", headers={"x-key": quote(token)})
    answer.raise_for_status()
    return answer.json()

@tool("leak.dies", effect="write", idempotency="key")
def dies(token: str) -> str:
    if not os.path.exists("died"):
        open("died", "w").close()
        os._exit(9)
    return "again " + token
"""

PLAN = """
holdfast: 1
plan: leaks
inputs:
  key: {type: string, secret: true}
  port: {type: integer}
steps:
  - {id: echo, tool: leak.echo, with: {token: "{{ secrets.token }}", key: "{{ secrets.key }}"}, timeout: 5s}
  - {id: own, tool: leak.own, timeout: 5s}
  - {id: environment, tool: leak.environment, timeout: 5s}
  - id: fail
    tool: leak.fail
    with: {token: "{{ secrets.token }}"}
    retry: {attempts: 2, delay: 1ms, on: [internal]}
    optional: true
    timeout: 5s
  - {id: details, tool: leak.details, with: {token: "{{ secrets.token }}"}, optional: true, timeout: 5s}
  - {id: long, tool: leak.long, with: {token: "{{ secrets.token }}"}, optional: true, timeout: 5s}
  - {id: logs, tool: leak.logs, with: {token: "{{ secrets.token }}"}, timeout: 5s}
  - {id: part, tool: leak.part, with: {token: "{{ secrets.token }}"}, timeout: 5s}
  - {id: silent, tool: leak.silent, with: {token: "{{ secrets.token }}"}, heartbeat: 50ms, optional: true, timeout: 5s}
  - id: http
    tool: leak.http
    with: {token: "{{ secrets.token }}", port: "{{ inputs.port }}"}
    optional: true
    timeout: 5s
  - {id: dies, tool: leak.dies, with: {token: "{{ secrets.token }}"}, timeout: 5s}
  - id: which
    ask: {to: desk, question: "Which? {{ steps.environment.output.all }}", schema: {type: string}, timeout: 1d}
output: {echo: "{{ steps.echo.output }}", failed: "{{ steps.fail.error.message }}", http: "{{ steps.http.error }}"}
"""

POLICY = """
queues:
  desk:
    members: [ana]
    notify:
      - {command: [PYTHON, "-c", "import os, sys; sys.exit('no: ' + os.environ['LEAK_TOKEN'])"]}
      - {webhook: "http://127.0.0.1:PORT/hook", secret: "env:LEAK_SIGNS"}
"""

CONFIG = """
[secrets]
token = "env:LEAK_TOKEN"
file = "file:secret.txt"
[audit]
key = "env:LEAK_SEAL"
[people.mail]
host = "127.0.0.1"
from = "a@example.org"
user = "u"
password = "env:LEAK_PASSWORD"
"""


class _Echo(BaseHTTPRequestHandler):
    """Refuses, and says back what it was sent."""

    def do_GET(self) -> None:
        said = f"wrong key {self.headers['x-key']} at {self.path}".encode()
        self.send_response(401)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a service on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    """Commands in one process read a configuration once: here each test has its own."""
    forget()
    yield
    forget()


def shown(text: str | bytes) -> list[str]:
    """The secrets that a text shows, however it writes them."""
    raw = text if isinstance(text, bytes) else text.encode(errors="surrogateescape")
    return [secret for secret in ALL if any(form.encode() in raw for form in forms(secret))]


def stored(folder: Path) -> bytes:
    """Every byte that lies beside the store, the log of SQLite and compiled plans included."""
    return b"".join(file.read_bytes() for file in (folder / ".holdfast").rglob("*") if file.is_file())


def test_a_secret_is_nowhere(
    tmp_path: Path,
    port: int,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Results, keys, errors, reasoning, logs, headers, heartbeats, deaths, answers, notices; all that is printed."""
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    given = {"LEAK_TOKEN": TOKEN, "LEAK_KEY": KEY, "LEAK_SEAL": SEAL, "LEAK_PASSWORD": PASSWORD, "LEAK_SIGNS": SIGNS}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    policy = POLICY.replace("PORT", str(port)).replace("PYTHON", json.dumps(sys.executable))
    for name, text in (
        ("tools/leak.py", TOOLS), ("plans/leaks.yaml", PLAN), ("policy.yaml", policy), ("holdfast.toml", CONFIG),
        ("secret.txt", IN_FILE),
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    words = ["run", "leaks", "--input", "key=env:LEAK_KEY", "--input", f"port={port}", "--task", "t"]
    died = subprocess.run(
        [sys.executable, "-m", "holdfast", *words],
        env=environment(**given),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert 9 == died.returncode, died.stderr
    assert [] == shown(died.stdout + died.stderr + stored(tmp_path))

    assert 3 == main(["resume", "t"])
    (review,) = _json(capfd, ["inbox", "--json"])
    assert 2 == main(["answer", review["id"], f"it is {TOKEN}", "--by", "ana"])
    assert 2 == main(["answer", review["id"], "blue", "--by", "ana", "--reason", quote(TOKEN)])
    assert 2 == main(["run", "leaks", "--input", f"key={KEY}", "--input", f"port={port}"])
    commands = [
        ["inbox", review["id"]], ["notify"], ["notify", "--json"], ["answer", review["id"], "blue", "--by", "ana"],
        ["resume", "t"], ["show", "t"], ["show", "t", "--json"], ["show", "t", "--why"], ["events", "t"],
        ["events", "t", "--json"], ["effects", "--json"], ["effects"], ["pending", "--json"], ["timers"],
        ["runs", "--json"],
        ["replay", "t"], ["replay", "t", "--json"], ["replay", "t", "--to", "30"], ["reviews", "stats"], ["doctor"],
        ["audit", "verify"], ["audit", "export", "t"], ["audit", "export", "t", "--format", "otel"],
        ["audit", "export", "t", "--format", "html"], ["audit", "export", "--all", "--format", "anchors"],
        ["tools", "call", "leak.environment"], ["explain", "leaks", "--format", "json"],
    ]  # fmt: skip
    for command in commands:
        code = main(command)
        said = capfd.readouterr()
        assert code in {0, 1} if command[0] == "doctor" else code == 0, (command, code, said)
        assert [] == shown(said.out + said.err), command
    assert [] == shown(caplog.text)
    assert [] == shown(stored(tmp_path))
    assert b"***" in stored(tmp_path)


def _json(capfd: pytest.CaptureFixture[str], command: list[str]) -> list[dict[str, str]]:
    capfd.readouterr()
    assert 0 == main(command)
    found: list[dict[str, str]] = json.loads(capfd.readouterr().out)
    return found


def test_a_secret_is_found_however_it_is_written() -> None:
    """As it is, in JSON, in addresses, in base64 behind other text, as a key, as a number, cut off at the end."""
    known = dict.fromkeys([TOKEN, "123456"])
    for before in ("", "u:", "user:"):
        encoded = base64.b64encode(f"{before}{TOKEN}".encode()).decode()
        assert TOKEN.encode() not in base64.b64decode(hidden_text(encoded, known).replace("***", "AAAA") + "==")
    assert ["***", {"***": 1, "n": "***", "m": 1234567}] == hidden(
        [TOKEN, {TOKEN: 1, "n": 123456, "m": 1234567}], known
    )
    assert "it is ***…" == hidden_text(f"it is {TOKEN[:12]}…", known)
    assert ("a", 1.5, None, True) == hidden(("a", 1.5, None, True), known)
