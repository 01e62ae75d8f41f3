"""`wait`, `set` and `stop`."""

from __future__ import annotations

from holdfast.core.decide import ending
from holdfast.core.decide.finishing import succeed
from holdfast.core.decide.turn import Deciding, condition, unreadable
from holdfast.core.events import EventTaken, FactsSet, StepSucceeded, WaitStarted
from holdfast.core.failure import Failure
from holdfast.core.state import Frame
from holdfast.core.times import instant
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import SetFacts, Step, Stop, Wait


def begin_wait(d: Deciding, parent: Frame, step: Step, address: str) -> None:
    """Arm the timer, and look whether the event has come already."""
    wait = step.action
    assert isinstance(wait, Wait)  # noqa: S101 - dispatched on it
    try:
        due = _due(d, parent, wait, address)
    except ExpressionError as problem:
        d.fail(address, unreadable(problem))
        return
    except ValueError as problem:
        d.fail(address, Failure(code="invalid", message=str(problem), happened=False))
        return
    d.emit(WaitStarted(address=address, due=due))
    if wait.event is not None:
        d.agenda.append(d.state.frames[address])


def _due(d: Deciding, parent: Frame, wait: Wait, address: str) -> float | None:
    if wait.until is not None:
        return instant(wait.until.render(d.names(parent.inner or parent.scope, {"address": address})))
    seconds = wait.timeout if wait.duration is None else wait.duration
    return None if seconds is None else d.at + seconds


def advance_wait(d: Deciding, frame: Frame, wait: Wait) -> None:
    """The time has come, or an event may have."""
    if wait.event is None:
        if frame.woke:
            succeed(d, frame)
        return
    for number, (name, payload) in d.state.events.items():
        if name == wait.event and _matches(d, frame, wait, payload):
            d.emit(EventTaken(address=frame.address, event=number))
            d.emit(StepSucceeded(address=frame.address))
            return
    if frame.woke:
        _missed(d, frame, wait)


def _matches(d: Deciding, frame: Frame, wait: Wait, payload: object) -> bool:
    return condition(wait.match, d.names(frame.scope, {"event": payload, "address": frame.address})) is True


def _missed(d: Deciding, frame: Frame, wait: Wait) -> None:
    message = f"the event `{wait.event}` did not come in time"
    error = Failure(code="timeout", message=message, happened=False)
    if wait.on_timeout == "continue":
        d.emit(StepSucceeded(address=frame.address, output=None, via="timeout"))
    elif wait.on_timeout == "abort":
        ending.abort(d, message, error, code="expired")
    else:
        d.fail(frame.address, error)


def set_facts(d: Deciding, parent: Frame, step: Step, address: str) -> None:
    """Give facts new values."""
    assert isinstance(step.action, SetFacts)  # noqa: S101 - dispatched on it
    try:
        values = step.action.values.render(d.names(parent.inner or parent.scope, {"address": address}))
    except ExpressionError as problem:
        d.fail(address, unreadable(problem))
        return
    d.emit(FactsSet(address=address, values=values if isinstance(values, dict) else {}))
    d.emit(StepSucceeded(address=address))


def stop(d: Deciding, parent: Frame, step: Step, address: str) -> None:
    """End the run here; in cleanup the run is ending already and only the step is done."""
    action = step.action
    assert isinstance(action, Stop)  # noqa: S101 - dispatched on it
    names = d.names(parent.inner or parent.scope, {"address": address})
    try:
        reason = "" if action.reason is None else str(action.reason.render(names))
        output = None if action.output is None else action.output.render(names)
    except ExpressionError as problem:
        d.fail(address, unreadable(problem))
        return
    if d.state.ending is not None:
        d.emit(StepSucceeded(address=address, output=None))
        return
    message = reason or f"stopped at {address}"
    error = None if action.status == "succeeded" else Failure(code="cancelled", message=message)
    undo = action.status == "aborted" or (action.status == "failed" and d.state.plan.on_failure == "compensate")
    why = {"code": "stop", "address": address, "reason": reason}
    ending.end(d, action.status, output=output, error=error, undo=undo, why=why)
