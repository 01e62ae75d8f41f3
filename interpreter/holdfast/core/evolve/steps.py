"""How steps begin, wait, start over and end."""

from __future__ import annotations

from math import inf

from holdfast.core.events import (
    CancelDecided,
    EventTaken,
    FallbackTaken,
    StepEntered,
    StepFailed,
    StepSkipped,
    StepSucceeded,
    TimerFired,
    TryFailed,
    UndoSettled,
    UndoStarted,
    Unset,
    WaitStarted,
)
from holdfast.core.evolve.frames import (
    begin_part,
    conclude_badly,
    conclude_skipped,
    conclude_well,
    drop_wait,
    enter_action,
    enter_each,
    enter_switch,
    locate,
    next_round,
    note_effect,
    undo_given_up,
)
from holdfast.core.evolve.waking import stop_all
from holdfast.core.keys import CLEANUP, parent_of, step_id
from holdfast.core.names import error_data
from holdfast.core.provenance import label_of, note
from holdfast.core.review import Given
from holdfast.core.scope import Scope
from holdfast.core.state import Frame, RunState
from holdfast.core.work import CallWork, ChildWork, ParallelWork, RepeatWork
from holdfast.plan.program import Each, Parallel, Switch, Wait


def step_entered(state: RunState, event: StepEntered, at: float) -> Frame:
    address = event.address
    if address == CLEANUP:
        return _begin_cleanup(state, at)
    if address not in state.frames:
        parent = state.frames[parent_of(address)]
        if address.endswith("]"):
            return _noted(state, next_round(state, parent, address, at), event)
        if isinstance(parent.work, ParallelWork) and not parent.in_fallback:
            return _begin_branch(state, parent, address, at)
    frame = _noted(state, locate(state, address, at), event)
    frame.woke = False
    enter_action(state, frame)
    action = frame.step and frame.step.action
    if isinstance(action, Each):
        enter_each(frame, action, event.items or (), event.keys or ())
    elif isinstance(action, Switch) and event.case is not None:
        enter_switch(state, frame, action, event.case)
    return frame


def _noted(state: RunState, frame: Frame, event: StepEntered) -> Frame:
    if event.reads:
        note(state, frame, event.reads)
    return frame


def _begin_branch(state: RunState, parent: Frame, address: str, at: float) -> Frame:
    action = parent.step and parent.step.action
    assert isinstance(action, Parallel)  # noqa: S101 - only a parallel has branches
    assert isinstance(parent.work, ParallelWork)  # noqa: S101
    parent.work.started = True
    body = dict(action.branches)[step_id(address)]
    return begin_part(state, parent, address, body, parent.scope, at)


def _begin_cleanup(state: RunState, at: float) -> Frame:
    ending = state.ending
    error = ending.error if ending is not None else None
    names: dict[str, object] = {} if error is None else {"error": error_data(error)}
    frame = Frame(CLEANUP, None, state.plan.cleanup, None, Scope(state.scope, None, names), at)
    frame.begun = True
    frame.due, frame.limited = at + state.plan.cleanup_deadline, True
    state.timers.set(f"deadline:{CLEANUP}", frame.due)
    state.frames[CLEANUP] = frame
    state.cleaned = True
    return frame


def step_skipped(state: RunState, event: StepSkipped, _at: float) -> Frame:
    return conclude_skipped(state, event.address, event.via, event.reads)


def step_succeeded(state: RunState, event: StepSucceeded, at: float) -> Frame | None:
    frame = locate(state, event.address, at)
    if event.reads:
        note(state, frame, event.reads)
        frame.passed = 0  # a block's own `output`
    frame.via = event.via
    output = frame.output if isinstance(event.output, Unset) else event.output
    return conclude_well(state, frame, output)


def step_failed(state: RunState, event: StepFailed, at: float) -> Frame | list[Frame] | None:
    return conclude_badly(state, locate(state, event.address, at), event.error)


