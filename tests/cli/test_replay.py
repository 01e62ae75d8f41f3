"""`holdfast replay`: a run decided again, under its own plan and under another."""

from __future__ import annotations

import json

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
    assert f"then the run is waiting\n  pick: waits for requester to decide {run}.1, in 10m 00s\n" in done.out
    assert "nap: waits for its timer, in 1h 00m\n" in project("replay", run, "--to", "4").out
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
    said = project("replay", run, "--plan", "new").out
    assert f"{run} under plans/new.yaml: entry 2 is the first that differs\n  recorded: ReviewRequested at pick" in said
    assert "\n  review.question was How many?, now it is How many now?\n" in said
    assert 2 == project("replay", run, "--plan", "nowhere").code


def test_another_plan_that_runs_others(project: Project) -> None:
    """The texts that it names are found as they would be for a run; one that is missing is said."""
    project.write("plans/ask.yaml", ASK)
    project.write("plans/kid.yaml", ASK.replace("plan: ask", "plan: kid"))
    run = project("run", "ask", "--json").json["run"]
    project.write("plans/parent.yaml", "holdfast: 1\nplan: parent\nsteps: [{id: child, plan: kid}]\n")
    done = project("replay", run, "--plan", "parent")
    assert (1, "") == (done.code, done.err)
    assert "\n  decided:  ChildIntended at child: run plan kid as " in done.out
    assert 1 == project("replay", run, "--plan", "parent", "--step").code
    project.write("plans/parent.yaml", "holdfast: 1\nplan: parent\nsteps: [{id: child, plan: nobody}]\n")
    done = project("replay", run, "--plan", "parent")
    assert 2 == done.code
    assert "there is no plan `nobody`" in done.err


def test_laws_are_held_against_a_run_that_was(hello: Project) -> None:
    """Under a plan that only says more laws, every decision is the same, and the law that did not hold is told."""
    run = hello("run", "hello", "--json").json["run"]
    law = "invariants: [{name: still, always: effects | length == 0, reason: Nobody is greeted}]\n"
    hello.write("plans/strict.yaml", hello.read("plans/hello.yaml").replace("\ntests:", f"\n{law}\ntests:"))
    done = hello("replay", run, "--plan", "strict")
    assert 1 == done.code
    assert "every decision is made again\n" in done.out
    assert "behind entry 5 the invariant `still` does not hold: Nobody is greeted\n" in done.out
    data = hello("replay", run, "--plan", "strict", "--json").json
    assert (True, ["still"]) == (data["agrees"], [one["invariant"] for one in data["broken"]])


def test_a_run_is_walked_through(project: Project) -> None:
    """`--step` from a pipe: forwards, backwards, to an entry; facts, what is under way, and why."""
    project.write("plans/ask.yaml", ASK)
    run = project("run", "ask", "--json").json["run"]
    project("answer", f"{run}.1", "2")
    project("resume", run)
    done = project("replay", run, "--step", stdin="n\np\ng 4\ns\nw\nf\nx\ng 0\nn\n\nq\nn\n")
    assert 0 == done.code
    first, second, back, fourth = [part.splitlines() for part in done.out.split("entry ")[1:5]]
    assert first == back
    assert second == fourth[: len(second)]
    assert "1  +0.00s  observation 1 of 2" == first[0]
    assert "  then it is waiting" == first[-1]
    assert "  decided  6  nap  wait" == second[-2]
    told = fourth[len(second) :]
    assert "  nap: waits for its timer, in 1h 00m" == told[0]
    assert any("StepSucceeded at pick: done: 2" in line for line in told)
    assert "  this run has no facts" == told[-1]
    assert "`x` is no command here: n next" in done.err
    assert "`g 0`: name an entry by its number, from 1 to" in done.err
    assert "this is the end of the journal" in done.err


