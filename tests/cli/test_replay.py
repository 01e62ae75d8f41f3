"""`holdfast replay`: a run decided again, under its own plan and under another."""

from __future__ import annotations

from tests.cli.conftest import Project

ASK = """
holdfast: 1
plan: ask
steps:
  - {id: pick, ask: {question: How many?, options: [1, 2], timeout: 10m}}
  - {id: nap, wait: 1h}
"""


def test_a_run_is_decided_again(hello: Project) -> None:
    """Every decision agrees; nothing is called and the store stays as it is."""
    run = hello("run", "hello", "--json").json["run"]
    before = (hello("events", run).out, hello.read("greeting.txt"))
    hello.write("greeting.txt", "untouched")
    done = hello("replay", run)
    assert (0, "") == (done.code, done.err)
    assert f"{run}: 9 entries, 3 observations, and every decision is made again\n" == done.out
    assert (before[0], "untouched") == (hello("events", run).out, hello.read("greeting.txt"))


def test_a_replay_may_stop_on_the_way(project: Project) -> None:
    """`--to` shows how things stood then: what was active, and what was waited for."""
    project.write("plans/ask.yaml", ASK)
    run = project("run", "ask", "--json").json["run"]
    project("answer", f"{run}.1", "2")
    project("resume", run)
    done = project("replay", run, "--to", "2")
    assert 0 == done.code
    assert "then the run is waiting\n  at pick\n  requester to decide" in done.out
    assert "at nap" in project("replay", run, "--to", "4").out
    assert 2 == project("replay", run, "--to", "0").code


def test_another_plan_differs_from_some_entry_on(project: Project) -> None:
    """The first decision that would have been another one is shown beside the recorded one, and the exit code is 1."""
    project.write("plans/ask.yaml", ASK)
    run = project("run", "ask", "--json").json["run"]
    project.write("plans/new.yaml", ASK.replace("How many?", "How many now?"))
    same, other = project("replay", run, "--json"), project("replay", run, "--plan", "new", "--json")
    assert (0, True, None) == (same.code, same.json["agrees"], same.json["divergence"])
    assert (1, False) == (other.code, other.json["agrees"])
    differs = other.json["divergence"]
    assert (2, "How many?", "How many now?") == (
        differs["seq"], differs["recorded"]["review"]["question"], differs["decided"]["review"]["question"],
    )  # fmt: skip
    assert (
        f"{run}: entry 2 is the first that differs\n  recorded: ReviewRequested"
        in project("replay", run, "--plan", "new").out
    )
    assert 2 == project("replay", run, "--plan", "nowhere").code
