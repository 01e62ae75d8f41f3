"""`holdfast test`, and pytest over the same files."""

from __future__ import annotations

import subprocess
import sys

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
    done = hello("test", "plans")
    assert (1, "2 tests: 1 failed, ") == (done.code, done.out[:19])
    assert "ok     greet: ana (killed at " in done.err
    assert (
        'FAILED greet: bob\n       plans/greet.yaml:14\n       output: expected "Hello Rob", got "Hello Bob"\n'
    ) in done.err
    one = hello("test", "greet", "-k", "an", "--no-crashes", "--coverage")
    assert (0, True) == (one.code, "greet: 1 of 2 steps ran; never: never" in one.out)
    data = hello("test", "greet", "--json", "--coverage").json
    assert (1, 1, ["ana", "bob"]) == (data["passed"], data["failed"], [test["name"] for test in data["tests"]])
    assert [{"plan": "greet", "steps": 2, "never": ["never"], "cases_never": []}] == data["coverage"]


def test_without_any_test_it_says_so(hello: Project) -> None:
    """Nothing to run is not success."""
    for words, said in ((("hello",), "there is no test in `hello`"), ((), "`holdfast test plans/`")):
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
        "plans",
    ]
    done = subprocess.run(
        words, cwd=hello.path, env=environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (1, True) == (done.returncode, "1 failed, 1 passed" in done.stdout)
    assert 'output: expected "Hello Rob", got "Hello Bob"' in done.stdout
    assert "Traceback" not in done.stdout


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
