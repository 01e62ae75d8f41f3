"""How calls that give their result later change a run."""

from __future__ import annotations

from typing import Final

from holdfast.core.events import CallbackIssued, CallCompleted, CallDeferred, CompletionMissed
from holdfast.core.evolve.calls import arm, concluded, judge, settle_subject, spend
from holdfast.core.evolve.frames import drop_wait
from holdfast.core.state import Frame, RunState
from holdfast.core.work import CallWork

PATIENCE: Final = 86_400.0
"""Seconds that a result is waited for when neither the step nor its tool says."""

_OPEN: Final = frozenset({"in_flight", "checking", "interrupted", "deferred"})


def call_deferred(state: RunState, event: CallDeferred, at: float) -> Frame | None:
    frame = concluded(state, event.call, "in_flight")
    if frame is None:
        return None
    own = frame.step.deferred if frame.step is not None else None
    frame.call.state = "deferred"
    arm(state, frame, "deferred", at + (own.timeout if own is not None else event.timeout or PATIENCE))
    spend(state, event.tokens, event.cost)
    return frame


def callback_issued(state: RunState, event: CallbackIssued, _at: float) -> Frame | None:
    frame = state.calls.get(event.call)
    if frame is not None:
        state.callbacks.add(frame.address)
    return frame


def awaited(state: RunState, address: str, key: str) -> Frame | None:
    """The call that a result is for, if its outcome is still open."""
    frame = state.frames.get(address)
    work = frame.work if frame is not None else None
    if not isinstance(work, CallWork) or (key and work.key != key):
        return None
    return frame if work.state in _OPEN or work.unknown else None


def call_completed(state: RunState, event: CallCompleted, at: float) -> Frame | None:
    frame = awaited(state, event.address, event.key)
    if frame is None:
        return None
    work = frame.call
    state.calls.pop(work.call, None)
    drop_wait(state, frame)
    write = work.contract.effect == "write"
    if event.error is None:
        work.state, work.unknown, work.happened, work.error = "returned", False, write, None
        frame.output = work.output = event.value
        frame.failure = None
    else:
        work.state, work.error, work.last_at = "failed", event.error, at
        state.spent.failures += 1
        if write:
            judge(work, event.error)
        frame.failure = None if work.unknown else event.error
    if work.subject:
        settle_subject(state, frame)
    return frame


def completion_missed(state: RunState, event: CompletionMissed, at: float) -> Frame:
    frame = state.frames[event.address]
    work = frame.call
    work.state, work.error, work.last_at = "failed", event.error, at
    work.unknown = work.contract.effect == "write"
    frame.failure = None if work.unknown else event.error
    frame.woke = False
    state.spent.failures += 1
    return frame
