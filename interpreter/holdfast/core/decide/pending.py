"""Effects that took place and are not visible yet: watched until something confirms them (2-plan-language 9)."""

from __future__ import annotations

from holdfast.core.decide import confirming, ending, reviews
from holdfast.core.decide.turn import Deciding, condition, unreadable
from holdfast.core.events import CallIntended, EventTaken, FactsSet, PendingOpened, ReviewSettled, WaitStarted
from holdfast.core.failure import Failure
from holdfast.core.pending import terms_of
from holdfast.core.state import Frame, Operation
from holdfast.core.work import CallWork
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import Look


def watch(d: Deciding, frame: Frame) -> None:
    """If a call took effect and that has to be confirmed, watch for it from now on."""
    work, terms = frame.call, terms_of(frame)
    if terms is not None and work.happened and not work.opened:
        d.emit(PendingOpened(address=frame.address, due=d.at + terms.timeout))


def note(d: Deciding, frame: Frame) -> None:
    """Take note of what a call brought about beside its value: facts that changed, an effect to be confirmed."""
    if frame.call.side_effects:
        d.emit(FactsSet(address=frame.address, values=frame.call.side_effects))
    watch(d, frame)


def advance(d: Deciding, frame: Frame) -> None:
    """See whether an operation is confirmed, or its time is up."""
    operation = d.state.pending[frame.watches]
    if operation.released is not None:
        confirming.settle(d, operation.address, "released", {"code": "released", "by": operation.released})
    elif operation.terms.event is not None and _came(d, frame, operation):
        confirming.settle(d, operation.address, "confirmed")
    elif frame.answers:
        _answered(d, frame, operation)
    elif frame.reviews:
        return
    elif frame.overdue:
        _timed_out(d, frame, operation)
    elif operation.terms.until is not None and not frame.timer:
        _look(d, frame, operation, operation.terms.until)


def _came(d: Deciding, frame: Frame, operation: Operation) -> bool:
    terms = operation.terms
    for number, (name, payload) in d.state.events.items():
        if name == terms.event and condition(terms.match, d.aside(frame.scope, {"event": payload})) is True:
            d.emit(EventTaken(address=frame.address, event=number))
            return True
    return False


# --- looking ----------------------------------------------------------------------------------------------------------


def _look(d: Deciding, frame: Frame, operation: Operation, look: Look) -> None:
    work = frame.work
    if not isinstance(work, CallWork):
        if frame.failure is None:
            _look_first(d, frame, look)
    elif work.state == "ready":
        _ask(d, frame, look)
    elif work.state == "returned" and condition(look.when, d.aside(frame.scope, {"result": work.output})) is True:
        confirming.settle(d, operation.address, "confirmed")
    elif work.state != "in_flight" and d.at + look.every < frame.due:
        d.emit(WaitStarted(address=frame.address, due=d.at + look.every))


def _look_first(d: Deciding, frame: Frame, look: Look) -> None:
    known = d.state.contracts.get(look.tool)
    if known is not None and known.effect == "write":
        message = f"`{look.tool}` writes, so it cannot be asked whether an effect is visible"
        d.fail(frame.address, Failure(code="invalid", message=message, happened=False))
        return
    try:
        args = look.arguments.render(d.aside(frame.scope))
    except ExpressionError as problem:
        d.fail(frame.address, unreadable(problem))
        return
    _ask(d, frame, look, args if isinstance(args, dict) else {})


def _ask(d: Deciding, frame: Frame, look: Look, args: dict[str, object] | None = None) -> None:
    d.emit(CallIntended(call=d.state.call_count + 1, address=frame.address, tool=look.tool, args=args))


# --- when nothing confirms it -----------------------------------------------------------------------------------------


def _timed_out(d: Deciding, frame: Frame, operation: Operation) -> None:
    terms = operation.terms
    if terms.on_timeout == "human":
        reviews.about_pending(d, frame, operation)
        return
    if terms.on_timeout == "fail":
        _fail(d, operation)
    confirming.settle(d, operation.address, "expired", {"code": "unconfirmed", "seconds": terms.timeout})


def _fail(d: Deciding, operation: Operation) -> None:
    message = f"nothing confirmed the effect of `{operation.address}` within {operation.terms.timeout:g} s"
    error = Failure(code="timeout", message=message, address=operation.address)
    undo = d.state.plan.on_failure == "compensate"
    ending.end_otherwise(d, "failed", error=error, undo=undo, why={"code": "unconfirmed"})


def _answered(d: Deciding, frame: Frame, operation: Operation) -> None:
    given = frame.answers[0]
    d.emit(ReviewSettled(review=given.review, outcome=given.decision, value=given.value, why={"code": "answered"}))
    outcome = "confirmed" if given.decision == "happened" else "expired"
    if given.decision == "fail":
        _fail(d, operation)
    confirming.settle(d, operation.address, outcome, {"code": "person"})
