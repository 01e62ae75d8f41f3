"""How long things may take at worst, with the arithmetic in words."""

from __future__ import annotations

from math import inf

from holdfast.core.contract import DEFAULT_TIMEOUT, Contract
from holdfast.plan.program import Escalation, Retry, Step

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


def attempt(step: Step, contract: Contract | None) -> float:
    """Seconds for one attempt of a call: what the step says (its plan's defaults included), the tool, or 60."""
    return step.timeout or (contract.timeout if contract is not None else None) or DEFAULT_TIMEOUT


def policy(step: Step, contract: Contract | None) -> Retry:
    """How often a call is tried: what the step says, or the tool."""
    return step.retry or (contract.retry if contract is not None else None) or Retry()


def delays(retry: Retry) -> float:
    """Seconds between all tries together, jitter at its worst: `delay * factor ** n`, each at most `max_delay`."""
    total, left, wait = 0.0, retry.attempts - 1, min(retry.delay, retry.max_delay)
    while left and 0 < wait < retry.max_delay and retry.factor > 1:
        total, left, wait = total + wait, left - 1, min(wait * retry.factor, retry.max_delay)
    return total + left * wait  # from here on they are all alike


def worst(step: Step, contract: Contract | None) -> tuple[float, str]:
    """Seconds that a call's attempts and delays may take, and how that adds up."""
    one, retry = attempt(step, contract), policy(step, contract)
    total = retry.attempts * one + delays(retry)
    if retry.attempts == 1:
        return total, words(total)
    if retry.max_elapsed is not None and total > retry.max_elapsed + one:
        return retry.max_elapsed + one, f"{words(retry.max_elapsed)} of tries and a last one of {words(one)}"
    return total, f"{retry.attempts} x {words(one)} + {words(delays(retry))} of delays = {words(total)}"


def stages(escalate: Escalation | None) -> list[tuple[str, float]]:
    """Everybody whom a question may go on to, with the seconds they have; infinite where nothing ends a stage."""
    found: list[tuple[str, float]] = []
    while escalate is not None:
        found.append((escalate.to, inf if escalate.timeout is None else escalate.timeout))
        escalate = escalate.escalate
    return found


def patience(timeout: float | None, escalate: Escalation | None) -> float:
    """Seconds until nobody's answer takes effect, all stages together; infinite without a bound."""
    return (inf if timeout is None else timeout) + sum(seconds for _, seconds in stages(escalate))


def words(seconds: float) -> str:
    """A duration in words: `31.5 s`, `2 m`, `1 h 30 m`, `7 d`."""
    if seconds < 2 * _MINUTE:
        return f"{round(seconds, 3):g} s"
    whole, found = round(seconds), []
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m"), (1, "s")):
        if whole >= size:
            found.append(f"{whole // size} {unit}")
            whole %= size
    return " ".join(found[:2])
