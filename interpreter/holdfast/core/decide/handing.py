"""What a person does with a run that was handed to them: they give it back, or close it (2-plan-language 7)."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.core.decide.turn import Deciding
from holdfast.core.events import EndDecided, StepSucceeded
from holdfast.core.failure import Failure
from holdfast.core.state import Frame


def take_back(d: Deciding, frame: Frame, decision: str, value: object) -> None:
    """Go on with what the person gave: `output` is the step's, or the plan's; `close` ends the run."""
    if frame.address != "" and (decision == "output" or d.state.ending is not None):
        # In the cleanup the run is ending already: only the step is done, as with `stop`.
        d.emit(StepSucceeded(address=frame.address, output=value, via="person"))
    elif decision == "output":
        _end(d, frame, "succeeded", value, "")
    else:
        said = value if isinstance(value, Mapping) else {}
        _end(d, frame, str(said.get("status", "failed")), said.get("output"), str(said.get("reason", "")))


def _end(d: Deciding, frame: Frame, status: str, output: object, reason: str) -> None:
    """The ending is the person's, also where another one was decided that led to them."""
    before = d.state.ending.error if d.state.ending is not None else frame.failure
    error = None
    if status != "succeeded":
        message = reason or (before.message if before is not None else "") or "closed by a person"
        error = Failure(code=before.code if before is not None else "rejected", message=message)
    why = {"code": "closed", "address": frame.address, "reason": reason}
    undo = status == "aborted"
    d.emit(EndDecided(status=status, output=output, error=error, via="person", undo=undo, why=why))
