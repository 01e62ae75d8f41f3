"""Rows that lists show: pending operations, and tokens for results that come later; which runs a list has."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from holdfast.core.events import Entry, Event
from holdfast.values import value


@value
class PendingRow:
    """A pending operation, or a subject that is reserved for one.

    `state`: reserved (the effect is in flight or unknown), open (it took place and waits for its confirmation until
    `due`), held (nothing confirmed it: its subject stays taken until `due`). `subject` is empty where it has none.
    """

    run: str
    address: str
    tool: str
    state: str
    subject: str = ""
    since: float = 0.0
    due: float | None = None


@value
class CallbackRow:
    """A token for a result that comes later. `state`: open, used, closed (nothing waits for it any more)."""

    digest: str
    run: str
    address: str
    tool: str
    key: str
    state: str = "open"
    said: str = ""


@value
class RunFilter:
    """Which runs to list; every field narrows. `parent`: the children of this run; empty: runs that are no children."""

    plan: str | None = None
    status: Sequence[str] = ()
    task: str | None = None
    user: str | None = None
    parent: str | None = None
    limit: int = 100


def in_appends(history: Sequence[Entry]) -> list[tuple[float, list[Event]]]:
    """Entries as appends again: what was recorded at one instant is one."""
    return [(at, [entry.event for entry in some]) for at, some in groupby(history, key=lambda entry: entry.at)]
