"""Calls whose result comes later: what follows when it does not."""

from __future__ import annotations

from holdfast.core.decide import reviews
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import CompletionMissed
from holdfast.core.failure import Failure
from holdfast.core.state import Frame


def missed(d: Deciding, frame: Frame) -> None:
    """The time for the result is over: a read has failed, a write is unknown, and settled as any other."""
    write = frame.call.contract.effect == "write"
    message = "its result did not come in time"
    error = Failure(code="timeout", message=message, happened=None if write else False)
    d.emit(CompletionMissed(address=frame.address, error=error))
    terms = frame.step.deferred if frame.step is not None else None
    if write and terms is not None and terms.on_timeout == "human":
        reviews.about_unknown(d, frame, message)
