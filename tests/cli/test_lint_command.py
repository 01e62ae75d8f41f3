"""`holdfast lint` on files and folders."""

from __future__ import annotations

from tests.cli.conftest import Project

WRONG = """holdfast: 1
plan: wrong
steps:
  - id: greet
    tool: hello.greet
    with: {nam: Ana}
"""


def test_findings_are_shown_in_their_place(hello: Project) -> None:
    """Exit code 1; each finding with its line, a caret and what to do; folders are searched."""
    hello.write("plans/deep/wrong.yaml", WRONG)
    done = hello("lint", "plans")
    assert 1 == done.code
    assert (
        "plans/deep/wrong.yaml:6:12: error HF120: `hello.greet` takes no argument `nam`: did you mean `name`?\n"
        "  |\n6 |     with: {nam: Ana}\n  |            ^^^\n  = help: it takes name\n"
    ) in done.out
    assert "2 plans: 2 errors" == done.out.splitlines()[-1]


def test_findings_as_data(hello: Project) -> None:
    """`--format json` and `--json` are the same list."""
    path = str(hello.write("plans/wrong.yaml", WRONG).relative_to(hello.path))
    found = hello("lint", path, "--format", "json").json
    assert found == hello("lint", path, "--json").json
    assert [("HF121", path, 5, 11), ("HF120", path, 6, 12)] == [
        (one["code"], one["file"], one["line"], one["column"]) for one in found
    ]


def test_a_clean_plan_and_one_that_cannot_be_read(hello: Project) -> None:
    """0, 1 and 2 mean what the documentation says."""
    assert (0, "1 plan: no findings\n") == ((clean := hello("lint", "hello")).code, clean.out)
    hello.write("broken.yaml", "holdfast: 1\nplan: broken\nstep: []\n")
    broken = hello("lint", "broken.yaml")
    assert (1, True) == (broken.code, "did you mean `steps`?" in broken.out)
    missing = hello("lint", "nowhere/")
    assert (2, True) == (missing.code, "there is no file or folder `nowhere`" in missing.err)


def test_a_policy_is_linted_like_a_plan(project: Project) -> None:
    """It is known by its keys; errors fail, warnings do not, and its schema can be printed."""
    project.write("policy.yaml", "rules:\n  - {name: big, when: amuont > 5, to: ops, timeout: 1d}\n")
    done = project("lint", "policy.yaml")
    assert 1 == done.code
    assert "policy.yaml:2:23: error HF102: `amuont` is not defined here: did you mean `amount`?" in done.out
    project.write("policy.yaml", "rules:\n  - {name: big, when: amount > 5, to: ops}\n")
    done = project("lint", "policy.yaml")
    assert (0, True) == (done.code, "warning HF460" in done.out)
    assert "Holdfast policy" == project("schema", "policy").json["title"]
