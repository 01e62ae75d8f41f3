"""What becomes of a step whose try failed: another try, a person, an alternative, or its parent's trouble.

The order is fixed: first the policy, then people, then alternatives. A write whose outcome is unknown never comes
here before it is settled (11-hard-cases 1).
"""

from __future__ import annotations

from dataclasses import replace

from holdfast.core.decide import ending, reviews, undoing
from holdfast.core.decide.retry import planned, policy_of
from holdfast.core.decide.turn import Deciding, condition
from holdfast.core.events import FallbackTaken, RetryPlanned, StepFailed
from holdfast.core.failure import Failure
from holdfast.core.keys import child, is_below
from holdfast.core.names import error_data
from holdfast.core.state import Frame
from holdfast.core.work import CallWork
from holdfast.plan.program import Expression, Names


def dispose(d: Deciding, frame: Frame, error: Failure) -> None:
    """Decide what follows from a step's failure. Nothing of it is active any more, and its effect is known."""
    if not (_repeatable(frame) and _try_again(d, frame, error)) and not reviews.about_failure(d, frame, error):
        take_alternative(d, frame, error)


def _repeatable(frame: Frame) -> bool:
    """A write that took place is never repeated, whatever was wrong with its result."""
    return not (isinstance(frame.work, CallWork) and frame.work.happened)


def _try_again(d: Deciding, frame: Frame, error: Failure) -> bool:
    retry = planned(d, frame, error)
    if retry is None:
        return False
    policy = policy_of(frame)
    if policy is None or not policy.fresh or isinstance(frame.work, CallWork):
        d.emit(retry)
    elif not undoing.start(d, frame, [frame.address], "fresh"):
        _begin_afresh(d, frame, error, replace(retry, fresh=True))
    return True


def _begin_afresh(d: Deciding, frame: Frame, error: Failure, retry: RetryPlanned) -> None:
    """What could be undone has been; what still stands would be done twice, and only a person may say that."""
    standing = [
        address
        for address in d.state.intents
        if is_below(address, frame.address) and (address in d.state.kept or address in d.state.stuck)
    ]
    for step, legacy in d.state.legacies.items():
        if is_below(step, frame.address):
            standing += [child(step, address) for address in legacy.standing()]
    if standing:
        reviews.about_fresh(d, frame, error, standing)
    else:
        d.emit(retry)


def take_alternative(d: Deciding, frame: Frame, error: Failure) -> None:
    """Go on with the first alternative that applies; without one, the step has failed for good."""
    step = frame.step
    alternatives = step.fallback if step is not None else ()
    names = d.names(frame.scope, {"error": error_data(error)})
    for number in range(frame.alternative + 1, len(alternatives)):
        if not _applies(alternatives[number].when, names):
            continue
        if step is not None and step.undo_first and undoing.start(d, frame, [frame.address], "undo_first"):
            return
        why = {"code": "fallback", "error": error.code, "to": alternatives[number].id}
        d.emit(FallbackTaken(address=frame.address, alternative=number, why=why))
        return
    give_up(d, frame, error)


def _applies(when: Expression | None, names: Names) -> bool:
    held = condition(when, names)
    return held is True


def give_up(d: Deciding, frame: Frame, error: Failure) -> None:
    """A step failed for good."""
    if frame.undoes:
        reviews.about_undo(d, frame, error)
    elif frame.address == "" and d.state.plan.on_failure == "handoff" and d.state.ending is None:
        reviews.about_end(d, error, again=True)
    elif frame.address == "":
        ending.end(d, "failed", error=error, undo=d.state.plan.on_failure == "compensate")
    else:
        located = error if error.address else replace(error, address=frame.address)
        d.emit(StepFailed(address=frame.address, error=located))
