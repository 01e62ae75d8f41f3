"""How what is known of the world changes a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from holdfast.core.evolve.frames import close, locate, stop_all, wake
from holdfast.core.failure import Failure
from holdfast.core.keys import fact_address
from holdfast.core.state import FactWork, Frame, RunState, Scope

if TYPE_CHECKING:
    from holdfast.core.events import FactMissing, FactNeeded, FactResolved, FactsSet


def fact_needed(state: RunState, event: FactNeeded, at: float) -> Frame | None:
    """The frame waits; the fact's own frame begins below it, unless another has asked for it already."""
    waiter = state.frames[event.address]
    waiter.awaiting = event.fact
    state.wanted.setdefault(event.fact, []).append(waiter)
    address = fact_address(event.fact)
    if address in state.frames:
        return None
    scope = Scope(state.scope, frozenset({"infer", "ask"}))
    frame = Frame(address, None, None, waiter, scope, at, waiter.due)
    frame.work, frame.begun = FactWork(state.plan.facts[event.fact], scope), True
    state.frames[address] = waiter.children[address] = frame
    return frame


def fact_resolved(state: RunState, event: FactResolved, _at: float) -> list[Frame]:
    state.facts[event.fact] = event.value
    return _concluded(state, event.fact)


def fact_missing(state: RunState, event: FactMissing, _at: float) -> list[Frame]:
    state.missing[event.fact] = event.error
    return _concluded(state, event.fact)


def _concluded(state: RunState, fact: str) -> list[Frame]:
    close(state, state.frames[fact_address(fact)])
    return wake(state, fact)


def facts_set(state: RunState, event: FactsSet, at: float) -> list[Frame]:
    locate(state, event.address, at).output = event.values
    return set_facts(state, event.values)


def set_facts(state: RunState, values: Mapping[str, object]) -> list[Frame]:
    """Give facts new values. Returns what has to stop: nobody needs to resolve these any more."""
    state.facts.update(values)
    stopped: list[Frame] = []
    for name in values:
        state.missing.pop(name, None)
        frame = state.frames.get(fact_address(name))
        if frame is not None:
            stopped += stop_all(frame, Failure(code="cancelled", message=f"the fact `{name}` was set meanwhile"))
    return stopped
