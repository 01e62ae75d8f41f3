"""The real command in a project whose tools are known, and what every refusal has in common."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Done, Project, environment

PATIENCE = 30.0

GREET = """
from pathlib import Path
from holdfast import tool

@tool("hello.greet", effect="read")
def greet(name: str, times: int = 1) -> str:
    return f"Hello, {name}!" * times

@tool("note.add", effect="write", idempotency="none")
def add(text: str = "mark") -> str:
    with Path("notes").open("a") as notes:
        notes.write(text + "\\n")
    return text
"""


SEVERAL = """
import gc, json, sys
from holdfast.cli.main import main
for words in json.loads(sys.argv[1]):
    code = main(words)
    gc.collect()  # what asyncio has to say of forgotten tasks is said now
    for stream in (sys.stdout, sys.stderr):
        stream.write(f"\\x1e{code}\\x1e")
        stream.flush()
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A folder with two tools and no plan yet."""
    made = Project(tmp_path)
    made.write("tools/hello.py", GREET)
    return made


def several(project: Project, *commands: tuple[str, ...], **env: str) -> list[Done]:
    """The same as a command after the other, in one process, because starting one is most of what they cost."""
    process = subprocess.run(
        [sys.executable, "-c", SEVERAL, json.dumps(commands)], cwd=project.path, env=environment(**env),
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    out, err = process.stdout.split("\x1e"), process.stderr.split("\x1e")
    return [Done(int(code), *said) for code, *said in zip(out[1::2], out[::2], err[::2], strict=False)]


def refused(done: Done, code: int, *parts: str) -> None:
    """The command said no: by its exit code, in whole sentences, and with nothing for a program to mistake."""
    assert (code, "") == (done.code, done.out), done.err
    explained(done.err, *parts)


def explained(said: str, *parts: str) -> None:
    """All parts are said, and nothing that only a programmer of Holdfast would understand."""
    whole = " ".join(said.split())  # long sentences go over several lines
    assert [] == [part for part in parts if " ".join(part.split()) not in whole], said
    assert [] == [word for word in ("Traceback", "mistake in holdfast", "never retrieved") if word in said], said


def entries(done: Done) -> list[dict[str, Any]]:
    """The journal that `holdfast events --json` gave."""
    return [json.loads(line) for line in done.out.splitlines()]


def journaled(project: Project, *words: str) -> tuple[Done, list[dict[str, Any]]]:
    """A run by the command in `words`, and its journal as another command gives it."""
    done, told = several(project, (*words, "--task", "t", "--json"), ("events", words[1].split(".")[0], "--json"))
    return done, entries(told)


def failures(journal: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """Code and message of each step that failed, by its address."""
    return {
        entry["address"]: (entry["error"]["code"], entry["error"]["message"])
        for entry in journal
        if entry["kind"] == "StepFailed"
    }


def notes(project: Project) -> list[str]:
    """What tools have written into the world."""
    file = project.path / "notes"
    return file.read_text().splitlines() if file.exists() else []


def until_noted(project: Project, *expected: str) -> None:
    """Wait until tools have written so much."""
    until = time.monotonic() + PATIENCE
    while notes(project) != list(expected):
        assert time.monotonic() < until, notes(project)
        time.sleep(0.01)
