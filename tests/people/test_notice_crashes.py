"""A process that dies between the commit of a review and the word that somebody was told: somebody is told."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from tests.cli.conftest import environment
from tests.people.counterparts import Hooks, Letters, on_loopback

PLAN = """
holdfast: 1
plan: ask
steps:
  - {id: agree, ask: {to: boss, question: Shall we?, options: ["yes", "no"], timeout: 4h}}
"""
TELL = "import sys\nwith open('told.txt', 'a') as out: out.write(sys.stdin.read() + chr(10))\n"
VICTIM = Path(__file__).with_name("notifying_victim.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plan with a question, and a policy that tells the boss by a command."""
    (tmp_path / "ask.yaml").write_text(PLAN)
    (tmp_path / "tell.py").write_text(TELL)
    command = json.dumps([sys.executable, "tell.py"])
    (tmp_path / "policy.yaml").write_text(f"queues: {{boss: {{notify: [{{command: {command}}}]}}}}\n")
    return tmp_path


def run(folder: Path, *words: str) -> int:
    """What the command ends with."""
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode


def told(folder: Path) -> list[str]:
    """The ids of the messages that arrived."""
    file = folder / "told.txt"
    return [json.loads(line)["id"] for line in file.read_text().splitlines()] if file.exists() else []


@pytest.mark.parametrize(
    ("moment", "copies"),
    [
        ("after untold", 0),
        ("before plan_notices", 0),
        ("after plan_notices", 0),
        ("after claim_notices", 0),
        ("before settle_notice", 1),
        ("after settle_notice", 1),
    ],
)
def test_a_notice_outlives_its_process(folder: Path, moment: str, copies: int) -> None:
    """Killed anywhere, the next process tells; a second copy is the first one's, and nothing is told for ever."""
    assert -signal.SIGKILL == run(folder, str(VICTIM), moment, "run", "ask.yaml", "--task", "t")
    assert copies == len(told(folder))
    assert 0 == run(folder, "-m", "holdfast", "notify", "--again")
    arrived = told(folder)
    expected = 2 if moment == "before settle_notice" else 1
    assert (expected, 1) == (len(arrived), len(set(arrived)))
    assert 0 == run(folder, "-m", "holdfast", "notify", "--again")
    assert expected == len(told(folder))


@pytest.mark.anyio
async def test_servers_that_were_down_get_each_notice_under_one_id(folder: Path) -> None:
    """A web and a mail server are down while people are asked; they come back, and two senders die too early.

    Each server gets its notice, and what it gets again has the id of the first.
    """
    hooks, letters = Hooks(), Letters()
    async with on_loopback(hooks), on_loopback(letters):
        pass  # now they have addresses, and nobody listens there
    ways = f"[{{webhook: '{hooks.url}'}}, {{mail: boss@example.org}}]"
    (folder / "policy.yaml").write_text(f"queues: {{boss: {{notify: {ways}}}}}\n")
    mail = f"[people.mail]\nhost = '127.0.0.1'\nport = {letters.port}\nfrom = 'hf@example.org'\nsecurity = 'none'\n"
    (folder / "holdfast.toml").write_text(mail)

    async def holdfast(*words: str) -> int:
        return await anyio.to_thread.run_sync(run, folder, *words)

    assert 3 == await holdfast("-m", "holdfast", "run", "ask.yaml", "--task", "t")
    assert ([], []) == (hooks.got, letters.got)
    async with on_loopback(hooks), on_loopback(letters):
        for _ in range(2):
            due_at_once(folder)
            assert -signal.SIGKILL == await holdfast(str(VICTIM), "before settle_notice", "notify")
        due_at_once(folder)
        for _ in range(2):
            assert 0 == await holdfast("-m", "holdfast", "notify")
    posted = [headers["webhook-id"] for headers, _ in hooks.got]
    mailed = [line for _, _, text in letters.got for line in text.splitlines() if line.startswith("Message-ID:")]
    assert (1, 1) == (len(set(posted)), len(set(mailed)))
    assert len(posted) + len(mailed) >= 2 + 2  # each of the dead had sent one at least


def due_at_once(folder: Path) -> None:
    """The pause before the next try, and what the dead had claimed, are over."""
    with closing(sqlite3.connect(folder / ".holdfast" / "runs.db")) as db, db:
        db.execute("UPDATE notices SET due = 0 WHERE state = 'waiting'")
