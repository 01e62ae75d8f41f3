"""When the row of a run that is busy has to be renewed: for what people have to know at once."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.core.actions import ReviewClosed, ReviewOpened, Turn
from holdfast.core.interpreter import Interpreter
from holdfast.core.summary import Summary


def changed_row(interpreter: Interpreter, before: Summary | None, turns: Sequence[Turn]) -> Summary | None:
    """The run's row, where it may have changed: while calls are in flight only reviews and events change it."""
    state = interpreter.state
    busy = before is not None and before.status == "running" and state.calls and not state.paused
    if busy and not _asks(turns) and len(state.events) == _untaken(before):
        return None
    summary = interpreter.summary()
    return None if summary == before else summary


def _untaken(before: Summary | None) -> object:
    """How many events the run's row says that it keeps."""
    return (before.result or {}).get("events", 0) if before is not None else 0


def _asks(turns: Sequence[Turn]) -> bool:
    """Whether something is put before people, or needs them no more."""
    for turn in turns:
        for change in turn.changes:
            if type(change) is ReviewOpened or type(change) is ReviewClosed:
                return True
    return False
