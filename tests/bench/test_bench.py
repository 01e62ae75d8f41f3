"""The benchmark produces its numbers, and what it times is really done. How fast it is, is no test's business."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


def figures(*goals: int) -> list[dict[str, object]]:
    """What a tiny run of these measurements says."""
    command = [sys.executable, str(BENCH / "run.py"), "--quick", "--json", "--only", *map(str, goals)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


def work(script: str, folder: Path, *arguments: object) -> dict[str, object]:
    """What a contender says after its work."""
    command = [sys.executable, str(BENCH / "children" / f"{script}.py"), str(folder), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("goals", "items"),
    [((1, 2, 7), [1, 1, 2, 2, 2, 2, 7, 7, 7]), ((3,), [3] * 7), ((6, 8, 9, 11), [6, 6, 6, 6, 8, 8, 9, 9, 11, 11, 11])],
)
def test_every_measurement_gives_its_figures(goals: tuple[int, ...], items: list[int]) -> None:
    """Positive numbers for each goal, and a verdict where there is a limit."""
    found = figures(*goals)
    assert items == [figure["item"] for figure in found]
    assert all(math.isfinite(figure["ours"]) and figure["ours"] > 0 for figure in found)
    assert all((figure["met"] is None) == (figure["limit"] is None) for figure in found)


def test_growth_and_size_are_measured() -> None:
    """A run that is long for a test: times of early and late steps, memory, bytes."""
    found = figures(4)
    assert [4] * 8 + [5] * 2 == [figure["item"] for figure in found]
    assert all(figure["ours"] > 0 for figure in found)


def test_a_step_is_taken_apart() -> None:
    """Every part has a cost, and one that is of another costs less."""
    command = [sys.executable, str(BENCH / "children" / "parts.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    whole = 0.0
    for part, took in json.loads(done.stdout).items():
        assert took > 0
        assert took < whole or not part.startswith(" "), part
        whole = whole if part.startswith(" ") else took


def test_the_parts_at_work_add_up() -> None:
    """Every microsecond of the event loop's thread is some part's."""
    command = [sys.executable, str(BENCH / "children" / "budget.py"), "--runs", "3", "--steps", "4", "--rounds", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    parts = json.loads(done.stdout)
    assert parts.pop("in all") == pytest.approx(sum(parts.values()))


def test_a_part_that_is_not_called_any_more_is_an_error() -> None:
    """A function that is still there while another one does its work would be told as nothing at all."""
    watched = "budget.watched = lambda clock: clock.around(budget.Calls, 'check', 'never')"
    command = [sys.executable, "-c", f"import budget; {watched}; budget.main()", "--runs", "1", "--rounds", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=BENCH / "children")
    assert 1 == done.returncode
    assert "never called: Calls.check" in done.stderr


@pytest.mark.parametrize("script", ["ours", "floor"])
def test_the_work_is_really_done(script: str, tmp_path: Path) -> None:
    """Two rounds of three runs of four steps, and one before them: as many effects, and a store to show for it."""
    said = work(script, tmp_path, "--runs", 3, "--steps", 4, "--rounds", 2)
    assert 3 * 4 * 3 == said["effects"]
    assert 2 == len(said["seconds"])
    assert said["bytes"] > 0


def test_a_long_run_tells_its_pace(tmp_path: Path) -> None:
    """The times of an early and of a late step are there once there are enough steps, and not before."""
    (tmp_path / "long").mkdir()
    (tmp_path / "short").mkdir()
    pace = {"early", "late", "early_cpu", "late_cpu", "first_cpu", "second_cpu"}
    assert pace <= set(work("floor", tmp_path / "long", "--steps", 40))
    assert not pace & set(work("floor", tmp_path / "short", "--steps", 10))
