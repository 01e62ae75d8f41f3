"""The real command in a real process, in an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[2]
LIMIT = 60.0


def environment(**more: str) -> dict[str, str]:
    """A process's environment in which `holdfast` is importable and nothing of the caller's settings shines through."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HOLDFAST", "COLUMNS", "NO_COLOR", "FORCE_COLOR"))
    }
    roots = os.pathsep.join(str(CHECKOUT / root) for root in ("interpreter", "tools"))
    return {**kept, "PYTHONPATH": roots, "PYTHONIOENCODING": "utf-8", "TZ": "UTC", **more}


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output; anything beside it is an error."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Project:
    """A folder in which commands are run."""

    path: Path

    def __call__(self, *words: str, stdin: str = "", **env: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "holdfast", *words], cwd=self.path, env=environment(**env),
            input=stdin, capture_output=True, text=True, timeout=LIMIT, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """The command, going on beside the test."""
        return subprocess.Popen(
            [sys.executable, "-m", "holdfast", *words], cwd=self.path, env=environment(**env),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def write(self, name: str, text: str) -> Path:
        """A file of the project."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def read(self, name: str) -> str:
        """The text of a file."""
        return (self.path / name).read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty folder."""
    return Project(tmp_path)


@pytest.fixture
def hello(project: Project) -> Project:
    """A folder after `holdfast init`."""
    assert 0 == project("init").code
    return project


Plan = Callable[[str], Path]
