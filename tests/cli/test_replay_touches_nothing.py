"""A replay calls no tool, opens no connection and writes nothing: the process is guarded, and would be told."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.conftest import Project, environment

GUARDED = """
import os, socket, sqlite3, sys

import asyncio.sslproto, holdfast.cli.main  # what is imported may be cached on disk
import holdfast.cli.afterwards.replay
sys.dont_write_bytecode = True
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
READS = {sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_PRAGMA,
         sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_RECURSIVE}


def guard(event, args):
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen", "os.exec"}:
        raise RuntimeError(f"refused: {event} {args}")
    if event == "open" and isinstance(args[0], str) and args[2] & WRITING and args[0] != os.devnull:
        raise RuntimeError(f"refused: {event} {args}")
    made = event == "os.mkdir" and not os.path.isdir(args[0])
    if made or event in {"os.remove", "os.rename", "os.truncate"}:
        raise RuntimeError(f"refused: {event} {args}")


def connect(*args, **named):
    db = opens(*args, **named)
    db.set_authorizer(lambda action, *about: sqlite3.SQLITE_OK if action in READS else sqlite3.SQLITE_DENY)
    return db


opens, sqlite3.connect = sqlite3.connect, connect
sys.addaudithook(guard)
if sys.argv[1] == "--proof":  # that the guard would notice
    for attempt in (
        lambda: open("written.txt", "w"),
        lambda: socket.create_connection(("127.0.0.1", 9)),
        lambda: sqlite3.connect(".holdfast/runs.db").execute("UPDATE runs SET owner = 'x'"),
    ):
        try:
            attempt()
        except (RuntimeError, sqlite3.DatabaseError) as error:
            print(type(error).__name__)
else:
    sys.exit(holdfast.cli.main.main(sys.argv[1:]))
"""


def guarded(project: Project, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The command in a process that may do nothing but read."""
    return subprocess.run(
        [sys.executable, "-c", GUARDED, *words], cwd=project.path, env=environment(), input=stdin,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture
def run(hello: Project) -> str:
    """A run that is over, whose tools must not be touched any more."""
    done: str = hello("run", "hello", "--json").json["run"]
    for file in (hello.path / "tools").glob("*.py"):
        file.write_text("raise SystemExit('a replay loaded the tools')\n")
    return done


def test_the_guard_sees_what_it_has_to(hello: Project, run: str) -> None:
    """A file, a connection, a change of the store: each is refused."""
    assert "RuntimeError\nRuntimeError\nDatabaseError\n" == guarded(hello, "--proof", run).stdout


def test_a_replay_does_nothing_but_read(hello: Project, run: str) -> None:
    """At once, step by step, and under another plan; no tool is loaded."""
    plain = guarded(hello, "replay", run)
    assert (0, "") == (plain.returncode, plain.stderr)
    assert "and every decision is made again" in plain.stdout
    assert 0 == guarded(hello, "replay", run, "--step", stdin="n\nn\np\nw\ns\n").returncode
    hello.write("plans/new.yaml", hello.read("plans/hello.yaml").replace("hello.keep", "hello.hide"))
    other = guarded(hello, "replay", run, "--plan", "new")
    assert (1, "") == (other.returncode, other.stderr)
