"""`parallel`: branches at the same time, and what their join asks of them (11-hard-cases 16)."""

from __future__ import annotations

from holdfast.core.decide import undoing
from holdfast.core.decide.finishing import succeed
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import CancelDecided, StepEntered
from holdfast.core.failure import Failure
from holdfast.core.keys import child
from holdfast.core.state import Frame
from holdfast.core.work import ParallelWork
from holdfast.plan.program import Parallel


def advance(d: Deciding, frame: Frame, parallel: Parallel) -> None:
    """Start the branches, and look after each whether the join is decided."""
    work = frame.work
    assert isinstance(work, ParallelWork)  # noqa: S101 - entered
    if not work.started:
        for name, _ in parallel.branches:
            d.emit(StepEntered(address=child(frame.address, name)))
        return
    total = len(parallel.branches)
    needed = total if parallel.join is None else parallel.join
    won = work.succeeded >= needed
    lost = work.failed > total - needed and parallel.on_failure == "cancel"
    if won or lost:
        _stop_others(d, frame, work, parallel, "the join has what it needs" if won else "another branch failed")
    if frame.children or frame.undo:
        return
    if won or parallel.on_failure == "collect":
        succeed(d, frame)
    else:
        d.fail(frame.address, work.error or Failure(code="internal", message="no branch succeeded"))


def _stop_others(d: Deciding, frame: Frame, work: ParallelWork, parallel: Parallel, reason: str) -> None:
    """Stop what still runs; then undo what the stopped branches had done."""
    for branch in list(frame.children.values()):
        if branch.stopping is None:
            d.emit(CancelDecided(address=branch.address, error=Failure(code="cancelled", message=reason)))
    if not frame.children and parallel.losers == "undo" and work.cancelled:
        undoing.start(d, frame, work.cancelled, "join")
