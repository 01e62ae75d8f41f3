"""Worlds by name: what a counterexample is kept as, lived through again, and tested under."""

from __future__ import annotations

import random

import pytest

import holdfast
from holdfast.core.decide import settling
from holdfast.plan.load import load_source
from holdfast.plan.source import read
from holdfast.registry import Registry, load_registry
from holdfast.simulate import cast as casting
from holdfast.simulate.cast import Cast, cast_of
from holdfast.simulate.explorer import Bounds, Explorer, Found
from holdfast.simulate.named import NoWorld, names_in, play
from holdfast.simulate.story import as_test, timeline, with_test
from holdfast.testing.runner import cases_of, verdicts
from holdfast.testing.verdict import Verdict

PAY = """
holdfast: 1
plan: pay
defaults: {timeout: 5s, retry: {attempts: 3, delay: 1s, jitter: none}}
steps:
  - {id: look, tool: t.look}
  - {id: pay, tool: t.pay, with: {amount: 7}, human: [{to: boss}]}
  - {id: mail, tool: t.mail, human: [{on: unknown_outcome, to: ops}]}
"""
LONG = """
holdfast: 1
plan: long
steps:
  - id: outer
    repeat: {max: 400}
    do: [{id: look, tool: t.look, timeout: 5s}]
"""


@holdfast.tool("t.look", effect="read")
async def look() -> str:
    """Read something."""
    raise AssertionError


@holdfast.tool("t.pay", effect="write", idempotency="key")
async def pay(amount: int) -> str:
    """Do something that can be repeated under its key."""
    raise AssertionError


@holdfast.tool("t.mail", effect="write", idempotency="none")
async def mail() -> None:
    """Do something that nobody can repeat."""
    raise AssertionError


@pytest.fixture
def tools() -> Registry:
    """Tools that are never called."""
    return load_registry([look, pay, mail])


def judged(source: str, tools: Registry) -> Verdict:
    """What `holdfast test` says of the last test of a plan."""
    document = read(source, "pay.yaml")
    (verdict,) = verdicts(load_source(source, "pay.yaml"), document, tools, cases_of(document)[-1:])
    return verdict


def saved(cast: Cast, bounds: Bounds) -> tuple[str, str]:
    """The first counterexample as a test in a copy of the plan, and the law that it breaks."""
    explorer = Explorer(cast, bounds)
    found = explorer.simpler(next(iter(explorer.run().found.values())))
    return with_test(cast.plan.source, as_test(names_in(cast, found.schedule), "found")), found.law


def test_any_world_is_the_same_again_by_its_names(tools: Registry) -> None:
    """Whatever was drawn: deaths, people, signals, late requests."""
    cast = Cast(load_source(PAY, "pay.yaml"), tools)
    explorer = Explorer(cast, Bounds())
    for seed in range(60):
        drawn = random.Random(seed)
        schedule = {drawn.randrange(12): drawn.randrange(1, 30) for _ in range(3)}
        world, broken = play(cast, names_in(cast, schedule))
        assert broken is None
        assert explorer.told(Found("", "", schedule)).entries == world.entries


def test_a_broken_law_of_the_core_is_kept_and_passes_once_it_holds(
    tools: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The saved copy fails under `holdfast test` as long as the bug is there, and not afterwards."""
    with monkeypatch.context() as careless:
        careless.setattr(settling, "go_on", settling._by_repeat)  # pyright: ignore[reportPrivateUsage]
        text, law = saved(Cast(load_source(PAY, "pay.yaml"), tools), Bounds(depth=1, seeds=0))
        verdict = judged(text, tools)
        assert ("once", False) == (law, verdict.passed)
        assert verdict.faults[0].startswith("`once` is broken: `t.mail` at mail is called again")
    assert judged(text, tools).passed


def test_a_plan_that_breaks_a_law_is_kept_and_passes_once_it_is_mended(
    tools: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop that goes on for thousands of rounds (here: hundreds) is no run that ends in bounded calls."""
    monkeypatch.setattr(casting, "LONGEST", 300)
    text, law = saved(cast_of(load_source(LONG, "long.yaml"), tools), Bounds(depth=0, seeds=0, worlds=1))
    assert "ends" == law
    assert judged(text, tools).faults[0].startswith("`ends` is broken: the run is not over after 300 observations")
    assert judged(text.replace("max: 400", "max: 30"), tools).passed


def test_the_other_tests_of_the_plan_stay(tools: Registry) -> None:
    """The copy has them all, and values that worlds took from them stay the same."""
    scripted = PAY + "tests:\n  - {name: former, tools: {t.look: [{returns: Q}]}, expect: {}}\n# the end\n"
    text = with_test(scripted, as_test(["look: timeout"], "found"))
    assert ["former", "found"] == [case.name for case in cases_of(read(text, "pay.yaml"))]
    assert ["Q"] == cast_of(load_source(text, "pay.yaml"), tools).values("t.look")


def test_what_a_test_expects_of_its_world(tools: Registry) -> None:
    """Its status, if it says so; and names of steps that are not there are no test."""
    rejected = {"name": "x", "world": ["pay: people say reject"]}
    assert judged(with_test(PAY, {**rejected, "expect": {"status": "failed"}}), tools).passed
    assert ("status: expected succeeded, got failed",) == judged(
        with_test(PAY, {**rejected, "expect": {"status": "succeeded"}}), tools
    ).faults
    stale = judged(with_test(PAY, as_test(["payment: timeout"], "x")), tools)
    assert "`payment: timeout` never may happen in that world" in stale.faults[0]


def test_an_occasion_is_counted(tools: Registry) -> None:
    """`@2` is the second time that something may happen."""
    cast = Cast(load_source(PAY, "pay.yaml"), tools)
    world, _ = play(cast, ["the process is killed between calls @2"])
    died = next(n for n, line in enumerate(timeline(world)) if "killed" in line.said)
    called = next(n for n, line in enumerate(timeline(world)) if "the tool returned" in line.said)
    assert called < died
    with pytest.raises(NoWorld, match="for the 99th time"):
        play(cast, ["the process is killed between calls @99"])
