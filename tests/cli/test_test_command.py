"""`holdfast test`, and pytest over the same files."""

from __future__ import annotations

import subprocess
import sys

import pytest

from holdfast.cli.authoring.chosen import chooses
from holdfast.cli.command import UsageError
from tests.cli.conftest import Project, environment

PLAN = """
holdfast: 1
plan: greet
inputs: {name: {type: string}}
steps:
  - {id: greet, tool: hello.greet, with: {name: "{{ inputs.name }}"}}
  - {id: never, when: inputs.name == 'nobody', set: {x: 1}}
output: "{{ steps.greet.output }}"
tests:
  - name: ana
    inputs: {name: Ana}
    tools: {hello.greet: [{error: unavailable}, {returns: Hello Ana}]}
    expect: {status: failed}
  - name: bob
    inputs: {name: Bob}
    tools: {hello.greet: [{returns: Hello Bob}]}
    expect: {output: Hello Rob}
"""


def test_tests_pass_and_fail(hello: Project) -> None:
    """A line for each as it is done, then how many; the exit code says whether all passed."""
    hello.write("plans/greet.yaml", PLAN)
    done = hello("test", "plans/greet.yaml")
    assert (1, "2 tests: 1 failed, ") == (done.code, done.out[:19])
    assert "ok     greet: ana (killed at " in done.err
    assert (
        'FAILED greet: bob\n       plans/greet.yaml:14\n       output: expected "Hello Rob", got "Hello Bob"\n'
    ) in done.err
    one = hello("test", "greet", "-k", "an", "--no-crashes", "--coverage")
    assert (0, True) == (
        one.code,
        "greet: 1 of 2 steps ran, 0 of 2 ways of `when` were gone\n  never step: never" in one.out,
    )
    data = hello("test", "greet", "--json", "--coverage").json
    assert (1, 1, ["ana", "bob"]) == (data["passed"], data["failed"], [test["name"] for test in data["tests"]])
    (reach,) = data["coverage"]
    assert (1, {"reached": 1, "total": 2}, ["never"]) == (data["version"], reach["steps"], reach["never"]["steps"])


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("", ["late", "sold out", "sold out late"]),
        ("sold out", ["sold out", "sold out late"]),
        ("sold out and not late", ["sold out"]),
        ("not sold", ["late"]),
        ("not (sold and late)", ["late", "sold out"]),
        ("out and late or not out", ["late", "sold out late"]),
    ],
)
def test_tests_are_chosen_by_an_expression(expression: str, names: list[str]) -> None:
    """Texts of their names; `and` binds closer than `or`, `not` closest."""
    assert names == list(filter(chooses(expression), ["late", "sold out", "sold out late"]))


@pytest.mark.parametrize("expression", ["late and", "not", "(late", "late)", "or late", "()", "late (out)"])
def test_an_expression_that_is_none_is_refused(expression: str) -> None:
    """With how one is written."""
    with pytest.raises(UsageError, match="texts joined by and, or, not"):
        chooses(expression)


def test_the_report_as_a_page(hello: Project) -> None:
    """What no test has reached is marked in the plan's own text."""
    hello.write("plans/greet.yaml", PLAN)
    done = hello("test", "greet", "-k", "bob", "--no-crashes", "--html", "report.html")
    page = hello.read("report.html")
    marked = "<mark>  - {id: never, when: inputs.name == &#x27;nobody&#x27;, set: {x: 1}}</mark>"
    assert (1, True, True) == (done.code, marked in page, "expected &quot;Hello Rob&quot;, got" in page)
    assert 2 == hello("test", "greet", "--no-crashes", "--html", "no/where.html").code


