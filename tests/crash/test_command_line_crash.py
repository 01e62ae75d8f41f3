"""What the plans promise at their head: `LEDGER_CRASH=6 holdfast run ...`, `holdfast resume --all`, count."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.crash.scenarios import PLANS
from tests.crash.worlds import Bank

KEYS = {
    ("bank.transfer", "local:strategies:again:transfer"),
    ("bank.set_limit", "local:strategies:again:limit"),
    ("bank.wire", "local:strategies:again:wire"),
    ("bank.cheque", "local:strategies:again:cheque"),
}
PARKED = 3


@pytest.mark.parametrize("moment", range(1, 2 * len(KEYS) + 1))
def test_killed_on_the_command_line_and_resumed(tmp_path: Path, moment: int) -> None:
    """Before and after each of the four effects; only the cheque needs a person, who looks whether it was posted."""
    world = Bank(tmp_path)

    def holdfast(*words: str, expect: int = 0, **environment: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "holdfast", *words, "--tools", str(PLANS / "tools"), "--json"],
            cwd=tmp_path, env={**os.environ, **world.env(), **environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert expect == done.returncode, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    run = ("run", str(PLANS / "strategies.yaml"), "--task", "again")
    holdfast(*run, expect=-signal.SIGKILL, LEDGER_CRASH=str(moment))

    in_doubt = moment > 2 * len(KEYS) - 2
    parked = holdfast("resume", "--all", expect=PARKED if in_doubt else 0)
    if in_doubt:
        (review,) = parked[0]["waiting"]
        posted = world.effects()["bank.cheque", "local:strategies:again:cheque"]
        assert (moment == 2 * len(KEYS)) == bool(posted)
        said = ["happened", "--value", '{"reference": "by hand"}'] if posted else ["retry"]
        holdfast("decide", review["id"], *said)
        holdfast("resume", "--all")

    assert "succeeded" == holdfast(*run)["status"]
    assert KEYS == set(world.effects())
    natural = ("bank.set_limit", "local:strategies:again:limit")  # set twice is the same as set once
    assert {1} == {count for effect, count in world.effects().items() if effect != natural}
