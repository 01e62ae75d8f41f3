"""Two runs of one plan at once: one subject, one key, whatever happens to either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import holdfast
from holdfast.core.events import EffectInFlight
from holdfast.journal import pending as holding
from holdfast.plan.load import load_source
from holdfast.registry import Registry, load_registry
from holdfast.simulate.cast import Cast
from holdfast.simulate.chances import SECOND
from holdfast.simulate.explorer import Bounds, Explored, Explorer
from holdfast.simulate.ledger import Ledger
from holdfast.simulate.named import names_in, play
from holdfast.simulate.story import timeline

MAIL = """
holdfast: 1
plan: mail
deadline: 3d
on_failure: compensate
defaults: {timeout: 5s, retry: {attempts: 2, delay: 1s, jitter: none}}
steps:
  - {id: mail, tool: t.mail, subject: lead, on_pending: ON_PENDING, pending: {event: seen, timeout: 5m}}
"""
PAY = """
holdfast: 1
plan: pay
defaults: {timeout: 5s, retry: {attempts: 2, delay: 1s, jitter: none}}
steps:
  - {id: pay, tool: t.pay, idempotency_key: the-payment}
"""


@holdfast.tool("t.mail", effect="write", idempotency="check", settles_within="10s")
async def mail() -> str:
    """Look first."""
    raise AssertionError


@mail.check
async def mailed() -> str | None:
    """Look."""
    raise AssertionError


@holdfast.tool("t.pay", effect="write", idempotency="key")
async def pay() -> str:
    """Repeat under a key."""
    raise AssertionError


@pytest.fixture
def tools() -> Registry:
    """Tools that are never called."""
    return load_registry([mail, pay])


def cast(tools: Registry, plan: str) -> Cast:
    """What the worlds of a plan are made of."""
    return Cast(load_source(plan, "plan.yaml"), tools, longest=1_500)


def explored(made: Cast, worlds: int = 700) -> Explored:
    """A second run, and one thing more."""
    return Explorer(made, Bounds(depth=2, worlds=worlds, seeds=150)).run()


@pytest.mark.parametrize("how", ["skip", "wait", "fail"])
def test_of_two_runs_one_writes_about_a_subject(tools: Registry, how: str) -> None:
    """Whoever comes second skips, waits or fails, and both come to an end whatever happens."""
    seen = explored(cast(tools, MAIL.replace("ON_PENDING", how)))
    assert [] == [*seen.found]
    assert ("chance", SECOND, 0) in seen.reached


def test_of_two_runs_one_pays_under_a_key(tools: Registry) -> None:
    """The other one takes what the first was given."""
    made = cast(tools, PAY)
    assert [] == [*explored(made).found]
    world, broken = play(made, [SECOND, "the second run: the process is killed between calls"])
    assert (None, 1, 2) == (broken, sum(world.counterpart.effects.values()), len(world.runs()))
    told = [(line.where, line.said) for line in timeline(world)]
    assert ("the second run, pay", "done via reused") in told


def test_plans_without_either_have_no_second_run(tools: Registry) -> None:
    """Their runs have nothing in common."""
    made = cast(tools, PAY.replace(", idempotency_key: the-payment", ""))
    assert (False, False) == (made.has_rivals, ("chance", SECOND, 0) in explored(made, 100).reached)


def _shares_no_subjects(patch: pytest.MonkeyPatch) -> None:
    """The store lets anybody take a subject that is held."""
    patch.setattr(holding, "all_against", lambda *_: [])


def _shares_no_keys(patch: pytest.MonkeyPatch) -> None:
    """The store lets anybody take a key that is in flight."""
    own = Ledger.against

    def against(self: Ledger, turns: Any, run: str) -> Any:
        return [one for one in own(self, turns, run) if not isinstance(one, EffectInFlight)]

    patch.setattr(Ledger, "against", against)


@pytest.mark.parametrize(("plan", "bug"), [(MAIL, _shares_no_subjects), (PAY, _shares_no_keys)])
def test_who_breaks_it_is_found(
    tools: Registry, monkeypatch: pytest.MonkeyPatch, plan: str, bug: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """It takes a second run to see it, and the counterexample names it."""
    bug(monkeypatch)
    made = cast(tools, plan.replace("ON_PENDING", "skip"))
    explorer = Explorer(made, Bounds(depth=2, worlds=2_000, seeds=0))
    found = explorer.simpler(next(iter(explorer.run().found.values())))
    assert SECOND in " ".join(names_in(made, found.schedule))
