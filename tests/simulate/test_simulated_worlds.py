"""Worlds are the same again for the same choices; what breaks a law is found, made small and told."""

from __future__ import annotations

from pathlib import Path

import pytest

import holdfast
from holdfast.core.decide import settling
from holdfast.core.failure import Failure
from holdfast.plan.load import load_plan, load_source
from holdfast.registry import Registry, load_registry
from holdfast.registry.collect import tools_of
from holdfast.registry.modules import import_file
from holdfast.simulate import cast as casting
from holdfast.simulate.cast import Cast, Reply
from holdfast.simulate.explorer import Bounds, Explored, Explorer
from holdfast.simulate.reach import missed
from holdfast.simulate.story import timeline

PLANS = Path(__file__).parents[2] / "plans"
PAY = """
holdfast: 1
plan: pay
defaults: {timeout: 5s, retry: {attempts: 3, delay: 1s, jitter: none}}
steps:
  - {id: look, tool: t.look}
  - {id: pay, tool: t.pay, with: {amount: "{{ steps.look.output.amount }}"}, compensate: {tool: t.back, with: {}}}
  - {id: mail, tool: t.mail, human: [{on: unknown_outcome, to: ops}]}
on_failure: compensate
"""


@holdfast.tool("t.look", effect="read")
async def look() -> dict[str, object]:
    """Read something."""
    raise AssertionError


@holdfast.tool("t.pay", effect="write", idempotency="key")
async def pay(amount: object) -> str:
    """Do something that can be repeated under its key."""
    raise AssertionError


@holdfast.tool("t.back", effect="write", idempotency="key")
async def back() -> None:
    """Undo it."""
    raise AssertionError


@holdfast.tool("t.mail", effect="write", idempotency="none")
async def mail() -> None:
    """Do something that nobody can repeat."""
    raise AssertionError


@pytest.fixture
def tools() -> Registry:
    """Tools that are never called."""
    return load_registry([look, pay, back, mail])


@pytest.fixture
def cast(tools: Registry) -> Cast:
    """What the worlds of the plan are made of."""
    return Cast(load_source(PAY, "pay.yaml"), tools)


def explored(cast: Cast, **bounds: object) -> Explored:
    """All worlds in which one thing is out of the ordinary, and some that are drawn."""
    return Explorer(cast, Bounds(**{"depth": 1, "seeds": 60, **bounds})).run()  # type: ignore[arg-type]


def test_every_law_holds_in_every_world(cast: Cast) -> None:
    """Deaths, lost answers, doubled answers, people, signals: nothing is done twice and nothing forgotten."""
    seen = explored(cast, depth=2, worlds=1_500)
    assert [] == [*seen.found]
    assert seen.worlds > 800
    assert [] == missed(cast.plan, seen.reached, "step")
    assert {"succeeded", "failed", "cancelled"} == set(seen.ends)


def test_the_same_seeds_give_the_same_worlds(cast: Cast) -> None:
    """Also when they are spread over processes."""
    alone, spread = explored(cast, jobs=1), explored(cast, jobs=2)
    assert (alone.worlds, alone.distinct, alone.ends) == (spread.worlds, spread.distinct, spread.ends)


def test_only_the_faults_that_are_asked_for(cast: Cast, tools: Registry) -> None:
    """Without deaths and failures nobody takes the run over and every call succeeds."""
    tame = Cast(cast.plan, tools, faults=frozenset({"values"}))
    assert {"succeeded"} == set(explored(tame, depth=2, worlds=200).ends)


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter that tries again whatever it does not know the outcome of."""
    monkeypatch.setattr(settling, "go_on", settling._by_repeat)


@pytest.mark.usefixtures("careless")
def test_a_law_that_is_broken_is_found_and_told(cast: Cast) -> None:
    """With one thing gone wrong, and a timeline that says what the journal cannot know."""
    explorer = Explorer(cast, Bounds(depth=1, seeds=0))
    found = explorer.simpler(next(iter(explorer.run().found.values())))
    assert "once" == found.law
    assert 1 == len(found.schedule)
    lines = [line.said for line in timeline(explorer.told(found))]
    assert found.said == lines[-1]
    assert any(line.startswith("t.mail fails with") or "killed" in line for line in lines)


def test_a_reply_says_what_it_does() -> None:
    """In words, for the timeline."""
    assert "t.pay fails with timeout, after its effect took place" == Reply(code="timeout", effect=True).told(
        "t.pay", write=True
    )
    assert "t.pay fails with invalid" == Reply(code="invalid").told("t.pay", write=True)
    assert "t.pay succeeds, and its answer comes twice" == Reply(twice=True).told("t.pay", write=True)
    assert Failure(code="timeout").happened is Reply(code="timeout").happened is None
    assert "timeout" in casting.ALWAYS


@pytest.mark.parametrize("name", ["saga", "strategies", "fan-out", "fallback", "approval"])
def test_the_small_plans_hold(name: str) -> None:
    """One thing gone wrong anywhere, and some worlds that are drawn."""
    ledger = load_registry(tools_of([import_file(PLANS / "tools" / "ledger.py")]))
    seen = explored(Cast(load_plan(PLANS / f"{name}.yaml"), ledger), seeds=100)
    assert [] == [*seen.found]
    assert seen.distinct > 10
