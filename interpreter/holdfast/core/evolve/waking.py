"""Who has to be looked at when something stops or comes."""

from __future__ import annotations

from holdfast.core.failure import Failure
from holdfast.core.state import Frame, RunState


def stop_all(top: Frame, error: Failure) -> list[Frame]:
    """Mark a frame and everything inside it as stopping, but for compensations. Returns them, the innermost first."""
    stopped = [top]
    for frame in stopped:
        stopped.extend(part for part in frame.children.values() if not part.undoes)
    top.stopping = top.stopping or error
    details = error.details if error.code == "cancelled" else None
    inside = Failure(code="cancelled", message=f"stopped: {error.message or error.code}", details=details)
    for frame in stopped[1:]:
        frame.stopping = frame.stopping or inside
    stopped.reverse()
    return stopped


def wake(state: RunState, fact: str) -> list[Frame]:
    """Whoever waits for a fact waits no more. Returns them and what had begun below them."""
    touched: list[Frame] = []
    for waiter in state.wanted.pop(fact, []):
        waiter.awaiting = ""
        touched += [waiter, *waiter.children.values()]
    return touched
