"""What another effect about the same subject keeps a step from (2-plan-language 9, 11-hard-cases 19).

A subject is reserved in the append that intends the write. What other runs hold is not seen here: the store refuses
the append, and says by an observation who holds the subject; then it is decided again, in the same instant.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Final

from holdfast.core.decide.retry import backoff
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import ClaimDeferred, StepSkipped
from holdfast.core.failure import Failure
from holdfast.core.pending import operation_id
from holdfast.core.state import Frame
from holdfast.core.work import CallWork
from holdfast.plan.program import Retry, Step

PATIENCE: Final = Retry(delay=1.0, factor=2.0, max_delay=60.0, jitter="equal")
"""How long a step waits before it looks again for a key that another effect holds."""

LONG: Final = replace(PATIENCE, max_delay=3_600.0)
"""The same for a subject: it may be held for days, and who waits is told when it is free. Looking is for the case that
whoever was told first did not take it."""


def held(d: Deciding, frame: Frame | None, step: Step, call: CallWork, address: str) -> bool:
    """Whether somebody holds the call's subject; then the step does what its `on_pending` says."""
    holder = _holder(d, call, address)
    if holder is None:
        return False
    run, until = holder
    why = {"code": "subject", "subject": call.subject, "run": run}
    if step.on_pending == "skip":
        d.emit(StepSkipped(address=address, via="pending", why=why))
    elif step.on_pending == "fail":
        message = f"another effect about `{call.subject}` is not confirmed yet (run {run})"
        d.fail(address, Failure(code="conflict", message=message, happened=False, details={"run": run}))
    else:
        if frame is None or frame.work is None:
            d.render(call, address)
        due = min(look_again(d, call, address, LONG), inf if until is None else until)
        d.emit(ClaimDeferred(address=address, due=due, subject=call.subject, why=why))
    return True


def _holder(d: Deciding, call: CallWork, address: str) -> tuple[str, float | None] | None:
    """The run that holds the subject, as far as is known at this instant, and until when if that is known."""
    state = d.state
    name, until = state.subjects.get(call.subject, ("", 0.0))
    if name and name != operation_id(state, address) and until > d.at:
        return state.run, until
    said, at = state.held.get(call.subject, (None, 0.0))
    if said is None or at != d.at or (said.until is not None and said.until <= d.at):
        return None  # a hold may run out while the store that told of it takes nothing
    return said.run, said.until


def look_again(d: Deciding, call: CallWork, address: str, patience: Retry = PATIENCE) -> float:
    """When a step asks again for what another effect holds: later each time."""
    return d.at + backoff(patience, call.deferrals + 1, d.state.run, address, "claim")