def test_a_walk_as_data_says_what_was_read(hello: Project) -> None:
    """Each answer is one document on a line; reads come with their values, recorded or from the plan's text."""
    run = hello("run", "hello", "--input", "name=Ana", "--json").json["run"]
    lines = hello("replay", run, "--step", "--json", "--to", "1", stdin="w\n").out.splitlines()
    here, why = (json.loads(line) for line in lines)
    assert (1, "RunRequested", True) == (here["position"], here["observed"]["kind"], here["agrees"])
    reads = [read for decision in why["why"] for read in decision["reads"]]
    assert {"name": "inputs.name", "value": "Ana", "labels": ["given"], "confidence": None} in reads


def test_a_walk_under_another_plan_ends_where_it_differs(project: Project) -> None:
    """The divergence is shown where it comes, with what differs, and the exit code is 1."""
    project.write("plans/ask.yaml", ASK)
    run = project("run", "ask", "--json").json["run"]
    project.write("plans/new.yaml", ASK.replace("How many?", "How many now?"))
    done = project("replay", run, "--step", "--plan", "new", stdin="n\n")
    assert (1, True) == (done.code, "review.question was How many?, now it is How many now?" in done.out)
    assert "no step leads further" in done.err


def test_two_runs_side_by_side(hello: Project) -> None:
    """The first difference of each kind, and a table; runs that do the same differ in time alone."""
    ana, bo, again = (
        hello("run", "hello", "--input", f"name={name}", "--json").json["run"] for name in ("Ana", "Bo", "Bo")
    )
    other = hello("diff", ana, bo)
    assert 1 == other.code
    assert other.out.startswith(f"A  {ana}\nB  {bo}\nthe same plan\nthe first difference in what came in, at greet:\n")
    assert '  A  2  call hello.greet with {"name": "Ana"}\n  B  2  call hello.greet with {"name": "Bo"}\n' in other.out
    assert "input name" in other.out
    same = hello("diff", bo, again, "--json")
    assert (0, False, None) == (same.code, same.json["differ"], same.json["decision"])
    assert 2 == hello("diff", ana, "nothing").code


def test_runs_move_to_another_version(project: Project) -> None:
    """One by one or all of a plan: those that agree move, the others say why not and stay."""
    project.write("plans/ask.yaml", ASK)
    run = project("run", "ask", "--json").json["run"]
    project.write("plans/ask.yaml", ASK.replace("wait: 1h", "wait: 10ms"))
    other = project("run", "ask", "--json").json["run"]
    could = project("migrate", run, "--dry-run")
    assert (0, True) == (could.code, f"{run}: could move from " in could.out)
    moved = project("migrate", "--all", "--plan", "ask", "--json")
    assert (0, [(run, True)]) == (moved.code, [(one["run"], one["moved"]) for one in moved.json])
    assert "is at " in project("migrate", run).out
    project("answer", f"{run}.1", "1")
    assert 0 == project("resume", run).code
    project.write("plans/ask.yaml", ASK.replace("How many?", "How few?"))
    stays = project("migrate", "--all", "--plan", "ask")
    assert (1, True) == (stays.code, f"{other}: stays with" in stays.out)
    assert "  review.question was How many?, now it is How few?\n" in stays.out
    assert 2 == project("migrate", run).code
    assert 2 == project("migrate").code


def test_a_run_is_forked(hello: Project) -> None:
    """From its first entry on with another input; both lists say where it comes from, and nothing is done twice."""
    run = hello("run", "hello", "--input", "name=Ana", "--json").json["run"]
    made = hello("fork", run, "--at", "1", "--input", "name=Bo", "--by", "ana", "--json")
    assert (0, run, 1) == (made.code, made.json["origin"], made.json["at"])
    fork = made.json["run"]
    assert 0 == hello("resume", fork).code
    assert f"fork of  {run}, behind entry 1\n" in hello("show", fork).out
    assert "FORK OF" in hello("runs").out
    assert "Hello, Bo!" == hello.read("greeting.txt").strip()
    assert "every decision is made again" in hello("replay", fork).out
    assert f'ana forked the run {run} behind its entry 1 with {{"name": "Bo"}}' in hello("show", fork, "--why").out
    refused = hello("fork", run, "--at", "5")
    assert (2, True) == (refused.code, "was calling hello.keep; entry 4 or 6 would do" in refused.err)
