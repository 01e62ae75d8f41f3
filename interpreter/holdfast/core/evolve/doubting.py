"""How a run goes on in a store that was put back to a copy from before: what it begins may have been done already."""

from __future__ import annotations

from holdfast.core.events import CallDoubted, StoreRestored
from holdfast.core.evolve.calls import concluded
from holdfast.core.state import Frame, RunState


def store_restored(state: RunState, event: StoreRestored, _at: float) -> None:
    state.restored = event.taken
    state.cleared.clear()


def call_doubted(state: RunState, event: CallDoubted, at: float) -> Frame | None:
    """As if its worker had died during the call, only that nobody did: the other side may know it since the copy."""
    frame = concluded(state, event.call, "in_flight")
    if frame is None:
        return None
    work = frame.call
    state.cleared[work.key] = None
    work.unknown, work.doubted, work.state = True, True, "interrupted"
    work.first_at, work.last_at = min(work.first_at, state.restored or work.first_at), at
    state.spent.calls -= 1
    return frame
