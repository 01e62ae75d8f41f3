"""Questions asked inline, with a real terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.cli.conftest import Project, environment

PLAN = """
holdfast: 1
plan: ask
steps:
  - id: pick
    ask: {to: requester, question: Which airport?, options: [JFK, LGA], timeout: 15m}
  - id: keep
    tool: files.write
    with: {path: "{{ steps.pick.output }}.txt", text: chosen}
    human:
      - {when: "true", reason: Have a look, timeout: 1h, on_timeout: reject}
output: "{{ steps.pick.output }}"
"""
TOOLS = """
from holdfast import tool

@tool("files.write", effect="write", idempotency="natural")
def write(path: str, text: str) -> None:
    open(path, "w").write(text)
"""


class Terminal:
    """A command with a person's screen and keyboard."""

    def __init__(self, process: subprocess.Popen[bytes], screen: int) -> None:
        self.process, self._screen = process, screen
        self.seen = ""

    def see(self, text: str) -> None:
        """Wait until something is on the screen."""
        until = time.monotonic() + 30
        while text not in self.seen:
            assert time.monotonic() < until, f"`{text}` did not appear in:\n{self.seen}"
            if select.select([self._screen], [], [], 0.1)[0]:
                self.seen += self._read()

    def type(self, line: str) -> None:
        """Type a line; what was seen before it is forgotten."""
        self.seen = ""
        os.write(self._screen, line.encode() + b"\n")

    def end(self) -> int:
        """The exit code; all that was said until then is on the screen."""
        code = None
        until = time.monotonic() + 30
        while code is None:
            assert time.monotonic() < until, f"it goes on; the screen shows:\n{self.seen}"
            code = self.process.poll()
            while select.select([self._screen], [], [], 0.05)[0] and (more := self._read()):
                self.seen += more
        return code

    def _read(self) -> str:
        try:
            return re.sub(r"\x1b\[\d*m", "", os.read(self._screen, 65_536).decode())
        except OSError:  # the other side is closed
            return ""


@contextmanager
def terminal(project: Project, *words: str) -> Iterator[Terminal]:
    """The command at a terminal of its own."""
    screen, line = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "holdfast", *words], cwd=project.path, env=environment(TERM="xterm"),
        stdin=line, stdout=line, stderr=line, start_new_session=True,
    )  # fmt: skip
    os.close(line)
    try:
        yield Terminal(process, screen)
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def asking(project: Project) -> Project:
    """A project whose plan asks."""
    project.write("plans/ask.yaml", PLAN)
    project.write("tools/write.py", TOOLS)
    return project


def test_questions_and_approvals_are_asked_inline(project: Project) -> None:
    """The question with numbered options, then the call with its arguments and reason; mistakes may be mended."""
    with terminal(asking(project), "run", "ask") as person:
        person.see("? Which airport?")
        person.see("2) LGA")
        person.see("> ")
        person.type("BOS")
        person.see('"BOS" is none of the options')
        person.type("2")
        person.see("because Have a look")
        person.see("path: LGA.txt")
        person.see("type one of: approve, edit {JSON}, reject")
        person.type("approve")
        person.see("succeeded")
        assert 0 == person.end()
    assert "chosen" == project.read("LGA.txt")


def test_enter_takes_a_default(project: Project) -> None:
    """The default is shown at the prompt; an empty line is no answer where there is none."""
    project = asking(project)
    project.write("plans/ask.yaml", PLAN.replace("timeout: 15m", "default: LGA, timeout: 15m"))
    with terminal(project, "run", "ask") as person:
        person.see("type a number or an id, or Enter for LGA (Ctrl-C leaves it for later)")
        person.see("> ")
        person.type("")
        person.see("path: LGA.txt")
        person.see("> ")
        person.type("")
        person.type("approve")
        person.see("succeeded")
        assert 0 == person.end()
    assert "chosen" == project.read("LGA.txt")


def test_a_rejection_with_its_reason_fails_the_step(project: Project) -> None:
    """What is typed after the decision is the reason."""
    with terminal(asking(project), "run", "ask") as person:
        person.see("> ")
        person.type("JFK")
        person.see("because Have a look")
        person.see("> ")
        person.type("reject not today")
        person.see("failed")
        assert 1 == person.end()
    assert not (project.path / "JFK.txt").exists()
    assert "not today" in project("show", "ask").out


def test_an_answer_from_elsewhere_ends_the_prompt(project: Project) -> None:
    """Two people at two terminals: the first answer counts, and the other one sees it."""
    with terminal(asking(project), "run", "ask") as person:
        person.see("> ")
        person.seen = ""
        assert 0 == project("answer", "ask", "JFK", "--by", "ana").code
        person.see("path: JFK.txt")
        assert 0 == project("decide", "ask", "approve").code
        person.see("succeeded")
        assert 0 == person.end()


def test_control_c_leaves_the_question_for_later(project: Project) -> None:
    """Exit code 130, the review stays open, and resuming asks again."""
    with terminal(asking(project), "run", "ask") as person:
        person.see("> ")
        person.process.send_signal(signal.SIGINT)
        assert 130 == person.end()
        assert "holdfast resume ask-" in person.seen
    assert ["Which airport?"] == [review["question"] for review in project("inbox", "--json").json]
    with terminal(project, "resume", "ask") as person:
        person.see("? Which airport?")


def test_the_end_of_input_parks_the_run(project: Project) -> None:
    """Ctrl-D: nobody sits there any more."""
    with terminal(asking(project), "run", "ask") as person:
        person.see("> ")
        person.seen = ""
        os.write(person._screen, b"\x04")
        assert 3 == person.end()
        assert "holdfast answer ask-" in person.seen


def test_only_what_one_may_decide_is_asked_inline(project: Project) -> None:
    """A question to others is left to them; with an answer it is kept where, and for how long, it was looked at."""
    asking(project)
    project.write("plans/ask.yaml", PLAN.replace("{when:", "{to: desk, when:"))
    project.write("policy.yaml", "queues: {desk: {members: [nobody-who-sits-here]}}\n")
    with terminal(project, "run", "ask", "--wait", "0s") as person:
        person.see("2) LGA")
        person.type("2")
        assert 3 == person.end()
        assert "waits for desk to decide" in person.seen
        assert "? May files.write be called?" not in person.seen
    with closing(sqlite3.connect(project.path / ".holdfast" / "runs.db")) as db, db:
        found = db.execute("SELECT decision, source, looked >= 0 FROM reviews ORDER BY id").fetchall()
    assert [("choose", "terminal", 1), ("", "", None)] == found
