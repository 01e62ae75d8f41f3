"""`holdfast explain` in each of its forms."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Project


def test_a_plan_is_explained(hello: Project) -> None:
    """Effects with what makes a repeat safe, people, and the worst case."""
    done = hello("explain", "hello")
    assert (0, "") == (done.code, done.err)
    for part in (
        "effects\n  keep  hello.keep  a repeat leaves the same state; stays\n",
        "nobody is asked",
        "  calls    ",
    ):
        assert part in done.out
    data = hello("explain", "hello", "--json").json
    assert data == hello("explain", "hello", "--format", "json").json
    assert ("hello", ["keep"], None) == (
        data["plan"], [effect["step"] for effect in data["effects"]], data["limits"]["calls"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("form", "beginning"), [("mermaid", "flowchart TB\n"), ("svg", "<svg "), ("html", "<!doctype html>\n")]
)
def test_pictures(hello: Project, form: str, beginning: str) -> None:
    """Each form is what it says it is."""
    assert hello("explain", "hello", "--format", form).out.startswith(beginning)


def test_a_plan_that_would_not_run_is_not_explained(hello: Project) -> None:
    """What is wrong with it is said instead."""
    hello.write("plans/bad.yaml", "holdfast: 1\nplan: bad\nsteps:\n  - {id: a, tool: hello.gret}\n")
    done = hello("explain", "bad")
    assert (2, True) == (done.code, "did you mean `hello.greet`?" in done.err)
