"""When the row of a run that is busy has to be renewed: for what people have to know at once."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.core.actions import ReviewClosed, ReviewOpened, Turn
from holdfast.core.summary import Summary


def untaken(before: Summary | None) -> object:
    """How many events the run's row says that it keeps."""
    return (before.result or {}).get("events", 0) if before is not None else 0


def asks(turns: Sequence[Turn]) -> bool:
    """Whether something is put before people, or needs them no more."""
    for turn in turns:
        for change in turn.changes:
            if type(change) is ReviewOpened or type(change) is ReviewClosed:
                return True
    return False
