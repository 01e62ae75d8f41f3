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
        "  |\n6 |     with: {nam: Ana}\n  |            ^^^\n  = help: it takes name\n  = fix: write `name`\n"
    ) in done.out
    assert ["2 plans: 2 errors", "1 can be fixed: --fix"] == done.out.splitlines()[-2:]


def test_findings_as_data(hello: Project) -> None:
    """`--format json` and `--json` are the same document, which has a version."""
    path = str(hello.write("plans/wrong.yaml", WRONG).relative_to(hello.path))
    found = hello("lint", path, "--format", "json").json
    assert found == hello("lint", path, "--json").json
    assert [("HF121", path, 5, 11), ("HF120", path, 6, 12)] == [
        (one["code"], one["file"], one["line"], one["column"]) for one in found["findings"]
    ]
    assert (1, 1, {"error": 2, "warning": 0, "info": 0}) == (found["version"], found["files"], found["counts"])


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


ODD = """holdfast: 1
plan: odd
steps:
  - {id: ask, ask: {question: Well?, options: [a, b]}}  # holdfast: ignore[HF402] only to see whether somebody is there
"""


def test_a_plan_is_not_told_to_guard_what_its_parent_guards(hello: Project) -> None:
    """Where the two are linted together; alone it is told."""
    hello.write("tools/pay.py", PAY)
    hello.write("child.yaml", "holdfast: 1\nplan: child\nsteps: [{id: a, tool: t.pay}]\n")
    guard = "human: [{to: ops, reason: r, timeout: 1h, on_timeout: reject}]"
    hello.write("parent.yaml", f"holdfast: 1\nplan: parent\nsteps: [{{id: a, plan: child, {guard}}}]\n")

    def found(*paths: str) -> list[str]:
        options = ("--json", "--profile", "production", "--select", "HF30")
        return [one["code"] for one in hello("lint", *paths, *options).json["findings"]]

    assert ["HF301"] == found("child.yaml")
    assert [] == found("child.yaml", "parent.yaml")


PAY = """
from holdfast import tool

@tool("t.pay", effect="write", idempotency="none", reversible=False)
def pay() -> None:
    pass
"""


def test_rules_are_chosen_by_profile_and_by_name(hello: Project) -> None:
    """A profile asks for more than the one before it; --select and --ignore take codes and beginnings of codes."""
    hello.write("odd.yaml", ODD)

    def found(*options: str) -> list[str]:
        return [one["code"] for one in hello("lint", "odd.yaml", "--json", *options).json["findings"]]

    assert [] == found("--profile", "basic")
    assert ["HF209"] == found()
    assert ["HF501", "HF209"] == found("--profile", "production")
    assert ["HF209"] == found("--profile", "production", "--ignore", "HF5")
    assert ["HF501"] == found("--select", "HF501,HF2", "--ignore", "HF209")
    wrong = hello("lint", "odd.yaml", "--select", "HF9")
    assert (2, True) == (wrong.code, "`--select HF9`: there is no such rule" in wrong.err)
    assert (0, 1) == (hello("lint", "odd.yaml").code, hello("lint", "odd.yaml", "--fail-on", "warning").code)
    assert "     1  HF501  no-description\n     1  HF209  question-without-timeout\n" == (
        hello("lint", "odd.yaml", "--statistics", "--profile", "production").out
    )


def test_rules_are_explained(project: Project) -> None:
    """By code or slug, with the examples; a list of all; a suggestion for what there is not."""
    page = project("lint", "--explain", "no-timeout").out
    assert page == project("lint", "--explain", "HF201").out
    assert page.startswith("# HF201 no-timeout\n")
    assert "HF201  no-timeout" in project("lint", "--rules").out
    wrong = project("lint", "--explain", "no-timeouts")
    assert (2, True) == (wrong.code, "did you mean `no-timeout`?" in wrong.err)
    assert 2 == project("lint").code


def test_a_run_does_not_begin_while_a_plan_below_has_mistakes(hello: Project) -> None:
    """`run` lints children too, and again once they have changed; `lint` shows what does not fit their inputs."""
    hello.write("child.yaml", WRONG.replace("plan: wrong", "plan: child").replace("nam:", "name:"))
    hello.write("top.yaml", "holdfast: 1\nplan: top\nsteps:\n  - {id: sub, plan: child}\n")
    assert 0 == hello("run", "top.yaml").code
    hello.write("child.yaml", WRONG.replace("plan: wrong", "plan: child"))
    done = hello("run", "top.yaml")
    assert (2, True) == (done.code, "child.yaml:6:12: error HF120" in done.out + done.err)
    hello.write("top.yaml", "holdfast: 1\nplan: top\nsteps:\n  - {id: sub, plan: child, with: {x: 1}}\n")
    assert "top.yaml:4:35: error HF035: plan `child` has no input `x`" in hello("lint", "top.yaml").out
