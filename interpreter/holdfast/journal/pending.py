"""Who may take a subject, and which pending operations a person may release (11-hard-cases 19).

The sqlite store states the first rule once more in SQL; the conformance suite holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from holdfast.core.actions import PendingCleared, SubjectReserved
from holdfast.core.events import SubjectHeld
from holdfast.errors import StoreError, UnknownName
from holdfast.journal.store import Append, PendingRow

STATES: Final = ("reserved", "open", "held")


def run_out(row: PendingRow, now: float) -> bool:
    """Whether a hold has come to its end."""
    return row.state == "held" and row.due is not None and row.due <= now


def standing_against(held: PendingRow, run: str, wanted: SubjectReserved, now: float) -> SubjectHeld | None:
    """What keeps `run` from reserving a subject that `held` has; None: nothing."""
    if run_out(held, now) or (held.run, held.address) == (run, wanted.address):
        return None
    return SubjectHeld(
        subject=held.subject, run=held.run, address=held.address, state=held.state, until=held_until(held)
    )


def held_until(row: PendingRow) -> float | None:
    """When a hold comes to its end; None: it is none, but an effect that is under way or watched."""
    return row.due if row.state == "held" else None


def all_against(append: Append, holder: Callable[[str], PendingRow | None]) -> list[SubjectHeld]:
    """Every subject that an append reserves and others hold; `holder` says who holds one before it."""
    against: list[SubjectHeld] = []
    after: dict[str, PendingRow | None] = {}
    for change in append.changes:
        if isinstance(change, PendingCleared):
            after[change.subject] = None
        elif isinstance(change, SubjectReserved):
            subject = change.subject
            held = after[subject] if subject in after else holder(subject)
            if held is not None and (found := standing_against(held, append.run, change, append.at)) is not None:
                against.append(found)
            else:
                after[subject] = reserved(change, append)
    return against


def reserved(change: SubjectReserved, append: Append) -> PendingRow:
    """The row of a subject that an append reserves."""
    return PendingRow(
        run=append.run, address=change.address, tool=change.tool, state="reserved", subject=change.subject,
        since=append.at,
    )  # fmt: skip


def releasable(held: PendingRow | None, run: str, address: str) -> PendingRow:
    """The operation, if a person may release it. Raises UnknownName, StoreError."""
    if held is None:
        raise UnknownName("pending operation", f"{run} {address}")
    if held.state == "reserved":
        raise StoreError(
            f"the effect of {address} in run {run} is in flight or unknown, so `{held.subject}` is not to be released: "
            "let the run settle it first (`holdfast resume`, `holdfast inbox`)"
        )
    return held
