"""Whether a failed try is followed by another, and when (2-plan-language 5)."""

from __future__ import annotations

from holdfast.core.decide.turn import Deciding
from holdfast.core.events import RetryPlanned
from holdfast.core.failure import TRANSIENT, Failure
from holdfast.core.keys import draw
from holdfast.core.state import Frame
from holdfast.core.work import CallWork
from holdfast.plan.program import Retry

UNDO_RETRY = Retry(attempts=5, delay=0.5)
"""How often a compensation is tried when its tool does not say."""


def policy_of(frame: Frame) -> Retry | None:
    """The step's own policy, or its tool's."""
    if frame.step is not None and frame.step.retry is not None:
        return frame.step.retry
    if not isinstance(frame.work, CallWork):
        return None
    return frame.work.contract.retry or (UNDO_RETRY if frame.undoes else None)


def backoff(policy: Retry, attempt: int, *seed: object) -> float:
    """Seconds before the try after `attempt`: `delay * factor ** (attempt - 1)`, at most `max_delay`, with jitter.

    Jitter `full` draws from [0, delay), `equal` from [delay / 2, delay) (AWS Architecture Blog, "Exponential Backoff
    And Jitter"). The draw depends on the seed alone.
    """
    try:
        delay = min(policy.max_delay, policy.delay * policy.factor ** (attempt - 1))
    except OverflowError:
        delay = policy.max_delay if policy.delay else 0.0
    if policy.jitter == "none":
        return delay
    drawn = draw("backoff", *seed, attempt)
    return delay * drawn if policy.jitter == "full" else delay / 2 + delay / 2 * drawn


def applies(policy: Retry, error: Failure) -> bool:
    """Whether the policy is about this kind of error at all."""
    if error.code in policy.never:
        return False
    return error.code in (TRANSIENT if policy.on is None else policy.on)


def planned(d: Deciding, frame: Frame, error: Failure, *, clipped: bool = True) -> RetryPlanned | None:
    """The next try of a step that failed with `error`, if there is to be one.

    `clipped`: whether deadlines hold; settling an unknown write goes on past them.
    """
    policy = policy_of(frame)
    if policy is None or frame.attempt >= policy.attempts or not applies(policy, error):
        return None
    delay = backoff(policy, frame.attempt, d.state.run, frame.address)
    if error.retry_after is not None:
        delay = error.retry_after
    due = d.at + delay
    if policy.max_elapsed is not None and due - frame.entered > policy.max_elapsed:
        return None
    if clipped and due >= frame.due:
        return None
    why = {"code": "retry", "error": error.code, "delay": round(delay, 3), "of": policy.attempts}
    return RetryPlanned(address=frame.address, attempt=frame.attempt + 1, due=due, why=why)
