"""What comes between a step's output and its success: a person, if a trigger says so."""

from __future__ import annotations

from holdfast.core.decide import confirming, reviews
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import UNSET, StepSucceeded, Unset
from holdfast.core.state import Frame


def succeed(d: Deciding, frame: Frame, output: object = UNSET) -> None:
    """A step has its output; `UNSET`: the one its frame already holds."""
    human = frame.step.human if frame.step is not None else ()
    value = frame.output if isinstance(output, Unset) else output
    if human and frame.stopping is None and reviews.about_output(d, frame, value):
        return
    if frame.undoes:
        confirming.undone(d, frame.undoes)
    d.emit(StepSucceeded(address=frame.address, output=output, via=frame.via))
