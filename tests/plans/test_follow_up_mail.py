"""The 47 e-mails: many runs, a CRM that lags behind, processes that are killed; one mail to every lead."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import CHECKOUT, Project

FOLDER = CHECKOUT / "plans" / "follow-up-mail"
LEADS = [f"l{number}@example.org" for number in range(1, 8)]


@contextmanager
def process(script: str, folder: Path, *words: str, **env: str) -> Iterator[str]:
    """One of the two services from its start to its end; gives its port."""
    port = folder / f"{script}.port"
    command = [sys.executable, str(FOLDER / script), "--port", "0", "--port-file", str(port), *words]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, **env})
    try:
        deadline = time.monotonic() + 20
        while not port.exists():
            assert running.poll() is None, f"{script} did not start"
            assert time.monotonic() < deadline, f"{script} does not listen"
            time.sleep(0.01)
        yield port.read_text()
    finally:
        running.terminate()
        assert running.wait(timeout=10) == 0


@dataclass
class Office:
    """The CRM, the mail server, and a folder in which `holdfast` is run."""

    project: Project
    env: dict[str, str]

    def command(self, task: str, plan: Path = FOLDER / "follow-up-mail.yaml") -> tuple[str, ...]:
        return ("run", str(plan), "--tools", str(FOLDER / "tools"), "--task", task, "--json")

    def run(self, task: str, plan: Path = FOLDER / "follow-up-mail.yaml") -> Any:
        """One run, to its end."""
        return self.project(*self.command(task, plan), **self.env).json

    def mails(self) -> Counter[str]:
        """How many mails each lead got, as the mail server tells it."""
        return Counter(recipient for recipient, _ in self.rows())

    def rows(self) -> list[tuple[str, str]]:
        """Every mail that was accepted: recipient and Message-ID."""
        with closing(sqlite3.connect(self.env["MAILS_DB"], timeout=10)) as db:
            return db.execute("SELECT recipient, message_id FROM mails").fetchall()

    def forget(self) -> None:
        """Let no mail have been sent yet."""
        with closing(sqlite3.connect(self.env["MAILS_DB"], timeout=10)) as db, db:
            db.execute("DELETE FROM mails")

    def be_asked(self) -> int:
        """Operations look in the mail server and say what they find; how often they were asked."""
        asked = self.project("inbox", "--json").json
        sent = {message for _, message in self.rows()}
        for review in asked:
            message = self._message_id(review["context"]["key"])
            known = ("happened", "--value", json.dumps({"message_id": message})) if message in sent else ("retry",)
            self.project("decide", review["id"], *known, "--by", "ana")
        return len(asked)

    @staticmethod
    def _message_id(key: str) -> str:
        import hashlib

        return f"<{hashlib.sha256(key.encode()).hexdigest()[:24]}@holdfast.example.org>"


@contextmanager
def office(tmp_path: Path, lag: float, lose: int = 0) -> Iterator[Office]:
    """Both services run; nobody has written to anybody."""
    mails, home = tmp_path / "mails.db", tmp_path / "home"
    home.mkdir()
    with process("mailserver.py", tmp_path, "--db", str(mails), "--lose", str(lose)) as smtp:
        crm = {"MAILS_DB": str(mails), "CRM_LAG": str(lag)}
        with process("service.py", tmp_path, "--db", str(tmp_path / "crm.db"), **crm) as port:
            env = {"CRM_URL": f"http://127.0.0.1:{port}", "SMTP_URL": f"127.0.0.1:{smtp}", "MAILS_DB": str(mails)}
            yield Office(Project(home), env)


def test_an_agent_that_looks_again_and_again_writes_once(tmp_path: Path) -> None:
    """Four runs at once, then one more while nothing is visible yet, then one when all is."""
    with office(tmp_path, lag=3.0) as at:
        running = [at.project.start(*at.command(f"run-{number}"), **at.env) for number in range(4)]
        for one in running:
            out, err = one.communicate(timeout=90)
            assert "succeeded" == json.loads(out)["status"], err
        assert Counter(LEADS) == at.mails()
        assert "succeeded" == at.run("late")["status"]
        assert Counter(LEADS) == at.mails()
        assert [] == at.project("pending", "--json").json


def test_without_what_keeps_it_every_run_writes(tmp_path: Path) -> None:
    """The same agent without `subject`, `pending` and key: this is how 47 mails come about."""
    text = (FOLDER / "follow-up-mail.yaml").read_text()
    start, end = text.index("        # Whoever comes with"), text.index("        human:")
    careless = tmp_path / "careless.yaml"
    careless.write_text(text[:start] + text[end:])
    with office(tmp_path, lag=60.0) as at:
        for number in range(3):
            assert "succeeded" == at.run(f"run-{number}", careless)["status"]
        assert Counter(dict.fromkeys(LEADS, 3)) == at.mails()


@pytest.mark.parametrize("lose", [0, 2])
def test_killed_while_it_sends_nobody_gets_two(lose: int, tmp_path: Path) -> None:
    """SIGKILL at drawn instants, in several runs; a person answers what nobody can know. With lost answers, too."""
    with office(tmp_path, lag=1.0, lose=lose) as at:
        for number, delay in enumerate((0.5, 0.7, 0.9, 1.2)):
            running = at.project.start(*at.command(f"run-{number % 2}"), **at.env)
            time.sleep(delay)  # the clock is the subject: an instant of its life
            os.kill(running.pid, signal.SIGKILL)
            running.communicate()
        for _ in range(20):
            results = [at.run(f"run-{number}") for number in range(2)]
            if {"succeeded"} == {result["status"] for result in results}:
                break
            at.be_asked()
        assert {"succeeded"} == {result["status"] for result in results}
        assert Counter(LEADS) == at.mails()
