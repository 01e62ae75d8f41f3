"""What follows from a person's decision, or from nobody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from holdfast.core.decide import calls, claims, confirming, ending, handing, reviews
from holdfast.core.decide.failing import take_alternative
from holdfast.core.decide.finishing import succeed
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import (
    BudgetRaised,
    CallIntended,
    CallReused,
    EffectConfirmed,
    EffectRuledOut,
    RetryPlanned,
    ReviewSettled,
    StepSucceeded,
    UndoSettled,
    Why,
)
from holdfast.core.failure import Failure
from holdfast.core.keys import call_digest
from holdfast.core.reasons import CORRECTED
from holdfast.core.review import Given, Review, approvers, chosen
from holdfast.core.state import Frame
from holdfast.core.work import CallWork
from holdfast.plan.program import Escalation

EXPIRED: Final = "expired"
"""What time says in place of a person."""

_BY_TIMEOUT: Final[Mapping[str, str]] = {
    "approve": "approve",
    "abort": "abort",
    "reject": "expired",
    "fallback": "expired",
}


def take(d: Deciding, frame: Frame) -> None:
    """Take up the oldest answer that has come for a step."""
    given = frame.answers[0]
    review = d.state.reviews[given.review]
    d.agenda.append(frame)
    if given.decision == EXPIRED and review.escalate is not None:
        _escalate(d, review, review.escalate)
    else:
        _TAKE[review.trigger_on](d, frame, review, given)


def _escalate(d: Deciding, review: Review, stage: Escalation) -> None:
    """Nobody decided in time: others are asked. What some of several people have approved stays approved."""
    heard = d.state.heard.get(review.id, ())
    why = {"code": "timeout", "then": f"escalate to {stage.to}"}
    d.emit(ReviewSettled(review=review.id, outcome="escalated", heard=len(heard), why=why))
    reviews.open_again(
        d,
        review,
        to=stage.to,
        due=None if stage.timeout is None else d.at + stage.timeout,
        on_timeout=stage.on_timeout,
        escalate=stage.escalate,
        approvals=stage.approvals or review.approvals,
        excluded=review.excluded or _kept_out(d, review, stage),
        approved_by=approvers(review, heard) if review.approvals > 1 else (),
        stage=review.stage + 1,
    )


def _kept_out(d: Deciding, review: Review, stage: Escalation) -> tuple[str, ...]:
    """Who started the run decides about a payment at no stage but one that names them (11-hard-cases 10)."""
    contract = d.state.contracts.get(review.tool) if review.trigger_on == "before" else None
    payment = contract is not None and contract.amount and stage.to != "requester"
    return (d.state.user,) if payment else ()


def _settle(d: Deciding, review: Review, given: Given, outcome: str, value: object = None, digest: str = "") -> None:
    """Close a review. An edit that others still have to approve says whose it is."""
    silent = given.decision == EXPIRED
    d.emit(
        ReviewSettled(
            review=review.id,
            outcome=outcome,
            value=value,
            digest=digest,
            heard=len(d.state.heard.get(review.id, ())) if silent else None,
            by=given.by if review.approvals > 1 and outcome == "edit" else "",
            why={"code": "timeout", "then": review.on_timeout} if silent else {"code": "answered"},
        )
    )


def withdraw(d: Deciding, frame: Frame, *purposes: str, why: Why | None = None) -> None:
    """Close a step's reviews of these purposes: nobody needs to answer them any more; `why`, if it is not as usual."""
    for review_id in list(frame.reviews):
        if d.state.reviews[review_id].trigger_on in purposes:
            d.emit(ReviewSettled(review=review_id, outcome="withdrawn", why=why or _needless(frame)))


def _needless(frame: Frame) -> Why:
    """Why nobody needs to decide about a step: a correction stopped it, or what is said of all others."""
    said = frame.stopping.details if frame.stopping is not None else None
    return said if isinstance(said, Mapping) and said.get("code") == CORRECTED else {"code": "withdrawn"}


def _expired() -> Failure:
    return Failure(code="expired", message="nobody answered in time", happened=False)


def _rejected(value: object) -> Failure:
    said = f": {value}" if isinstance(value, str) and value else ""
    return Failure(code="rejected", message=f"a person rejected it{said}", happened=False)


