"""What triggers and people are told about where a value comes from."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.core.decide.turn import Deciding
from holdfast.core.keys import parent_of
from holdfast.core.provenance import GIVEN, OBSERVED, of_outcome, resolve, so_far
from holdfast.core.state import Frame


def standing(d: Deciding, parent: Frame, address: str, reads: Iterable[str]) -> tuple[int, float]:
    """The labels of a call's arguments, and the least confidence of what they were made of.

    A run that does not record what it reads knows what its templates may read (`reads`); nothing there is guessed or
    untrusted.
    """
    frame, scope = d.state.frames.get(address), parent.inner or parent.scope
    if frame is not None and frame.reads is not None:
        return frame.control | frame.labels, frame.certainty
    if d.noted is None:
        reads = [name for name in reads if name.partition(".")[0] in {"inputs", "steps"}]
        labels = sum({GIVEN if name.startswith("inputs") else OBSERVED for name in reads})
        return labels, resolve(d.state, scope, reads).confidence
    origin = resolve(d.state, scope, d.noted)
    around = frame.control if frame is not None else parent.control | parent.labels
    return around | origin.labels, origin.confidence


def shown(d: Deciding, address: str, *, output: bool) -> int:
    """The labels of what a review is about: what the step read, and what its parts gave.

    `output`: its output is shown, so that what its tool adds counts too.
    """
    frame = d.state.frames.get(address)
    if frame is not None and (frame.reads is not None or not d.noted):
        return of_outcome(frame) if output else so_far(frame)
    parent = frame or d.state.frames[parent_of(address)]
    return parent.control | parent.labels | resolve(d.state, parent.inner or parent.scope, d.noted or ()).labels
