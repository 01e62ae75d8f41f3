"""The effect ledger and the subjects of one world, under the rules of the stores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from holdfast.core.actions import Change, EffectClaimed, EffectMarked, PendingCleared, PendingHeld, Turn
from holdfast.core.events import Claim, Event, SubjectHeld
from holdfast.journal import pending
from holdfast.journal.ledger import standing_against
from holdfast.journal.operations import Operations
from holdfast.journal.store import Append, EffectRow, PendingRow
from holdfast.simulate.counterpart import Effect


@dataclass(slots=True)
class Ledger:
    """What all runs of a world share.

    `rows`: writes by tool and key. `told`: what a store tells runs of subjects that they want, and has not told yet.
    `standing`: whose effect about a subject took place, and until when it stands open. `over`: the runs that have
    ended. `operations`: pending operations and subjects; None: the plan has no subjects.
    """

    rows: dict[Effect, EffectRow] = field(default_factory=dict[Effect, EffectRow])
    told: list[tuple[str, Event]] = field(default_factory=list[tuple[str, Event]])
    standing: dict[str, tuple[str, float]] = field(default_factory=dict[str, tuple[str, float]])
    over: set[str] = field(default_factory=set[str])
    operations: Operations | None = None

    def with_subjects(self) -> None:
        """Keep subjects too."""
        self.operations = Operations(lambda run, said: self.told.append((run, said)), lambda run: run not in self.over)

    def against(self, turns: Sequence[Turn], run: str) -> list[Claim | SubjectHeld]:
        """What keeps writes from being intended."""
        found: list[Claim | SubjectHeld] = []
        for change in (change for turn in turns for change in turn.changes):
            if isinstance(change, EffectClaimed) and (change.tool, change.key) in self.rows:
                against = standing_against(self.rows[change.tool, change.key], run, change)
                found += [] if against is None else [against]
        if self.operations is not None:
            for turn in turns:
                found += pending.all_against(_append(turn, run), self.holder)
        return found

    def holder(self, subject: str) -> PendingRow | None:
        """Who holds a subject."""
        every = () if self.operations is None else self.operations.all()
        return next((row for row in every if row.subject == subject), None)

    def keep(self, turns: Iterable[Turn], run: str, at: float) -> None:
        """Follow what was committed."""
        for turn in turns:
            for change in turn.changes:
                self.take(change, run, at)
                if self.operations is not None:
                    self.operations.follow(change, _append(turn, run))
                    self._follow(change, run)

    def _follow(self, change: Change, run: str) -> None:
        """See when an effect about a subject stands open no more."""
        if isinstance(change, PendingCleared | PendingHeld) and self.standing.get(change.subject, ("",))[0] == run:
            self.standing[change.subject] = run, change.until if isinstance(change, PendingHeld) else 0.0

    def take(self, change: Change, run: str, at: float) -> None:
        """Follow one change that a run committed, as far as it is about an effect."""
        if isinstance(change, EffectClaimed):
            self.rows[change.tool, change.key] = EffectRow(
                tool=change.tool, key=change.key, run=run, address=change.address, state="intended",
                digest=change.digest, intended_at=at,
            )  # fmt: skip
        elif isinstance(change, EffectMarked):
            held = self.rows.get((change.tool, change.key))
            if held is not None and held.run == (change.run or run):
                marked = replace(held, state=change.state, value=change.value, settled_at=at)
                self.rows[change.tool, change.key] = marked


def _append(turn: Turn, run: str) -> Append:
    return Append(run=run, after=0, at=turn.at, events=(), changes=turn.changes)
