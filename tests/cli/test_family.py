"""A run with child runs, at the command line."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Project
from tests.cli.test_terminal import terminal

CHILD = """
holdfast: 1
plan: child
inputs: {name: {type: string}}
steps:
  - id: pick
    ask: {to: requester, question: "Which airport for {{ inputs.name }}?", options: [JFK, LGA]}
  - id: sure
    ask: {to: requester, question: "Really {{ steps.pick.output }}?", options: ["yes", "no"]}
output: "{{ steps.pick.output }}"
"""
PARENT = """
holdfast: 1
plan: parent
steps:
  - {id: book, plan: ./child.yaml, with: {name: Ana}}
output: "{{ steps.book.output }}"
"""
TWO = """
holdfast: 1
plan: parent
steps:
  - id: both
    parallel:
      a: [{id: ana, plan: ./child.yaml, with: {name: Ana}}]
      b: [{id: bo, plan: ./child.yaml, with: {name: Bo}}]
"""


@pytest.fixture
def family(project: Project) -> Project:
    """A project whose plan has a child that asks."""
    project.write("plans/child.yaml", CHILD)
    project.write("plans/parent.yaml", PARENT)
    return project


def test_the_questions_of_a_child_are_asked_inline(family: Project) -> None:
    """With the child that asks; both answers reach it, and the parent ends with what it gave."""
    with terminal(family, "run", "parent") as person:
        person.see("? Which airport for Ana?")
        person.see("asked by the child run child-")
        person.see("> ")
        person.type("2")
        person.see("? Really LGA?")
        person.see("> ")
        person.type("yes")
        person.see("output: LGA")
        assert 0 == person.end()


def test_an_answer_to_a_child_from_elsewhere_ends_the_prompt(family: Project) -> None:
    """The parent's journal says nothing of it; the child's does."""
    with terminal(family, "run", "parent") as person:
        person.see("> ")
        person.seen = ""
        assert 0 == family("answer", "child", "JFK").code
        person.see("? Really JFK?")
        assert 0 == family("answer", "child", "yes").code
        person.see("output: JFK")
        assert 0 == person.end()


def test_a_parked_run_says_which_child_asks_and_is_answered_by_its_own_name(family: Project) -> None:
    """`answer PARENT` works while exactly one question of its family is open."""
    parked = family("run", "parent")
    run = parked.out.split()[0]
    child = next(row["run"] for row in family("runs", "--json").json if row["parent"] == run)
    assert f"the child run {child} asks requester to decide {child}.1: Which airport for Ana?" in parked.out
    assert f"holdfast answer {child}.1 JFK" in parked.err
    assert 0 == family("answer", run, "LGA").code
    assert 3 == family("resume", run).code
    assert 0 == family("answer", "parent", "yes").code
    assert "LGA" == family("resume", run, "--json").json["output"]
    late = family("answer", run, "yes")
    assert (2, True) == (late.code, f"run {run} is over" in late.err)


def test_a_run_whose_family_asks_twice_has_to_be_told_which_is_meant(family: Project) -> None:
    """Nothing is guessed; the questions are listed."""
    family.write("plans/parent.yaml", TWO)
    run = family("run", "parent", "--json").json["run"]
    several = family("answer", run, "LGA")
    assert (2, True) == (several.code, f"`{run}` fits several questions" in several.err)
    assert ("for Ana?" in several.err, "for Bo?" in several.err) == (True, True)


def test_show_has_each_child_under_its_step_and_runs_below_its_parent(family: Project) -> None:
    """One line about each, with its id and where more about it is; `--flat` lists by age alone."""
    run = family("run", "parent", "--json").json["run"]
    other = family("run", "parent", "--json").json["run"]
    rows = family("runs", "--json").json
    child = {row["parent"]: row["run"] for row in rows}
    shown = family("show", run).out.splitlines()
    step = next(number for number, line in enumerate(shown) if line.split()[1:] == ["book"])
    assert any(f"{child[run]}: waiting, requester to decide" in line for line in shown[step : step + 4])
    assert [child[run]] == [one["run"] for one in family("show", run, "--json").json["children"]]
    assert "children" not in family("show", child[run], "--json").json

    listed = [line.split("  waiting")[0].rstrip() for line in family("runs").out.splitlines()[1:]]
    assert [other, f"└ {child[other]}", run, f"└ {child[run]}"] == listed
    flat = [line.split()[0] for line in family("runs", "--flat").out.splitlines()[1:]]
    assert [row["run"] for row in rows] == flat
    assert child[run] in family("runs", "--plan", "child").out.splitlines()[-1].split()[0]


def test_resuming_a_child_brings_its_parent_along(family: Project) -> None:
    """Whose answer it was is not asked: the whole goes on, and the exit code is that of the run at the top."""
    run = family("run", "parent").out.split()[0]
    child = next(row["run"] for row in family("runs", "--json").json if row["parent"] == run)
    family("answer", child, "LGA")
    asks = family("resume", child)
    assert (3, run) == (asks.code, asks.out.split()[0])
    family("answer", child, "yes")
    ended = family("resume", child)
    assert (0, "output: LGA" in ended.out) == (ended.code, True)
    assert f"{child} is a child of {run}: going on with all that waits for it" in ended.err
    assert {"succeeded"} == {row["status"] for row in family("runs", "--json").json}
    told = [line.split("  ")[-1].strip() for line in family("show", run).out.splitlines() if child in line]
    assert [f"the child run {child} is recorded", f"the child run {child} succeeded: LGA"] == told[1:]
