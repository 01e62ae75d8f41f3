"""Replay: a journal's observations lead to its decisions again (P7), or the first difference is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.core.actions import PlanPinned
from holdfast.core.behaviour import CHANGES, NEWEST
from holdfast.core.contract import Contract
from holdfast.core.events import CallIntended, EffectKnown, Entry, PlanMigrated, RunRequested, StepSucceeded
from holdfast.core.interpreter import Interpreter
from holdfast.core.replay import Divergence, replay
from holdfast.plan.load import load_source
from tests.core.world import World

PLAN = """
steps:
  - {id: a, tool: t.write, with: {n: 1}, retry: {attempts: 3, delay: 2s}}
  - {id: b, tool: t.read, with: {n: "{{ steps.a.output }}"}}
"""


@pytest.fixture
def world() -> World:
    """A run with a retry and a crash, to its end."""
    world = World(PLAN)
    world.fails("a", "unavailable")
    world.tick()
    world.crashes()
    world.returns("a", 7)
    world.returns("b", 8)
    return world


def test_every_decision_is_made_again(world: World) -> None:
    """The same plan and the same observations: nothing differs, at any length of the journal that ends with a turn."""
    done = replay(world.plan, world.entries)
    assert (None, 6, "succeeded") == (done.divergence, done.turns, done.interpreter.summary().status)
    assert (None, 0) == (replay(world.plan, []).divergence, replay(world.plan, []).turns)


@pytest.mark.parametrize("place", range(8))
def test_a_changed_decision_is_found(world: World, place: int) -> None:
    """Whatever decision of the journal is another than was made, it is named, with what is decided instead."""
    decisions = [entry for entry in world.entries if hasattr(entry.event, "address")]
    entry = decisions[place % len(decisions)]
    forged = replace(entry.event, address="elsewhere")  # type: ignore[type-var]
    entries = [Entry(e.seq, e.at, forged) if e is entry else e for e in world.entries]
    assert Divergence(entry.seq, forged, entry.event) == replay(world.plan, entries).divergence


def test_a_missing_and_an_invented_decision_are_found(world: World) -> None:
    """A journal that decided less, or more, than its observations lead to."""
    last = world.entries[-1]
    assert Divergence(last.seq, None, last.event) == replay(world.plan, world.entries[:-1]).divergence
    invented = Entry(last.seq + 1, last.at, StepSucceeded(address="c"))
    assert Divergence(last.seq + 1, invented.event, None) == replay(world.plan, [*world.entries, invented]).divergence


def test_another_plan_decides_otherwise_from_some_entry_on(world: World) -> None:
    """What would the new plan have decided? The same, up to the first call that differs."""
    other = load_source("holdfast: 1\nplan: demo\n" + PLAN.replace("t.read", "t.put"), "demo.yaml")
    divergence = replay(other, world.entries).divergence
    assert divergence is not None
    assert ("t.read", "t.put") == (divergence.recorded.tool, divergence.decided.tool)  # type: ignore[union-attr]


def test_refusals_of_the_first_call_were_known_before_it(world: World) -> None:
    """The request is entry 1 before anything is decided; a refused claim stands behind it and was seen first."""
    request = world.entries[0]
    known = EffectKnown(tool="t.write", key="u:demo:t:a", value=5)
    mind = Interpreter(world.plan)
    assert isinstance(request.event, RunRequested)
    turns = [mind.observe(known, request.at), mind.observe(request.event, request.at)]
    events = [request.event, *turns[0].events, *turns[1].events[1:]]
    entries = [Entry(seq, request.at, event) for seq, event in enumerate(events, start=1)]
    assert ["b"] == [event.address for event in events if isinstance(event, CallIntended)]
    assert (None, 2) == (replay(world.plan, entries).divergence, replay(world.plan, entries).turns)


def test_a_run_keeps_the_behaviour_it_began_with() -> None:
    """What its request says holds to its end: whoever changes what is decided asks for it."""
    world = World(PLAN)
    assert NEWEST == world.mind.state.behaviour == max([0, *CHANGES])
    request = replace(world.entries[0].event, behaviour=7)  # type: ignore[type-var]
    assert 7 == Interpreter.restore(world.plan, [Entry(1, 0.0, request)]).state.behaviour


def test_a_journal_that_moved_is_decided_again_under_the_later_version() -> None:
    """The family of the later version was not in the request: it is taken from the move."""
    world = World(PLAN)
    later = load_source("holdfast: 1\nplan: demo\n" + PLAN + "\ninputs: {n: {type: integer, default: 1}}", "demo.yaml")
    moved = PlanMigrated(
        plan_hash=later.hash, contracts=(Contract(name="t.new", untrusted=True),), plans={later.hash: {"pay": "x"}},
        inputs={"n": 1}, by="ana",
    )  # fmt: skip
    entries = [*world.entries, Entry(len(world.entries) + 1, world.now, moved)]
    done = replay(later, entries)
    state = done.interpreter.state
    assert (None, 2, True, {"n": 1}) == (done.divergence, done.turns, state.tracked, dict(state.inputs))
    assert {"pay": "x"} == state.plans[later.hash]
    assert "t.new" in state.contracts
    assert [PlanPinned(plan_hash=later.hash)] == list(
        Interpreter.restore(later, entries[:-1]).observe(moved, 0.0).changes
    )
