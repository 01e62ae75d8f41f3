"""What the crash tests share: a nursery, and plans whose pauses are short."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash.trial import Lives
from tests.crash.victim import Job

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def lives() -> Iterator[Lives]:
    """Forked victims; see `nursery`."""
    command = [sys.executable, "-m", "tests.crash.nursery"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None

        def live(job: Job) -> tuple[int, str]:
            stdin.write(job.to_json() + "\n")
            stdin.flush()
            status, said = json.loads(stdout.readline())
            return status, said

        yield live
        stdin.close()


@pytest.fixture(scope="session")
def hastened(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Gives a copy of a plan whose pauses last two milliseconds; nothing else is changed."""
    folder = tmp_path_factory.mktemp("plans")

    def copy(plan: Path) -> Path:
        faster = re.sub(r"\b(delay|every): \d+m?s\b", r"\1: 2ms", plan.read_text(encoding="utf-8"))
        faster = re.sub(r"\bretry: \{(?![^}]*\bdelay:)", "retry: {delay: 2ms, ", faster)
        target = folder / plan.name
        target.write_text(faster, encoding="utf-8")
        return target

    return copy
