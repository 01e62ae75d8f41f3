"""What a signal needs of the run it is for; both stores ask here, so that they agree.

A run keeps so many events that no wait has taken, in its inbox and in its state, as its plan says
(`events: {keep: N}`); nothing that was accepted is dropped, so more are refused. A name that the run waits for at this
moment is taken up to twice as many: other events must not keep it from going on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from holdfast.core.events import Event, SignalReceived
from holdfast.errors import EventRefused, StoreError
from holdfast.journal.store import LIVE


def event_name(observation: Event) -> str | None:
    """The name of an event; None for everything else that may come."""
    if isinstance(observation, SignalReceived) and observation.signal == "event":
        return observation.name
    return None


def priority_said(observation: Event) -> int | None:
    """The priority that a run is given; None for everything else that may come."""
    if isinstance(observation, SignalReceived) and observation.signal == "prioritise":
        return observation.payload if isinstance(observation.payload, int) else None
    return None


def kept(result: Mapping[str, object] | None) -> int:
    """How many events a run's row says that it keeps."""
    count = (result or {}).get("events", 0)
    return count if isinstance(count, int) else 0


def refuse_over(run: str, status: str) -> None:
    """Raises StoreError for a run that is over."""
    if status not in LIVE:
        raise StoreError(f"run {run} is over ({status}): nothing reaches it any more")


def refuse_beyond(run: str, name: str, untaken: int, keep: int, waiting: Sequence[Mapping[str, object]]) -> None:
    """Refuse an event that the run has no place for.

    Args:
        run: its id.
        name: the event's.
        untaken: how many events lie in the inbox or in the run.
        keep: how many it may keep.
        waiting: what it waits for, as its row says.

    Raises EventRefused.
    """
    awaited = any(item.get("event") == name for item in waiting)
    if untaken >= keep * (2 if awaited else 1):
        raise EventRefused(
            f"event `{name}` is refused: {untaken} events wait in run {run} already that no step has taken, and its "
            f"plan keeps {keep} (`events: {{keep: {keep}}}`); send it again once the run has got to its waits"
        )