# --- a question -------------------------------------------------------------------------------------------------------


def _question(d: Deciding, frame: Frame, review: Review, given: Given) -> None:
    if given.decision == EXPIRED:
        _settle(d, review, given, EXPIRED)
        _unanswered(d, frame, review)
        return
    picked = _picked(review, given.value)
    _settle(d, review, given, given.decision, given.value)
    d.emit(StepSucceeded(address=frame.address, output=picked))


def _picked(review: Review, value: object) -> object:
    option = chosen(review.options, value) if review.options is not None else None
    return value if option is None else option["value"]


def _unanswered(d: Deciding, frame: Frame, review: Review) -> None:
    if review.on_timeout == "abort":
        ending.abort(d, f"nobody answered `{frame.address}` in time", _expired(), code=EXPIRED)
    elif review.on_timeout == "default":
        d.emit(StepSucceeded(address=frame.address, output=review.default, via="default"))
    else:
        d.fail(frame.address, _expired())


# --- an approval ------------------------------------------------------------------------------------------------------


def _approval(d: Deciding, frame: Frame, review: Review, given: Given) -> None:
    decision = _consequence(review, given)
    if decision == "approve":
        _settle(d, review, given, "approve", digest=review.digest)
        if not frame.reviews:
            calls.proceed(d, frame)
    elif decision in {"edit", "choose", "answer"}:
        _edited(d, frame, review, given)
    elif decision in {"output", "close"}:
        _settle(d, review, given, decision, given.value)
        withdraw(d, frame, "before")
        handing.take_back(d, frame, decision, given.value)
    elif decision == "abort":
        _settle(d, review, given, EXPIRED)
        ending.abort(d, f"nobody decided about `{frame.address}` in time", _expired(), code=EXPIRED)
    else:
        _settle(d, review, given, decision, given.value)
        withdraw(d, frame, "before")
        d.fail(frame.address, _expired() if decision == EXPIRED else _rejected(given.value))


def _consequence(review: Review, given: Given) -> str:
    return _BY_TIMEOUT[review.on_timeout] if given.decision == EXPIRED else given.decision


def _edited(d: Deciding, frame: Frame, review: Review, given: Given) -> None:
    """New arguments: approved by who gave them, while every other approval has to be asked for again."""
    work = frame.call
    picked = _picked(review, given.value)
    told = picked if isinstance(picked, dict) else {}
    args = told if given.decision == "edit" else {**work.args, **told}
    digest = call_digest(work.contract.name, work.contract.version, work.key, args)
    _settle(d, review, given, given.decision, args, digest)
    withdraw(d, frame, "before")
    calls.proceed(d, frame)


# --- a failure, an output ---------------------------------------------------------------------------------------------


def _failure(d: Deciding, frame: Frame, review: Review, given: Given) -> None:
    error = frame.failure or Failure(code="internal")
    decision = given.decision
    if decision == EXPIRED and review.on_timeout == "abort":
        decision = "abort"
    _settle(d, review, given, decision, given.value)
    if decision == "retry":
        why = {"code": "person"}
        d.emit(RetryPlanned(address=frame.address, attempt=frame.attempt + 1, due=d.at, why=why))
    elif decision in {"output", "close"}:
        handing.take_back(d, frame, decision, given.value)
    elif decision == "abort":
        ending.abort(d, f"`{frame.address}` failed: {error.message or error.code}", error, code="person")
    else:
        take_alternative(d, frame, error)


def _output(d: Deciding, frame: Frame, review: Review, given: Given) -> None:
    decision = _consequence(review, given)
    _settle(d, review, given, EXPIRED if given.decision == EXPIRED else decision, given.value)
    if decision == "approve":
        d.emit(StepSucceeded(address=frame.address, via=frame.via))
    elif decision == "edit" and review.approvals > 1:
        reviews.open_again(d, review, context={"output": given.value}, approved_by=(given.by,))
    elif decision in {"output", "close"}:
        handing.take_back(d, frame, decision, given.value)
    elif decision in {"edit", "choose", "answer"}:
        d.emit(StepSucceeded(address=frame.address, output=_picked(review, given.value), via="person"))
    elif decision == "abort":
        ending.abort(d, f"nobody decided about the output of `{frame.address}` in time", _expired(), code=EXPIRED)
    else:
        d.fail(frame.address, _expired() if decision == EXPIRED else _rejected(given.value))


