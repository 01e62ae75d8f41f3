"""A clock that goes backwards, and two processes that want the same run."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.bad_input.conftest import entries, notes, several, until_noted
from tests.bad_input.test_troubled_store import WAIT, given
from tests.cli.conftest import Project, environment

SHIFTED = """
import os, time
real = time.time
time.time = lambda: real() + float(os.environ["SHIFT"])
"""

PLAN = """
holdfast: 1
plan: clock
steps:
  - {id: pick, ask: {to: requester, question: "Which?", options: [JFK, LGA], timeout: 15m}}
  - {id: one, tool: note.add, with: {text: one}}
  - {id: pause, wait: 10ms}
  - {id: two, tool: note.add, with: {text: two}}
output: "{{ steps.pick.output }}"
"""

A_DAY = 86_400


def test_a_clock_that_goes_back_a_day_loses_nothing(project: Project) -> None:
    """The question stays open, its answer counts, the journal's time never goes back, a timer waits for its time."""
    project.write("clock/sitecustomize.py", SHIFTED)
    project.write("plan.yaml", PLAN)
    run = project("run", "plan.yaml", "--json").json["run"]
    wrong = {"PYTHONPATH": f"{project.path / 'clock'}:{environment()['PYTHONPATH']}", "SHIFT": str(-A_DAY)}
    answered, early = several(project, ("answer", f"{run}.1", "JFK"), ("resume", run), **wrong)
    assert (0, 3, ["one"]) == (answered.code, early.code, notes(project)), early.err
    assert re.search(r"waits for the time at pause \(in (23h 59m|1d 0h)\)", early.out)
    done, told = several(project, ("resume", run, "--json"), ("events", run, "--json"))
    assert (0, "JFK", ["one", "two"]) == (done.code, done.json["output"], notes(project)), done.err
    times = [entry["at"] for entry in entries(told)]
    assert sorted(times) == times


def test_two_workers_on_one_run_are_one(project: Project) -> None:
    """Whoever comes second waits for the first, calls nothing, and gives the same answer."""
    given(project, WAIT)
    with project.start("run", "plan.yaml", "--task", "t", "--json") as first:
        until_noted(project, "wait")
        run = project("runs", "--json").json[0]["run"]
        with (
            project.start("resume", run, "--json") as second,
            project.start("run", "plan.yaml", "--task", "t", "--json") as third,
        ):
            assert "running" == project("show", run, "--json").json["status"]
            Path(project.path / "go").touch()
            said = [process.communicate(timeout=30)[0] for process in (first, second, third)]
    assert [0, 0, 0] == [process.returncode for process in (first, second, third)]
    assert {("succeeded", "done")} == {(one["status"], one["output"]) for one in map(json.loads, said)}
    assert ["wait", "two"] == notes(project)
