"""Unknown first: while nobody knows whether a write took place, nothing that builds on it goes on (11-hard-cases 1).

By strategy: `key` and `natural` call again under the same key; `check` asks; `none` asks a person. All of that is past
retry limits and deadlines, and bounded: then a person is asked too.
"""

from __future__ import annotations

from typing import Final

from holdfast.core.decide import claims, reviews
from holdfast.core.decide.retry import backoff, planned
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import CallIntended, CheckIntended, EffectRuledOut, SettlingPlanned
from holdfast.core.failure import Failure
from holdfast.core.state import Frame
from holdfast.core.work import CallWork
from holdfast.plan.program import Retry

ROUNDS: Final = 8
"""How often an unknown outcome is tried or asked again beyond the retry policy, before a person is."""

TAKEOVERS: Final = 3
"""A call interrupted so often by the death of its worker is not tried any more (11-hard-cases 6)."""

_PACE: Final = Retry(delay=1.0, factor=2.0, max_delay=60.0)
_SINCE: Final = "the store was put back to a backup, so it may have been done since; "
_LOST: Final = Failure(code="unavailable", message="the worker died during the call")


def go_on(d: Deciding, frame: Frame) -> None:
    """The next step towards knowing what became of a write."""
    if d.state.claims and claims.settled(d, frame):
        return
    work = frame.call
    strategy = work.contract.idempotency
    if strategy == "none":
        reviews.about_unknown(d, frame, f"{_SINCE if work.doubted else ''}its tool has no idempotency strategy")
    elif work.takeovers >= TAKEOVERS:
        reviews.about_unknown(d, frame, f"it was interrupted {work.takeovers} times")
    elif strategy == "check":
        _by_check(d, frame)
    else:
        _by_repeat(d, frame)


def given_up(d: Deciding, frame: Frame) -> bool:
    """Whether a read was interrupted too often by the death of its worker to be made again; then it fails."""
    if frame.call.takeovers < TAKEOVERS:
        return False
    message = f"interrupted {frame.call.takeovers} times by the death of its worker"
    d.fail(frame.address, Failure(code="internal", message=message))
    return True


def interrupted(work: CallWork) -> dict[str, object]:
    """Why a call is made again that its worker did not bring to an end."""
    if work.doubted:
        return {"code": "doubted"}
    return {"code": "left"} if work.left else {"code": "takeover", "takeovers": work.takeovers}


def _call(d: Deciding, frame: Frame, attempt: int, why: dict[str, object]) -> None:
    number = d.state.call_count + 1
    tool = frame.call.contract.name
    d.emit(CallIntended(call=number, address=frame.address, tool=tool, attempt=attempt, why=why))


def _by_repeat(d: Deciding, frame: Frame) -> None:
    work = frame.call
    window = work.contract.dedup_window
    if window is not None and d.at - work.first_at >= window:
        reviews.about_unknown(d, frame, f"the other side remembers keys for {window:g} s only")
    elif work.state == "interrupted":
        _call(d, frame, frame.attempt, interrupted(work))
    elif work.state == "ready":
        _call(d, frame, frame.attempt, {"code": "settle", "round": work.settles})
    elif work.state == "unsettled":
        _call(d, frame, frame.attempt + 1, {"code": "settle", "round": work.settles})
    else:
        _plan_repeat(d, frame)


def _plan_repeat(d: Deciding, frame: Frame) -> None:
    error = frame.call.error or _LOST
    retry = planned(d, frame, error, clipped=False)
    if retry is not None:
        d.emit(retry)
    else:
        _plan_round(d, frame, error)


def _by_check(d: Deciding, frame: Frame) -> None:
    work = frame.call
    if work.not_found:
        _not_found(d, frame)
    elif work.state == "check_failed":
        _plan_round(d, frame, work.error or _LOST)
    else:
        why = {"code": "check", "error": (work.error or _LOST).code}
        d.emit(CheckIntended(call=d.state.call_count + 1, address=frame.address, why=why))


def _not_found(d: Deciding, frame: Frame) -> None:
    """The check found nothing: believed once the effect has had its time to settle."""
    work = frame.call
    believable = work.last_at + (work.contract.settles_within or 0.0)
    if d.at < believable:
        why = {"code": "settles_within", "seconds": work.contract.settles_within}
        d.emit(SettlingPlanned(address=frame.address, due=believable, why=why))
        return
    error = work.error or _LOST
    ruled_out = Failure(
        code=error.code,
        message=error.message,
        happened=False,
        retry_after=error.retry_after,
        details=error.details,
    )
    d.emit(EffectRuledOut(address=frame.address, error=ruled_out, why={"code": "not_found"}))
    if work.error is not None or frame.stopping is not None:
        d.agenda.append(frame)
    elif frame.due <= d.at and not frame.undoes:
        d.fail(frame.address, Failure(code="timeout", message="the deadline has passed", happened=False))
    else:
        # Only the worker died: that is no attempt, so neither retry policy nor fallbacks have a say.
        _call(d, frame, frame.attempt, interrupted(work))


def _plan_round(d: Deciding, frame: Frame, error: Failure) -> None:
    settles = frame.call.settles
    if settles >= ROUNDS:
        reviews.about_unknown(d, frame, f"{frame.attempt} attempts and {settles} more rounds did not settle it")
        return
    delay = error.retry_after or backoff(_PACE, settles + 1, d.state.run, frame.address, "settle")
    why = {"code": "settle", "error": error.code, "delay": round(delay, 3)}
    d.emit(SettlingPlanned(address=frame.address, due=d.at + delay, why=why))