def try_failed(state: RunState, event: TryFailed, at: float) -> Frame:
    new = event.address not in state.frames
    frame = locate(state, event.address, at)
    if event.reads:
        note(state, frame, event.reads)
    frame.failure, frame.settled = event.error, False
    frame.doubted = frame.doubted or (new and frame.step is not None and frame.step.when is not None)
    if isinstance(frame.work, CallWork):
        frame.work.state = "failed"
        note_effect(state, frame)
        if frame.timer.startswith("room:"):
            drop_wait(state, frame)
    return frame


def fallback_taken(state: RunState, event: FallbackTaken, at: float) -> Frame:
    frame = locate(state, event.address, at)
    if event.reads:
        note(state, frame, event.reads)
    error = frame.failure
    names: dict[str, object] = {} if error is None else {"error": error_data(error)}
    if state.tracked and isinstance(frame.work, CallWork):
        frame.labels |= label_of(frame.work.contract)  # what it said of its failure
    frame.inner = Scope(frame.scope, None, names)
    frame.alternative, frame.in_fallback, frame.settled, frame.failure = event.alternative, True, False, None
    return frame


def cancel_decided(state: RunState, event: CancelDecided, _at: float) -> list[Frame]:
    frame = state.frames[event.address]
    parent = frame.parent
    if parent is not None and isinstance(parent.work, ParallelWork) and frame.step is None:
        parent.work.cancelled.append(frame.address)
    return stop_all(frame, event.error)


def timer_fired(state: RunState, event: TimerFired, _at: float) -> Frame | None:
    if state.paused or event.timer not in state.timers.due:
        return None
    state.timers.drop(event.timer)
    kind, _, rest = event.timer.partition(":")
    if kind == "review":
        review = state.reviews[rest]
        frame = state.frames[review.address]
        frame.answers.append(Given(rest, "expired"))
        return frame
    if kind == "abort":
        return state.frames.get(rest.partition(":")[2])
    frame = state.frames[rest]
    if kind == "deadline":
        frame.overdue = True
    else:
        frame.timer, frame.woke = "", True
        _wake(frame, kind)
    return frame


def _wake(frame: Frame, kind: str) -> None:
    if isinstance(frame.work, ChildWork):
        frame.work.expired = True
    elif isinstance(frame.work, CallWork):
        if kind != "deferred":
            frame.work.state = "unsettled" if kind == "settle" else "ready"
    elif isinstance(frame.work, RepeatWork):
        frame.work.paced = True


def wait_started(state: RunState, event: WaitStarted, at: float) -> None:
    frame = locate(state, event.address, at)
    if event.reads:
        note(state, frame, event.reads)
    frame.begun = True
    if event.due is not None:
        frame.timer, frame.woke = f"wait:{frame.address}", False
        state.timers.set(frame.timer, event.due)
    action = frame.step and frame.step.action
    if isinstance(action, Wait) and action.event is not None:
        state.waiting.setdefault(action.event, {})[frame.address] = frame


def event_taken(state: RunState, event: EventTaken, _at: float) -> None:
    frame = state.frames[event.address]
    frame.output = state.events.pop(event.event)[1]
    drop_wait(state, frame)


def undo_started(state: RunState, event: UndoStarted, at: float) -> Frame:
    owner = locate(state, event.address, at)
    owner.undo = list(event.effects)
    for effect in event.effects:
        state.undoing[effect] = owner
    return owner


def undo_settled(state: RunState, event: UndoSettled, _at: float) -> Frame:
    frame = state.frames[event.address]
    if event.how != "by_hand":
        error = event.error
        state.notes.append(f"not undone: {frame.undoes}" + (f": {error.message or error.code}" if error else ""))
    return undo_given_up(state, frame, undone=event.how == "by_hand")


def lift_deadline(state: RunState, frame: Frame) -> None:
    """The plan's own deadline no longer holds: settling, compensation and cleanup have their own allowance."""
    state.timers.drop("deadline:")
    frame.due = inf
