"""A process that dies between the commit of a review and the word that somebody was told: somebody is told."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import environment

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
