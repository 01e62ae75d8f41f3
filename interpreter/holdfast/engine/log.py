"""What becomes of runs, for the logs of the program around them: a record for each entry of a journal once it stands.

Nothing of what tools and people said is in it. A log is kept by others and for longer, where `holdfast erase` does not
reach; run and number find the entry.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from holdfast.core.events import Event

RUNS: Final = logging.getLogger("holdfast.runs")


def journaled(run: str, after: int, events: Sequence[Event]) -> None:
    """Log entries that stand, at level INFO; `after`: the number of the one before them.

    Every record carries `run`, `seq`, `address` (of the step; empty where it is about the run) and `event`, the kind.
    """
    if not RUNS.isEnabledFor(logging.INFO):
        return
    for seq, event in enumerate(events, after + 1):
        review = getattr(event, "review", None)
        address = str(getattr(event, "address", "") or getattr(review, "address", ""))
        kind = type(event).__name__
        about = {"run": run, "seq": seq, "address": address, "event": kind}
        RUNS.info("%s %d %s %s", run, seq, kind, address or "-", extra=about)