# --- effects ----------------------------------------------------------------------------------------------------------


def _unknown(d: Deciding, frame: Frame, review: Review, given: Given) -> None:
    decision = given.decision
    _settle(d, review, given, decision, given.value)
    work = frame.call
    if decision == "happened":
        d.emit(EffectConfirmed(address=frame.address, value=given.value, why={"code": "person"}))
    elif decision == "retry" and not (d.state.claims and claims.settled(d, frame)):
        number, tool = d.state.call_count + 1, work.contract.name
        why = {"code": "person"}
        d.emit(CallIntended(call=number, address=frame.address, tool=tool, attempt=frame.attempt + 1, why=why))
    elif decision != "retry":
        error = work.error or Failure(code="unknown_outcome")
        message = f"a person said it did not happen ({error.message or error.code})"
        failure = Failure(code="unknown_outcome", message=message, happened=False, details=error.details)
        d.emit(EffectRuledOut(address=frame.address, error=failure, why={"code": "person"}))


def _unusable(d: Deciding, frame: Frame, review: Review, given: Given) -> None:
    """The write is this run's own, or another run's whose key this step shares: then nothing of it is undone here."""
    _settle(d, review, given, given.decision, given.value)
    if given.decision == "output" and frame.call.happened:
        d.emit(EffectConfirmed(address=frame.address, value=given.value, why={"code": "person"}))
    elif given.decision == "output":
        d.emit(CallReused(address=frame.address, value=given.value, why={"code": "person"}))
        succeed(d, frame)
    else:
        if frame.failure is None:
            message = "its result cannot be used, and a person gave none"
            d.fail(frame.address, Failure(code="bad_output", message=message, happened=True))
        take_alternative(d, frame, frame.failure or Failure(code="bad_output"))


def _fresh(d: Deciding, frame: Frame, review: Review, given: Given) -> None:
    error = frame.failure or Failure(code="internal")
    _settle(d, review, given, given.decision, given.value)
    if given.decision == "retry":
        why = {"code": "person"}
        d.emit(RetryPlanned(address=frame.address, attempt=frame.attempt + 1, due=d.at, fresh=True, why=why))
    else:
        take_alternative(d, frame, error)


def _undo(d: Deciding, frame: Frame, review: Review, given: Given) -> None:
    error = frame.failure
    _settle(d, review, given, given.decision, given.value)
    if given.decision == "retry":
        why = {"code": "person"}
        d.emit(RetryPlanned(address=frame.address, attempt=frame.attempt + 1, due=d.at, why=why))
    else:
        how = "by_hand" if given.decision == "done" else "left"
        if given.decision == "done":
            confirming.undone(d, frame.undoes)
        d.emit(UndoSettled(address=frame.address, how=how, error=error))


def _handoff(d: Deciding, frame: Frame, review: Review, given: Given) -> None:
    _settle(d, review, given, given.decision, given.value)
    if given.decision == EXPIRED:
        _unanswered(d, frame, review)
    elif given.decision == "retry":
        why = {"code": "person"}
        d.emit(RetryPlanned(address=frame.address, attempt=frame.attempt + 1, due=d.at, why=why))
    else:
        handing.take_back(d, frame, given.decision, given.value)


def _budget(d: Deciding, frame: Frame, review: Review, given: Given) -> None:
    _settle(d, review, given, given.decision, given.value)
    if given.decision == "approve":
        d.emit(BudgetRaised(times=d.state.budget_times + 1))
        if isinstance(frame.work, CallWork):  # a child begins by itself, now that nothing holds its step up
            calls.proceed(d, frame)
    else:
        ending.abort(d, "budget", Failure(code="budget", message="more budget was not allowed"), code="budget")


_TAKE: Final[Mapping[str, Callable[[Deciding, Frame, Review, Given], None]]] = {
    "": _question,
    "before": _approval,
    "failure": _failure,
    "after": _output,
    "unknown_outcome": _unknown,
    "unusable": _unusable,
    "fresh": _fresh,
    "undo": _undo,
    "budget": _budget,
    "handoff": _handoff,
    "ending": _handoff,
}
"""By what made the review: who takes up its answer."""
