"""What the crash tests share: a nursery, and plans whose pauses are short."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from holdfast.core.decide import retry, settling
from tests.crash.trial import Lives
from tests.crash.victim import Job, hasten

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _the_judge_decides_as_victims_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """What victims hasten, a replay of their journals in this process needs hastened too."""
    monkeypatch.setattr(retry, "UNDO_RETRY", retry.UNDO_RETRY)
    monkeypatch.setattr(settling, "_PACE", settling._PACE)
    hasten()


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
        for part in sorted(plan.parent.glob("parts/*.yaml")):
            (folder / "parts").mkdir(exist_ok=True)
            faster(part, folder / "parts")
        return faster(plan, folder)

    def faster(plan: Path, folder: Path) -> Path:
        text = re.sub(r"\b(delay|every): \d+m?s\b", r"\1: 2ms", plan.read_text(encoding="utf-8"))
        text = re.sub(r"\bretry: \{(?![^}]*\bdelay:)", "retry: {delay: 2ms, ", text)
        target = folder / plan.name
        target.write_text(text, encoding="utf-8")
        return target

    return copy
