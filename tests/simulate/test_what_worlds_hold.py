"""What the worlds of a plan hold: deaths behind every append, people in all moods, signals at any moment."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import holdfast
from holdfast.plan.load import load_source
from holdfast.registry import Registry, load_registry
from holdfast.simulate.cast import Cast
from holdfast.simulate.chances import SOON, possible
from holdfast.simulate.explorer import Bounds, Explorer
from holdfast.simulate.moves import Move
from holdfast.simulate.named import play
from holdfast.simulate.world import World

PLAN = """
holdfast: 1
plan: people
inputs: {city: {type: string, default: NYC}}
facts: {city: {given: "{{ inputs.city }}"}}
defaults: {timeout: 5s}
steps:
  - {id: pick, ask: {to: ops, question: "Where in {{ facts.city }}?", options: [JFK, LGA], timeout: 1h}}
  - {id: pay, tool: t.pay, with: {to: "{{ facts.city }}"}, human: [{to: boss, timeout: 1h, on_timeout: reject}]}
  - {id: paid, wait: {event: paid}}
"""


@holdfast.tool("t.pay", effect="write", idempotency="key")
async def pay(to: str) -> str:
    """Repeat under a key."""
    raise AssertionError


@pytest.fixture
def cast() -> Cast:
    """What the worlds of the plan are made of; its tools are never called."""
    tools: Registry = load_registry([pay])
    return Cast(load_source(PLAN, "people.yaml"), tools)


def test_a_process_dies_behind_every_append_and_a_run_is_lost_there(cast: Cast) -> None:
    """Each moment offers a death, another owner, a cancel, a pause, every correction; a write its two deaths, too."""
    offered: list[set[str]] = []

    def choose(moves: Sequence[Move]) -> int:
        offered.append({"die late" if move[0] == "die_early" else " ".join(map(str, move[:2])) for move in moves})
        return 0

    world = World(cast, choose)
    world.play()
    every = {"die", "lose_run", "signal cancel", "signal pause"}
    assert all(every <= moves for moves in offered)
    assert all("correct city" in moves for moves in offered)
    flying = [moves for moves in offered if "end 1" in moves]
    assert flying
    assert all({"die 1", "die late"} <= moves for moves in flying)


def test_people_answer_edit_reject_and_stay_silent_and_all_else_comes_from_outside(cast: Cast) -> None:
    """With one thing out of the ordinary each of it has been, and no law was broken."""
    seen = Explorer(cast, Bounds(depth=1, seeds=0)).run()
    every = {name for name in possible(cast, seen.reached) if ("chance", name, 0) in seen.reached}
    assert {
        "pick: people say choose", "pay: people say approve", "pay: people say edit", "pay: people say reject", SOON,
        "cancel", "pause", "the event paid comes early", "the fact city is corrected", "another worker takes the run",
    } <= every | {SOON for kind, name, _ in seen.reached if (kind, name) == ("chance", SOON)}  # fmt: skip
    assert [] == [*seen.found]


def test_silence_has_its_consequence(cast: Cast) -> None:
    """Nobody answers: the time of the review runs out."""
    world, broken = play(cast, [f"{SOON} @2"])
    settled = [entry.event.outcome for entry in world.entries if type(entry.event).__name__ == "ReviewSettled"]  # type: ignore[union-attr]
    assert (None, ["choose", "expired"]) == (broken, settled)
