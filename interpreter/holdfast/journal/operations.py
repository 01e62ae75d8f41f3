"""The pending operations of a store in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TypeVar

from holdfast.core.actions import (
    Change,
    PendingCleared,
    PendingHeld,
    PendingListed,
    SubjectReserved,
    SubjectWanted,
)
from holdfast.core.events import Event, PendingReleased, SubjectDue, SubjectFreed
from holdfast.journal import pending
from holdfast.journal.store import Append, ClaimRefused, PendingRow

T = TypeVar("T")


class Operations:
    """The list, the subjects that are held, and the runs that want one.

    Args:
        tell: puts an observation into a run's inbox.
        lives: whether a run is not over.
    """

    def __init__(self, tell: Callable[[str, Event], None], lives: Callable[[str], bool]) -> None:
        self._tell, self._lives = tell, lives
        self._rows: dict[tuple[str, str], PendingRow] = {}
        self._subjects: dict[str, tuple[str, str]] = {}
        self._wanted: dict[str, dict[str, None]] = {}

    def listed(self, now: float, state: str | None, run: str | None, subject: str | None) -> list[PendingRow]:
        """See `Store.pending`."""
        found = [row for row in self._rows.values() if not pending.run_out(row, now)]
        found = [row for row in found if subject in (None, row.subject) and state in (None, row.state)]
        return sorted([row for row in found if run in (None, row.run)], key=lambda row: row.since)

    def all(self) -> list[PendingRow]:
        """Every row, holds that have run out included."""
        return list(self._rows.values())

    def put(self, at: PendingRow, row: PendingRow | None) -> None:
        """Have this row where `at` stands; None: have none there."""
        held = self._rows.pop((at.run, at.address), None)
        if held is not None and held.subject:
            self._subjects.pop(held.subject, None)
        if row is not None:
            self._rows[row.run, row.address] = row
            if row.subject:
                self._subjects[row.subject] = (row.run, row.address)

    def release(self, run: str, released: PendingReleased) -> PendingRow:
        """See `Store.release_pending`."""
        held = pending.releasable(self._rows.get((run, released.address)), run, released.address)
        if held.state != "open":
            self._clear(run, released.address)
        return held

    def refuse(self, append: Append, ledger: Callable[[Append], T]) -> T:
        """What the ledger makes of an append. Raises ClaimRefused for its claims and for subjects that others hold."""
        held = pending.all_against(append, lambda subject: self._rows.get(self._subjects.get(subject, ("", ""))))
        try:
            after = ledger(append)
        except ClaimRefused as refused:
            raise ClaimRefused(*refused.observations, *held) from None
        if held:
            raise ClaimRefused(*held)
        return after

    def follow(self, change: Change, append: Append) -> None:
        """Keep the list as a change says."""
        run = append.run
        match change:
            case SubjectReserved(subject=subject, address=address):
                before = self._subjects.get(subject)
                if before is not None:
                    del self._rows[before]
                self._rows[run, address] = pending.reserved(change, append)
                self._subjects[subject] = (run, address)
            case PendingListed(address=address):
                held = self._rows.get((run, address)) or PendingRow(
                    run=run, address=address, tool=change.tool, state="open", since=append.at
                )
                self._rows[run, address] = dataclasses.replace(held, state="open", due=change.due)
            case PendingHeld(address=address, until=until, subject=subject):
                self._rows[run, address] = dataclasses.replace(self._rows[run, address], state="held", due=until)
                longest = next((one for one in self._wanted.get(subject, ()) if self._lives(one)), None)
                if longest is not None:
                    self._tell(longest, SubjectDue(subject=subject, until=until))
            case PendingCleared(address=address):
                self._clear(change.run or run, address)
            case SubjectWanted(subject=subject):
                self._wanted.setdefault(subject, {})[run] = None
                self._wake(subject)
                self._date(run, change)
            case _:
                pass

    def _date(self, run: str, wanted: SubjectWanted) -> None:
        """Tell a run until when the subject that it wants is held, unless it knows."""
        row = self._rows.get(self._subjects.get(wanted.subject, ("", "")))
        until = None if row is None else pending.held_until(row)
        if until is not None and until != wanted.until:
            self._tell(run, SubjectDue(subject=wanted.subject, until=until))

    def _clear(self, run: str, address: str) -> None:
        row = self._rows.pop((run, address), None)
        if row is not None and row.subject:
            del self._subjects[row.subject]
            self._wake(row.subject)

    def _wake(self, subject: str) -> None:
        """If nobody holds the subject, tell the run that has wanted it longest."""
        wanted = self._wanted.get(subject, {})
        while wanted and subject not in self._subjects:
            run = next(iter(wanted))
            del wanted[run]
            if self._lives(run):
                self._tell(run, SubjectFreed(subject=subject))
                return
