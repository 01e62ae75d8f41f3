"""What lists of runs show of one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from holdfast.values import value


@value
class Summary:
    """A run in brief, kept beside the journal so that nobody folds to draw a table.

    `status`: running, waiting, paused, succeeded, failed, aborted, cancelled. `wake_at`: when the next timer is due,
    seconds since 1970; None: only a person, a signal or a call wakes it. `waiting`: what for, plain data:
    `{"for": "review" | "event" | "timer", "address", "due", ...}`. `result`: `{"spent": {...}}`, `events`: how
    many no wait has taken, where there are any, and once it is over also `output`, `error`, `via`, `notes`.
    """

    status: str
    wake_at: float | None = None
    waiting: Sequence[Mapping[str, object]] = ()
    result: Mapping[str, object] | None = None
