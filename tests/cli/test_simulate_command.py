"""`holdfast simulate` at the command line."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tests.cli.conftest import Project

FEW = ("--bound", "1", "--seeds", "20", "--jobs", "1")


def test_a_plan_that_holds(hello: Project) -> None:
    """How many worlds, how they ended, what was reached; nothing was called and nothing is kept."""
    done = hello("simulate", "hello", *FEW)
    assert (0, "") == (done.code, done.err)
    assert "every law held in each of them" in done.out
    assert not (hello.path / ".holdfast").exists()
    data = hello("simulate", "hello", *FEW, "--json").json
    assert ("hello", 1, []) == (data["plan"], data["bound"], data["broken"])
    assert data["steps"]["reached"] == data["steps"]["all"]


def test_words_that_mean_nothing(hello: Project) -> None:
    """Faults and laws that do not exist are named, with what was meant."""
    done = hello("simulate", "hello", "--faults", "crashs")
    assert 2 == done.code
    assert "`crashs` is no fault" in done.err
    assert "`crashes`" in done.err
    done = hello("simulate", "hello", "--until", "onc")
    assert 2 == done.code
    assert "`onc` is no law" in done.err


def test_a_counterexample_fails_as_a_test_too(hello: Project) -> None:
    """What breaks a law of the plan is saved, compiles, and breaks the same law under `holdfast test`."""
    text = hello.read("plans/hello.yaml")
    law = "invariants: [{name: once, at_end: status != 'failed', reason: It never fails}]\n"
    hello.write("plans/hello.yaml", text.replace("\ntests:", f"\n{law}\ntests:") if "\ntests:" in text else text + law)
    done = hello("simulate", "hello", *FEW, "--save", "plans/found.yaml")
    assert 1 == done.code
    assert "BROKEN: " in done.out
    assert "wrote plans/found.yaml; its test fails: `once` is broken: `once` does not hold: It never fails" in done.err
    tested = hello("test", "plans/found.yaml")
    assert 1 == tested.code
    assert "`once` does not hold: It never fails" in tested.err + tested.out
    again = hello("simulate", "hello", *next(_worlds(done.out)))
    assert 1 == again.code
    assert "`once` does not hold: It never fails" in again.out
    data = hello("simulate", "hello", *next(_worlds(done.out)), "--json").json
    assert ({"law": "once", "said": "`once` does not hold: It never fails"}, "failed") == (
        data["broken"],
        data["status"],
    )


def _worlds(said: str) -> Iterator[list[str]]:
    """What a counterexample says to type to see it again."""
    for line in said.splitlines():
        if "again: holdfast simulate" in line:
            yield shlex.split(line.partition("simulate ")[2])[1:]


def test_a_world_that_cannot_be(hello: Project) -> None:
    """What never may happen there is named, with what may."""
    done = hello("simulate", "hello", "--world", "cancle")
    assert 2 == done.code
    assert "`cancle` never may happen in that world: did you mean `cancel`" in done.err
