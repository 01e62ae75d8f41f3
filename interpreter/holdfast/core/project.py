"""What changes in the ledger and among the reviews, and what an engine has to do, as a function of the events.

It is read off the event and the state after it, never decided: so every table beside the journal can be rebuilt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from holdfast.core.actions import (
    Action,
    CallTool,
    Change,
    CheckTool,
    EffectClaimed,
    EffectMarked,
    Finish,
    ReviewClosed,
    ReviewOpened,
)
from holdfast.core.events import (
    CallFailed,
    CallIntended,
    CallReconciled,
    CallReturned,
    CheckIntended,
    EffectConfirmed,
    EffectRuledOut,
    Event,
    ReviewRequested,
    ReviewSettled,
    RunFinished,
    StepSucceeded,
    UndoSettled,
    WorkerTookOver,
)
from holdfast.core.state import CallWork, Frame, RunState
from holdfast.plan.program import Call, Secrets

DEFAULT_TIMEOUT: Final = 60.0
"""Seconds for one attempt of a call when neither step, plan nor tool says: no call is without a timeout."""


def timeout_of(frame: Frame) -> float:
    """Seconds for one attempt, before any deadline clips it."""
    step = frame.step
    if step is not None and step.timeout is not None:
        return step.timeout
    return frame.call.contract.timeout or DEFAULT_TIMEOUT


def _secrets_of(state: RunState, frame: Frame) -> Secrets:
    action = frame.step.action if frame.step is not None else None
    if not isinstance(action, Call) or not action.secrets:
        return ()
    declared = state.plan.inputs
    return tuple(
        (place, str(state.inputs[name]) if name in declared and declared[name].secret else name)
        for place, name in action.secrets
    )


def call_action(state: RunState, frame: Frame) -> CallTool | CheckTool:
    """What the engine has to do for a call in flight."""
    work = frame.call
    if work.state == "checking":
        return CheckTool(
            call=work.call,
            address=frame.address,
            tool=work.contract.name,
            args=work.args,
            key=work.key,
            timeout=timeout_of(frame),
            secrets=_secrets_of(state, frame),
        )
    return CallTool(
        call=work.call,
        address=frame.address,
        tool=work.contract.name,
        args=work.args,
        attempt=frame.attempt,
        key=work.key,
        timeout=work.timeout or timeout_of(frame),
        write=work.contract.effect == "write",
        secrets=_secrets_of(state, frame),
        heartbeat=frame.step.heartbeat if frame.step is not None else None,
    )


def _writes(frame: Frame | None) -> CallWork | None:
    if frame is None or not isinstance(frame.work, CallWork) or frame.work.contract.effect != "write":
        return None
    return frame.work


def _mark(frame: Frame | None, state: str, value: object = None) -> Change | None:
    work = _writes(frame)
    if work is None:
        return None
    return EffectMarked(tool=work.contract.name, key=work.key, state=state, value=value)


def _intended(state: RunState, event: CallIntended, _frame: Frame | None) -> Change | None:
    work = _writes(state.calls[event.call])
    if work is None:
        return None
    return EffectClaimed(tool=work.contract.name, key=work.key, digest=work.digest, address=event.address)


def _returned(_state: RunState, event: CallReturned, frame: Frame | None) -> Change | None:
    return _mark(frame, "succeeded", event.value)


def _failed(_state: RunState, _event: CallFailed, frame: Frame | None) -> Change | None:
    work = _writes(frame)
    if work is None:
        return None
    return _mark(frame, "unknown" if work.unknown else "succeeded" if work.happened else "failed")


def _reconciled(_state: RunState, event: CallReconciled, frame: Frame | None) -> Change | None:
    return _mark(frame, "succeeded", event.value) if event.found else None


def _taken_over(_state: RunState, _event: WorkerTookOver, frames: list[Frame]) -> list[Change]:
    """Nobody knows any more what became of the writes that were in flight."""
    return [change for frame in frames if (change := _mark(frame, "unknown")) is not None]


def _ruled_out(state: RunState, event: EffectRuledOut, _frame: Frame | None) -> Change | None:
    return _mark(state.frames[event.address], "failed")


def _confirmed(state: RunState, event: EffectConfirmed, _frame: Frame | None) -> Change | None:
    return _mark(state.frames[event.address], "succeeded", event.value)


def _opened(_state: RunState, event: ReviewRequested, _frame: Frame | None) -> Change | None:
    return ReviewOpened(review=event.review)


def _closed(_state: RunState, event: ReviewSettled, _frame: Frame | None) -> Change | None:
    return ReviewClosed(review=event.review, outcome=event.outcome)


CHANGES: Final[dict[type[Event], Callable[[RunState, Any, Any], Change | list[Change] | None]]] = {
    WorkerTookOver: _taken_over,
    CallIntended: _intended,
    CallReturned: _returned,
    CallFailed: _failed,
    CallReconciled: _reconciled,
    EffectRuledOut: _ruled_out,
    EffectConfirmed: _confirmed,
    ReviewRequested: _opened,
    ReviewSettled: _closed,
}
"""By kind of event: the changes it makes, given the state after it and what it touched (frames, if anything)."""


def _call(state: RunState, event: CallIntended | CheckIntended) -> Action:
    return call_action(state, state.calls[event.call])


def _finish(_state: RunState, event: RunFinished) -> Action:
    return Finish(status=event.status)


ACTIONS: Final[dict[type[Event], Callable[[RunState, Any], Action]]] = {
    CallIntended: _call,
    CheckIntended: _call,
    RunFinished: _finish,
}
"""By kind of event: what it asks an engine to do."""


def compensated(state: RunState, event: Event) -> Change | None:
    """The effect that a compensation has just undone. Asked before the event changes the state."""
    if not (isinstance(event, StepSucceeded) or (isinstance(event, UndoSettled) and event.how == "by_hand")):
        return None
    frame = state.frames.get(event.address)
    if frame is None or not frame.undoes:
        return None
    effect = state.effects[frame.undoes]
    if not effect.tool:
        return None
    return EffectMarked(tool=effect.tool, key=effect.key, state="compensated")