def test_a_timeline_that_changes_is_shown(hello: Project) -> None:
    """Kept by --update; compared from then on, also by pytest; a test that is not in it yet says how it gets there."""
    hello.write("plans/greet.yaml", PLAN)
    first = hello("test", "greet", "-k", "ana", "--no-crashes", "--update")
    assert (0, True) == (first.code, "wrote plans/greet.timeline" in first.err)
    assert "== ana\n" in hello.read("plans/greet.timeline")
    assert "as before: " in hello("test", "greet", "-k", "ana", "--no-crashes", "--update").err
    hello.write("plans/greet.yaml", PLAN.replace("{{ inputs.name }}", "dear {{ inputs.name }}"))
    changed = hello("test", "greet", "-k", "ana", "--no-crashes")
    assert 1 == changed.code
    assert '\n       -      0.000s  greet  call hello.greet with {"name": "Ana"}\n' in changed.err
    assert '\n       +      0.000s  greet  call hello.greet with {"name": "dear Ana"}\n' in changed.err
    assert (0, 0) == (
        hello("test", "greet", "-k", "ana", "--no-crashes", "--update").code,
        hello("test", "greet", "-k", "ana").code,
    )
    hello.write("plans/greet.yaml", PLAN.replace("Hello Rob", "Hello Bob").replace("name: bob", "name: rob"))
    assert "no timeline is kept for this test" in hello("test", "greet", "-k", "rob").err


def test_without_any_test_it_says_so(hello: Project) -> None:
    """Nothing to run is not success."""
    hello.write("plans/plain.yaml", PLAN.partition("tests:")[0])
    for words, said in ((("plain",), "there is no test in `plain`"), ((), "`holdfast test plans/`")):
        done = hello("test", *words)
        assert (2, True) == (done.code, said in done.err)


PARENT = """
holdfast: 1
plan: parent
steps: [{id: sub, plan: hello, with: {name: Ana}}]
output: "{{ steps.sub.output.greeting }}"
tests:
  - name: the child's tools are scripted too
    tools: {hello.greet: [{returns: Hi}], hello.keep: [{returns: there}]}
    expect: {output: Hi, effects: {hello.keep: 1}}
"""


def test_a_plan_that_runs_another_is_tested_with_it(hello: Project) -> None:
    """In peace, and killed at every moment of either."""
    hello.write("plans/parent.yaml", PARENT)
    done = hello("test", "parent")
    assert (0, True) == (done.code, "killed at" in done.err + done.out), done.err


def test_pytest_collects_them(hello: Project) -> None:
    """The plugin shows a failing plan test in its place, without Python's own story."""
    hello.write("plans/greet.yaml", PLAN)
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "holdfast.testing.pytest_plugin",
        "-p",
        "no:cacheprovider",
        "-q",
        "plans/greet.yaml",
    ]
    done = subprocess.run(
        words, cwd=hello.path, env=environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (1, True) == (done.returncode, "1 failed, 1 passed" in done.stdout)
    assert 'output: expected "Hello Rob", got "Hello Bob"' in done.stdout
    assert "Traceback" not in done.stdout
    hello.write("plans/greet.timeline", "== ana\n  0.000s\n")
    done = subprocess.run(
        [*words, "-k", "ana"], cwd=hello.path, env=environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert "the run decided otherwise than in the timeline that is kept" in done.stdout


def test_children_die_in_silence(hello: Project) -> None:
    """What a killed process would say about its own death is not part of the report."""
    hello.write(
        "plans/inner.yaml", "holdfast: 1\nplan: inner\nsteps:\n  - {id: a, tool: hello.greet, with: {name: x}}\n"
    )
    outer = "holdfast: 1\nplan: outer\nsteps:\n  - {id: a, plan: inner}\noutput: '{{ steps.a.status }}'\n"
    test = "tests:\n  - {name: t, tools: {hello.greet: [{returns: hi}]}, expect: {output: succeeded}}\n"
    hello.write("plans/outer.yaml", outer + test)
    done = hello("test", "plans/outer.yaml")
    assert (0, 1) == (done.code, len(done.err.splitlines())), done.err
