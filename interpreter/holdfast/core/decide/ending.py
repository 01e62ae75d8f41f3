"""How a run ends: what is active stops, effects are undone where that was decided, cleanup runs, and that is that."""

from __future__ import annotations

from holdfast.core.decide import confirming, reviews, undoing
from holdfast.core.decide.turn import Deciding
from holdfast.core.decide.undoables import undoables
from holdfast.core.events import NO_REASON, EndDecided, RunFinished, StepEntered, Why
from holdfast.core.evolve.legacy import left
from holdfast.core.failure import Failure
from holdfast.core.keys import CLEANUP
from holdfast.core.state import Frame, RunState


def end(
    d: Deciding,
    status: str,
    *,
    output: object = None,
    error: Failure | None = None,
    via: str = "",
    undo: bool = False,
    why: Why = NO_REASON,
) -> None:
    """Settle how the run ends. The first ending decided is the one that holds."""
    if d.state.ending is None:
        d.emit(EndDecided(status=status, output=output, error=error, via=via, undo=undo, why=why))


def open_to_others(state: RunState) -> bool:
    """Whether it can still be decided how the run ends: not yet, or well, and it only waits for confirmations."""
    ending = state.ending
    return ending is None or (ending.status == "succeeded" and bool(state.pending) and not state.cleaned)


def end_otherwise(d: Deciding, status: str, *, error: Failure | None = None, undo: bool, why: Why = NO_REASON) -> None:
    """Settle that the run does not end well, also where all that was left to do was to wait for confirmations."""
    if open_to_others(d.state):
        d.emit(EndDecided(status=status, error=error, undo=undo, why=why))


def abort(d: Deciding, reason: str, error: Failure | None = None, *, undo: bool = True, code: str = "abort") -> None:
    """End the run as aborted and undo what was done, unless `undo` says otherwise."""
    shown = error or Failure(code="cancelled", message=reason)
    end(d, "aborted", error=shown, undo=undo, why={"code": code, "reason": reason})


def go_on(d: Deciding, root: Frame) -> None:
    """Nothing is active any more: the next stage of the ending."""
    state = d.state
    ending = state.ending
    if ending is None or CLEANUP in state.frames:
        return
    if ending.status == "failed" and state.plan.on_failure == "handoff" and not (state.handed_over or state.cleaned):
        reviews.about_end(d, ending.error or Failure(code="internal"), again=False)
        return
    if ending.status == "succeeded" and state.pending:
        return
    if ending.undo and not state.cleaned and undoing.start(d, root, [""], "ending"):
        return
    if state.plan.cleanup is not None and not state.cleaned:
        d.emit(StepEntered(address=CLEANUP))
        return
    for operation in list(state.pending):
        confirming.settle(d, operation, "abandoned", {"code": "abandoned", "status": ending.status})
    d.emit(
        RunFinished(
            status=ending.status,
            output=ending.output,
            error=ending.error,
            via=ending.via,
            notes=tuple(state.notes),
            effects=() if state.lineage is None else undoables(d),
            legacy=left(state),
        )
    )
