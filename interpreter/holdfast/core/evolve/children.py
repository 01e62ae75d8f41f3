"""How child runs change the run that waits for them. A child's end is taken once; what else it says is late."""

from __future__ import annotations

from dataclasses import replace

from holdfast.core.allowance import all_lent, lend, take_back
from holdfast.core.events import ChildFinished, ChildIntended, ChildSignalled, ChildStarted
from holdfast.core.evolve.frames import drop_wait, locate
from holdfast.core.evolve.legacy import children_effects, inherit
from holdfast.core.failure import Failure
from holdfast.core.keys import child
from holdfast.core.provenance import note, resolve
from holdfast.core.state import Frame, RunState
from holdfast.core.work import ChildWork


def child_intended(state: RunState, event: ChildIntended, at: float) -> None:
    frame = locate(state, event.address, at)
    if event.reads:
        note(state, frame, event.reads)
    frame.inputs = (event.source, event.inputs) if event.source else event.inputs
    work = frame.work = ChildWork(event)
    frame.begun, frame.failure, frame.output = True, None, None
    if event.source_reads:
        about = resolve(state, frame.scope, event.source_reads)
        frame.control |= about.labels
        work.around = about.confidence
        work.certainty = about.confidence if event.source else 1.0
    work.labels = frame.control
    state.children[event.child] = frame
    state.child_count += 1
    lend(state, event)
    if state.plan.corrigible or (event.source and frame.keeps):
        state.given[frame.address] = (event.source, event.inputs)
    if event.due is not None:
        frame.timer, frame.woke = f"child:{frame.address}", False
        state.timers.set(frame.timer, event.due)


def _work(frame: Frame) -> ChildWork:
    assert isinstance(frame.work, ChildWork)  # noqa: S101 - `children` holds no other frames
    return frame.work


def child_started(state: RunState, event: ChildStarted, _at: float) -> None:
    frame = state.children.get(event.child)
    if frame is not None:
        _work(frame).state = "started"


def child_signalled(state: RunState, event: ChildSignalled, _at: float) -> None:
    _work(state.frames[event.address]).told = event.signal


def child_finished(state: RunState, event: ChildFinished, _at: float) -> Frame | list[Frame] | None:
    scarce = all_lent(state)
    frame = state.children.pop(event.child, None)
    if frame is None:
        return None
    work, spent = _work(frame), event.spent
    take_back(state, work.intended)
    drop_wait(state, frame)
    state.spent.calls += spent.calls
    state.spent.tokens += spent.tokens
    state.spent.cost += spent.cost
    state.spent.failures += spent.failures
    for contract in event.contracts:
        state.contracts.setdefault(contract.name, contract)
    _take_back(state, frame, event)
    state.notes += [f"{frame.address}: {note}" for note in event.notes]
    if event.status == "succeeded":
        work.state, frame.output = "succeeded", event.output
    else:
        work.state, frame.failure = "failed", _failure(frame, work, event)
    return [frame, *state.frames.values()] if scarce else frame  # others may have waited for what it did not use


def _failure(frame: Frame, work: ChildWork, event: ChildFinished) -> Failure:
    """Why the step failed: the child's own reason, located in the child."""
    if work.expired:
        return Failure(code="timeout", message="the child run did not end in time", happened=False)
    error = event.error or Failure(code="cancelled", message=f"the child run {event.child} was {event.status}")
    return replace(error, address=child(frame.address, error.address) if error.address else frame.address)


def _take_back(state: RunState, frame: Frame, event: ChildFinished) -> None:
    """What the child did is this run's to undo now. What it was given and does not give back, it has undone."""
    stand = [inherit(state, effect, frame.address, frame.scope) for effect in event.effects]
    if event.legacy is not None:
        lent = () if _work(frame).intended.changed else tuple(children_effects(state, frame.address))
        for name in [name for name, _ in lent if name not in stand]:
            del state.effects[name]
        state.legacies[frame.address] = event.legacy
