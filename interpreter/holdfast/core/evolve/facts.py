"""How what is known of the world changes a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from holdfast.core.evolve.frames import close, locate
from holdfast.core.evolve.versions import keep_change, overruled, version_of
from holdfast.core.evolve.waking import stop_all, wake
from holdfast.core.failure import Failure
from holdfast.core.keys import fact_address
from holdfast.core.provenance import GIVEN, INFERRED, label_of, note
from holdfast.core.scope import Scope
from holdfast.core.state import Frame, RunState
from holdfast.core.work import CallWork, FactWork

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
    frame.keeps = state.lineage is not None and state.lineage.keeps  # the next child is not to ask again
    state.frames[address] = waiter.children[address] = frame
    return frame


def fact_resolved(state: RunState, event: FactResolved, _at: float) -> list[Frame]:
    name, frame = event.fact, state.frames[fact_address(event.fact)]
    if event.reads:
        note(state, frame, event.reads)
    state.facts[name] = event.value
    _trace(state, frame, event)
    return _concluded(state, name)


def _trace(state: RunState, frame: Frame, event: FactResolved) -> None:
    """Say where a fact comes from: what its definition read, and whether it was guessed."""
    guessed = event.how == "infer" and event.confidence is not None and event.confidence < 1
    labels = frame.labels | frame.passed or GIVEN
    state.fact_labels[event.fact] = labels | INFERRED if guessed else labels
    state.fact_reads[event.fact] = frame.reads or {}
    if event.confidence is not None:
        state.fact_confidence[event.fact] = event.confidence


def fact_missing(state: RunState, event: FactMissing, _at: float) -> list[Frame]:
    frame = state.frames[fact_address(event.fact)]
    if event.reads:
        note(state, frame, event.reads)
    state.missing[event.fact] = event.error
    state.fact_reads[event.fact] = frame.reads or {}
    return _concluded(state, event.fact)


def _concluded(state: RunState, fact: str) -> list[Frame]:
    close(state, state.frames[fact_address(fact)])
    return wake(state, fact)


def facts_set(state: RunState, event: FactsSet, at: float) -> list[Frame]:
    frame = locate(state, event.address, at)
    if event.reads:
        note(state, frame, event.reads)
    labels = frame.control | frame.labels
    if isinstance(frame.work, CallWork):
        frame.work.side_effects = None
        labels |= label_of(frame.work.contract)  # a tool says so: what it says counts as its output does
    else:
        frame.output = frame.inputs = event.values
    return set_facts(state, event.values, labels, frame.address)


def set_facts(state: RunState, values: Mapping[str, object], labels: int, source: str) -> list[Frame]:
    """Give facts new values, which makes new versions of them and invalidates nothing.

    Args:
        state: of the run.
        values: by name.
        labels: of the values.
        source: the address of the step that says so.

    Returns:
        What has to stop: nobody needs to resolve these facts any more.
    """
    stopped: list[Frame] = []
    for name, value in values.items():
        if state.taken_back and overruled(state, source, name):
            continue
        before = version_of(state, name)
        state.facts[name] = value
        state.versions[name] = state.versions.get(name, 1) + 1
        state.fact_labels[name], state.fact_reads[name] = labels, {source: None}
        state.fact_confidence.pop(name, None)
        state.missing.pop(name, None)
        keep_change(state, source, name, before)
        frame = state.frames.get(fact_address(name))
        if frame is not None:
            stopped += stop_all(frame, Failure(code="cancelled", message=f"the fact `{name}` was set meanwhile"))
    return stopped
