"""How child runs change the run that waits for them. A child's end is taken once; what else it says is late."""

from __future__ import annotations

from dataclasses import replace

from holdfast.core.allowance import all_lent, lend, raise_to, reckon
from holdfast.core.events import (
    ChildAsked,
    ChildFinished,
    ChildIntended,
    ChildSignalled,
    ChildStarted,
    ShareAnswered,
    ShareAsked,
    ShareGiven,
)
from holdfast.core.evolve.frames import drop_wait, locate
from holdfast.core.evolve.legacy import children_effects, inherit
from holdfast.core.failure import Failure
from holdfast.core.keys import child
from holdfast.core.lineage import MADE_CALLS
from holdfast.core.provenance import note, resolve
from holdfast.core.state import Frame, RunState
from holdfast.core.work import ChildWork, Share


def child_intended(state: RunState, event: ChildIntended, at: float) -> None:
    frame = locate(state, event.address, at)
    if event.reads:
        note(state, frame, event.reads)
    frame.inputs = (event.source, event.inputs) if event.source else event.inputs
    calls = MADE_CALLS if event.source and event.calls is None else event.calls
    work = frame.work = ChildWork(event, Share(calls, event.tokens, event.cost))
    frame.begun, frame.failure, frame.output = True, None, None
    if event.source_reads:
        about = resolve(state, frame.scope, event.source_reads)
        frame.control |= about.labels
        work.around = about.confidence
        work.certainty = about.confidence if event.source else 1.0
    work.labels = frame.control
    state.children[event.child] = frame
    state.child_count += 1
    lend(state, work.lent)
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
    work = _work(state.frames[event.address])
    work.told = event.signal
    if event.signal == "stop":
        state.asking.pop(work.intended.child, None)


def child_asked(state: RunState, event: ChildAsked, _at: float) -> None:
    frame, said = state.children.get(event.child), event.spent
    if frame is None or _work(frame).asks >= event.ask or _work(frame).told == "stop":
        return
    work = _work(frame)
    work.asks = event.ask
    reckon(state, work, Share(said.calls, said.tokens, said.cost))
    state.asking[event.child] = frame


def share_answered(state: RunState, event: ShareAnswered, _at: float) -> None:
    work = _work(state.frames[event.address])
    work.answer = event
    del state.asking[work.intended.child]
    if event.granted:
        raise_to(state, work, event.calls, event.tokens, event.cost)
    else:
        state.denied = False  # who asked for it has heard it


def share_asked(state: RunState, event: ShareAsked, _at: float) -> None:
    state.asks, state.asked = event.ask, True


def share_given(state: RunState, event: ShareGiven, _at: float) -> list[Frame] | None:
    """What was said to another time it asked is late."""
    if not state.asked or event.ask != state.asks or state.lineage is None:
        return None
    state.asked, state.denied = False, not event.granted
    if event.granted:
        state.lineage = replace(state.lineage, calls=event.calls, tokens=event.tokens, cost=event.cost)
    return list(state.frames.values())


def child_finished(state: RunState, event: ChildFinished, _at: float) -> Frame | list[Frame] | None:
    scarce = all_lent(state)
    frame = state.children.pop(event.child, None)
    if frame is None:
        return None
    work, spent = _work(frame), event.spent
    lend(state, work.lent, back=True)
    state.asking.pop(event.child, None)
    state.denied = False  # something may be free again, here or above
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
