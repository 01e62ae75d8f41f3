"""Plans inside plans that are missing or make no sense, subjects that are no word, and reads that are waited for."""

from __future__ import annotations

import pytest

from tests.bad_input.conftest import journaled, notes, refused, several
from tests.cli.conftest import Project

KID = """
holdfast: 1
plan: kid
inputs: {name: {type: string}}
steps: [{id: greet, tool: hello.greet, with: {name: "{{ inputs.name }}"}}]
output: "{{ steps.greet.output }}"
"""


def parent(steps: str, inputs: str = "{}") -> str:
    """A plan with these steps."""
    return f"holdfast: 1\nplan: parent\ninputs: {inputs}\nsteps:\n  - {{id: before, tool: note.add}}\n  - {steps}\n"


def test_a_plan_that_cannot_be_run_by_another_begins_nothing(project: Project) -> None:
    """A file that is missing, one that is no plan: told with its place before the first step, by run and by lint."""
    project.write("plans/kid.yaml", KID)
    project.write("plans/note.yaml", "hello: world\n")
    project.write("plans/one.yaml", parent("{id: sub, plan: kit}"))
    project.write("plans/two.yaml", parent("{id: sub, plan: ./note.yaml}"))
    project.write("plans/three.yaml", parent("{id: sub, plan: ./parts/}"))
    one, two, three, linted, runs = several(
        project,
        ("run", "one", "--task", "t"),
        ("run", "two", "--task", "t"),
        ("run", "three", "--task", "t"),
        ("lint", "plans/one.yaml"),
        ("runs", "--json"),
    )
    refused(one, 2, "plans/one.yaml:6:21: error HF033", "there is no plan `kit`", "did you mean `kid`?")
    refused(two, 2, "plans/note.yaml:1:1: error HF018", "a plan needs `holdfast`")
    refused(three, 2, "plans/three.yaml:6:21: error HF033", "there is no plan `./parts/`")
    assert (1, True) == (linted.code, "plans/one.yaml:6:21: error HF033: there is no plan `kit`" in linted.out)
    assert ([], []) == (runs.json, notes(project))


def test_a_plan_that_runs_itself_for_ever_ends(project: Project) -> None:
    """At the depth that is the most, with what to do; every run of the chain is over."""
    project.write("plans/parent.yaml", "holdfast: 1\nplan: parent\nsteps: [{id: sub, plan: parent}]\n")
    done, _ = journaled(project, "run", "parent")
    assert (1, "failed_precondition") == (done.code, done.json["error"]["code"])
    assert "8 deep already: a plan that starts itself needs an end" in done.json["error"]["message"]
    assert {"failed"} == {run["status"] for run in project("runs", "--json").json}


def test_inputs_that_do_not_fit_are_refused_or_fail_the_step_alone(project: Project) -> None:
    """Names are known before the run is; a value is a failure as any other, and no child was made."""
    project.write("plans/kid.yaml", KID)
    step = "{id: sub, plan: kid, with: GIVEN, fallback: [{id: else, set: {a: 1}}]}"
    project.write("plans/parent.yaml", parent(step.replace("GIVEN", "{nam: Ana}")))
    refused(project("run", "parent", "--task", "t"), 2, "`nam`", "did you mean `name`?")
    project.write("plans/parent.yaml", parent(step.replace("GIVEN", '{name: "{{ [3][0] }}"}')))
    done = project("run", "parent", "--task", "t", "--json")
    told, runs = several(project, ("show", done.json["run"]), ("runs", "--json"))
    assert (0, 1) == (done.code, len(runs.json))
    assert "`name` must be string, not 3" in told.out


@pytest.mark.parametrize(("lead", "kind"), [("null", "null"), ('["a"]', "a list"), ('""', "empty")])
def test_a_subject_that_is_no_word_writes_nothing(project: Project, lead: str, kind: str) -> None:
    """It would be the same for all leads without a name, or guard nothing."""
    steps = 'id: send, tool: note.add, with: {text: sent}, subject: "{{ inputs.lead }}"'
    project.write("plans/parent.yaml", parent(f"{{{steps}}}", "{lead: {}}"))
    wrong = project("run", "parent", "--input", f"lead={lead}", "--json")
    assert (1, "invalid") == (wrong.code, wrong.json["error"]["code"])
    assert (
        f"`subject` has to be text or a number, to tell one effect from another; here it is {kind}"
        == (wrong.json["error"]["message"])
    )
    assert ["mark"] == notes(project)


def test_a_read_is_not_waited_for(project: Project) -> None:
    """It has no effect that could become visible later."""
    look = "until: {tool: hello.greet, with: {name: a}, when: 'true', every: 1s}, timeout: 1h"
    project.write(
        "plans/parent.yaml", parent(f"{{id: look, tool: hello.greet, with: {{name: a}}, pending: {{{look}}}}}")
    )
    (done,) = several(project, ("run", "parent"))
    refused(
        done, 2, "plans/parent.yaml:6:52: error HF226", "`pending` is about an effect, and `hello.greet` only reads"
    )
    assert [] == notes(project)
