"""An example plan on its stage: its service as a process of its own, and the real `holdfast` in an empty folder."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.cli.conftest import CHECKOUT, Project

PLANS = CHECKOUT / "plans"
Faults = Mapping[str, list[Mapping[str, object]]]


@contextmanager
def service(script: Path, db: Path, faults: Faults | None = None) -> Iterator[str]:
    """The service behind a plan, from its start until it is told to stop; gives its address."""
    port_file = db.with_suffix(".port")
    command = [sys.executable, str(script), "--db", str(db), "--port", "0", "--port-file", str(port_file)]
    process = subprocess.Popen([*command, "--faults", json.dumps(faults or {})], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not port_file.exists():
            assert process.poll() is None, "the service did not start"
            assert time.monotonic() < deadline, "the service does not listen"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port_file.read_text()}"
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0


@dataclass
class Stage:
    """One example plan, ready to be run.

    Args:
        name: of the folder below plans/, and of the plan in it.
        url: of its service.
        db: the service's database.
        variable: the environment variable by which the tools find the service.
        project: where `holdfast` is run.
    """

    name: str
    url: str
    db: Path
    variable: str
    project: Project

    def holdfast(self, *words: str, expect: int = 0) -> Any:
        """Type a command: what it says with --json. It has to end with this exit code."""
        tools = ("--tools", str(PLANS / self.name / "tools")) if words[0] in {"run", "resume"} else ()
        done = self.project(*words, *tools, "--json", **{self.variable: self.url})
        assert expect == done.code, f"exit code {done.code}, expected {expect}\n{done.out}{done.err}"
        return done.json if done.out else None

    def run(self, *words: str, expect: int = 0) -> Any:
        """Run the plan."""
        return self.holdfast("run", str(PLANS / self.name / f"{self.name}.yaml"), *words, expect=expect)

    def inbox(self) -> list[tuple[str, str, str]]:
        """Every open review: its id, the step it is about, its queue."""
        return [(one["id"], one["address"], one["to"]) for one in self.holdfast("inbox")]

    def faults(self, faults: Faults) -> None:
        """What goes wrong next."""
        assert httpx.post(f"{self.url}/admin/faults", json=faults).is_success

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the service's database says."""
        with closing(sqlite3.connect(self.db, timeout=10)) as db:
            return db.execute(query).fetchall()


@contextmanager
def stage(name: str, variable: str, folder: Path, faults: Faults | None = None) -> Iterator[Stage]:
    """Set up an example plan: its service runs, and nothing has happened yet."""
    db = folder / "service.db"
    home = folder / "home"
    home.mkdir()
    if (PLANS / name / "policy.yaml").exists():
        shutil.copy(PLANS / name / "policy.yaml", home)
    with service(PLANS / name / "service.py", db, faults) as url:
        yield Stage(name, url, db, variable, Project(home))
