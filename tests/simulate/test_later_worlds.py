"""Worlds in which tools give their results later, and say what confirms their effects."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import holdfast
from holdfast.plan.load import load_source
from holdfast.registry import Registry, load_registry
from holdfast.simulate.cast import FAULTS, Cast
from holdfast.simulate.explorer import Bounds, Explorer
from holdfast.simulate.moves import Move
from holdfast.simulate.world import World

LATER = """
holdfast: 1
plan: later
deadline: 3d
on_failure: compensate
defaults: {timeout: 5s, retry: {attempts: 2, delay: 1s, jitter: none}}
steps:
  - {id: look, tool: t.look}
  - {id: pay, tool: t.pay, subject: x, compensate: {tool: t.back, with: {}}}
  - {id: mail, tool: t.mail, deferred: {timeout: 2h, on_timeout: human}}
"""


@holdfast.tool("t.look", effect="read")
async def look() -> holdfast.Outcome[str]:
    """Read."""
    raise AssertionError


@holdfast.tool("t.pay", effect="write", idempotency="key")
async def pay() -> holdfast.Outcome[str]:
    """Repeat under a key."""
    raise AssertionError


@holdfast.tool("t.back", effect="write", idempotency="key")
async def back() -> None:
    """Undo; it never says more than that."""
    raise AssertionError


@holdfast.tool("t.mail", effect="write", idempotency="none")
async def mail() -> str:
    """Never repeat; the step says that its result may come later."""
    raise AssertionError


@pytest.fixture
def tools() -> Registry:
    """Tools that are never called."""
    return load_registry([look, pay, back, mail])


class Choosing:
    """Chooses the moves that begin with these, one after the other; elsewhere the first."""

    def __init__(self, *wanted: tuple[object, ...]) -> None:
        self.wanted = list(wanted)

    def __call__(self, moves: Sequence[Move]) -> int:
        """The number of a move."""
        for number, move in enumerate(moves):
            if self.wanted and self._fits(move):
                self.wanted.pop(0)
                return number
        return 0

    def _fits(self, move: Move) -> bool:
        kind, how = self.wanted[0]
        if kind == "later":
            return move[0] == "end" and move[2].deferred and move[2].effect == how
        if kind == "pending":
            return move[0] == "end" and move[2].pending is not None
        return move[0] == kind and (how is None or move[-1] == how)


def told(tools: Registry, *wanted: tuple[object, ...], plan: str = LATER) -> list[str]:
    """What happens in the world of some choices: the kinds of its entries."""
    choosing = Choosing(*wanted)
    world = World(Cast(load_source(plan, "later.yaml"), tools), choosing)
    world.play()
    assert [] == choosing.wanted
    return [type(entry.event).__name__ for entry in world.entries]


def test_every_law_holds_whenever_results_come(tools: Registry) -> None:
    """Before the effect and after it, twice, refused, in doubt, lost, and together with one thing more."""
    seen = Explorer(
        Cast(load_source(LATER, "later.yaml"), tools, faults=frozenset({"later", "time", "crashes"})),
        Bounds(depth=2, worlds=3_000, seeds=200),
    ).run()
    assert [] == [*seen.found]
    assert seen.depth == 2


@pytest.mark.parametrize("effect", [True, False])
def test_a_result_comes_later_or_twice(tools: Registry, *, effect: bool) -> None:
    """The step parks, and the token gives the result once."""
    kinds = told(tools, ("later", effect), ("complete", "given twice"))
    assert (1, 1, 2) == (kinds.count("CallbackIssued"), kinds.count("CallDeferred"), kinds.count("CallCompleted"))
    assert "RunFinished" in kinds


def test_a_result_never_comes(tools: Registry) -> None:
    """Its time runs out, and the write is settled as any other whose outcome is unknown."""
    kinds = told(tools, ("later", True), ("complete", "lost"))
    assert {"CompletionMissed", "RunFinished"} <= {*kinds}


def test_a_result_comes_too_late(tools: Registry) -> None:
    """The call was made again under its key, and what comes then changes nothing."""
    writes = LATER.replace("  - {id: look, tool: t.look}\n", "")
    kinds = told(tools, ("later", False), ("tick", None), ("tick", None), ("complete", "too late"), plan=writes)
    assert ("CompletionMissed" in kinds, kinds.count("CallCompleted")) == (True, 0)


def test_a_tool_says_itself_what_confirms_its_effect(tools: Registry) -> None:
    """It is watched until the event comes, or not."""
    assert "EventTaken" in told(tools, ("pending", None))
    assert "EventTaken" not in told(tools, ("pending", None), ("tick", None))


def test_only_who_may_say_so_gives_its_result_later(tools: Registry) -> None:
    """A return annotation without `Outcome` promises the value alone, unless the step says otherwise."""
    cast = Cast(load_source(LATER, "later.yaml"), tools)
    later = {
        name: sum(reply.deferred for reply in cast.replies(name)) for name in ("t.look", "t.pay", "t.back", "t.mail")
    }
    assert {"t.look": 1, "t.pay": 2, "t.back": 0, "t.mail": 2} == later
    assert "later" in FAULTS
