"""How child runs change the run that waits for them. A child's end is taken once; what else it says is late."""

from __future__ import annotations

from dataclasses import replace

from holdfast.core.events import ChildFinished, ChildIntended, ChildSignalled, ChildStarted
from holdfast.core.evolve.frames import drop_wait, locate
from holdfast.core.failure import Failure
from holdfast.core.fixed import Fixed
from holdfast.core.keys import child, revised
from holdfast.core.lineage import Undoable
from holdfast.core.provenance import note, resolve
from holdfast.core.state import Effect, Frame, RunState
from holdfast.core.work import ChildWork
from holdfast.plan.program import Undo


def child_intended(state: RunState, event: ChildIntended, at: float) -> None:
    frame = locate(state, event.address, at)
    if event.reads:
        note(state, frame, event.reads)
    frame.inputs = (event.source, event.inputs) if event.source else event.inputs
    work = frame.work = ChildWork(event)
    frame.begun, frame.failure, frame.output = True, None, None
    if event.source:
        text = resolve(state, frame.scope, event.source_reads)
        work.labels, work.certainty = frame.control | text.labels, text.confidence
    state.children[event.child] = frame
    state.child_count += 1
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


def child_finished(state: RunState, event: ChildFinished, _at: float) -> Frame | None:
    frame = state.children.pop(event.child, None)
    if frame is None:
        return None
    work, spent = _work(frame), event.spent
    drop_wait(state, frame)
    state.spent.calls += spent.calls
    state.spent.tokens += spent.tokens
    state.spent.cost += spent.cost
    state.spent.failures += spent.failures
    for contract in event.contracts:
        state.contracts.setdefault(contract.name, contract)
    for effect in event.effects:
        _inherit(state, frame, effect)
    if event.status == "succeeded":
        work.state, frame.output = "succeeded", event.output
    else:
        work.state, frame.failure = "failed", _failure(frame, work, event)
    return frame


def _failure(frame: Frame, work: ChildWork, event: ChildFinished) -> Failure:
    """Why the step failed: the child's own reason, located in the child."""
    if work.expired:
        return Failure(code="timeout", message="the child run did not end in time", happened=False)
    error = event.error or Failure(code="cancelled", message=f"the child run {event.child} was {event.status}")
    return replace(error, address=child(frame.address, error.address) if error.address else frame.address)


def _inherit(state: RunState, frame: Frame, effect: Undoable) -> None:
    """What a child did and left standing is this run's to undo from now on."""
    address = child(frame.address, effect.address)
    secrets = tuple((one.place, one.name) for one in effect.secrets)
    undo = Undo(tool=effect.undo, arguments=Fixed(effect.args, effect.fault), secrets=secrets)
    state.effects[revised(address, effect.revision)] = Effect(
        address, effect.tool, effect.key, undo, {}, effect.output, frame.scope, effect.run
    )
