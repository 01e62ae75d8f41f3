"""`holdfast timers`: what time will do next."""

from __future__ import annotations

import time

from tests.cli.conftest import Project

PLAN = """
holdfast: 1
plan: pause-and-ask
deadline: 2d
steps:
  - id: both
    parallel:
      rest: [{id: sleep, wait: 10m}]
      word: [{id: ask, ask: {question: Well?, options: [a, b], timeout: 1h}}]
"""


def test_timers_are_listed_the_next_first(project: Project) -> None:
    """A wait, the expiry of a question; the run's deadline stands behind them. A finished run has none."""
    project.write("plans/p.yaml", PLAN)
    assert "no timers\n" == project("timers").out
    before = time.time()
    run = project("run", "plans/p.yaml", "--json").json["run"]
    timers = project("timers", "--json").json
    assert [("both/rest/sleep", "the time"), ("both/word/ask", f"review {run}.1 expires")] == [
        (timer["address"], timer["what"]) for timer in timers
    ]
    assert [600, 3600] == [round(timer["due"] - before, -1) for timer in timers]
    assert timers[:1] == project("timers", "--run", run, "--limit", "1", "--json").json
    assert "the time" in project("timers").out
    project("cancel", run)
    project("resume", run)
    assert "no timers\n" == project("timers").out


def test_a_deadline_alone_is_named(project: Project) -> None:
    """When nothing else is due earlier, the run's own deadline is the timer."""
    project.write("plans/p.yaml", "holdfast: 1\nplan: p\nsteps:\n  - {id: ask, ask: {question: Well?, options: [a]}}\n")
    run = project("run", "plans/p.yaml", "--json").json["run"]
    assert [(run, "the next deadline")] == [(t["run"], t["what"]) for t in project("timers", "--json").json]
