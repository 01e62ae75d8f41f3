"""Steps that are being stopped: reads and waits end at once, writes in flight are settled first."""

from __future__ import annotations

from typing import Final

from holdfast.core.actions import CancelCall
from holdfast.core.decide import children, deferring, ending, pending, settling
from holdfast.core.decide.answers import withdraw
from holdfast.core.decide.calls import UNSETTLED
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import CancelDecided, StepFailed, StepSucceeded
from holdfast.core.failure import Failure
from holdfast.core.state import Frame
from holdfast.core.work import CallWork, ChildWork

_NEEDLESS: Final = ("", "before", "failure", "after", "fresh", "budget", "handoff")
"""What nobody needs to decide about a step that is being stopped."""


def overdue(d: Deciding, frame: Frame) -> None:
    """A step's deadline has passed: everything in it stops and it fails with `timeout`."""
    error = Failure(code="timeout", message="the deadline has passed", happened=False)
    if frame.address == "":
        undo = d.state.plan.on_failure == "compensate"
        ending.end(d, "failed", error=error, undo=undo, why={"code": "deadline"})
    else:
        d.emit(CancelDecided(address=frame.address, error=error))


def withdrawn(d: Deciding, frame: Frame) -> bool:
    """Whether a stopping step, its reviews closed, has no answer left that counts: a run that stops starts nothing."""
    _withdraw(d, frame)
    return not frame.answers


def _withdraw(d: Deciding, frame: Frame) -> None:
    """Close what nobody needs to decide any more. What a write gave is still asked where undoing it may need it."""
    made = isinstance(frame.work, CallWork) and frame.work.happened
    undone = made and frame.step is not None and frame.step.compensate is not None
    withdraw(d, frame, *_NEEDLESS, *(() if undone else ("unusable",)))


def known_by_now(d: Deciding, frame: Frame) -> None:
    """Nobody needs to say whether a write took place whose result has come after all."""
    if isinstance(frame.work, CallWork) and not frame.work.unknown:
        withdraw(d, frame, "unknown_outcome")
    if isinstance(frame.work, ChildWork) and frame.work.intended.child not in d.state.asking:
        withdraw(d, frame, "budget")  # it is over, or has got more


def go_on(d: Deciding, frame: Frame) -> None:
    """See how far a stopping step has come."""
    if frame.children:
        return
    _withdraw(d, frame)
    if frame.reviews and d.state.cancelled_by is not None:
        withdraw(d, frame, "ending")
    if frame.reviews:
        known_by_now(d, frame)
    if frame.reviews or (isinstance(frame.work, CallWork) and _call_holds(d, frame, frame.work)):
        return
    if isinstance(frame.work, ChildWork) and children.hold(d, frame, frame.work):
        return
    if frame.address == "":
        ending.go_on(d, frame)
    else:
        assert frame.stopping is not None  # noqa: S101 - the caller looked
        d.emit(StepFailed(address=frame.address, error=frame.stopping))


def _call_holds(d: Deciding, frame: Frame, work: CallWork) -> bool:
    """Whether a call has to be waited for, or has just been concluded."""
    write = work.contract.effect == "write"
    if work.happened or work.side_effects:
        pending.note(d, frame)
    if work.state == "deferred" and frame.woke and write:
        deferring.missed(d, frame)
        return True
    if work.state in {"in_flight", "checking", "deferred"}:
        if not write:
            d.act(CancelCall(call=work.call))
        return write
    if work.state == "returned" and write:
        d.emit(StepSucceeded(address=frame.address))
        return True
    if not work.unknown:
        return False
    if work.state in UNSETTLED:
        settling.go_on(d, frame)
    return True
