"""A run walked through again, observation by observation, forwards and backwards.

Going back is to begin again and stop earlier: nothing is kept of the states in between, so a walk through a long run
takes no more room than the run itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.core.events import Entry
from holdfast.core.interpreter import Interpreter
from holdfast.core.replay import NO_LINKS, Divergence, Links, Recorded, decide_again, turns_of
from holdfast.plan.program import Plan


class Walk:
    """Stands behind one of the run's turns, or before the first one (`position` 0).

    Args:
        plan: compiled; the run's own, or another one to see what it would have decided.
        entries: the run's journal from its first entry on.
        links: where the plan is another one that runs others: see `holdfast.core.replay.replay`.
    """

    def __init__(self, plan: Plan, entries: Sequence[Entry], links: Links = NO_LINKS) -> None:
        self._plan, self.entries = plan, entries
        self.turns: Sequence[Recorded] = list(turns_of(entries, links))
        self.interpreter = Interpreter(plan)
        self.position = 0
        self.divergence: Divergence | None = None
        """Where the decisions come out differently; no step leads beyond it."""

    @property
    def here(self) -> Recorded | None:
        """The observation that came last, and what was decided from it."""
        return self.turns[self.position - 1] if self.position else None

    def forward(self) -> bool:
        """Take in one observation more; False at the end, or where the decisions differ."""
        if self.position == len(self.turns) or self.divergence is not None:
            return False
        self.divergence = decide_again(self.interpreter, self.turns[self.position])
        self.position += 1
        return True

    def back(self) -> bool:
        """Undo one step; False at the beginning."""
        if not self.position:
            return False
        self.go(self.position - 1)
        return True

    def go(self, position: int) -> None:
        """Stand behind so many turns, or as far as the decisions agree."""
        if position < self.position:
            self.interpreter, self.position, self.divergence = Interpreter(self._plan), 0, None
        while self.position < position and self.forward():
            pass

    def to_entry(self, seq: int) -> None:
        """Stand behind the turn that has this entry; beyond the last one, at the end."""
        self.go(
            next(
                (
                    number
                    for number, turn in enumerate(self.turns, start=1)
                    if seq in {turn.observed.seq, *(entry.seq for entry in turn.decided)}
                ),
                len(self.turns),
            )
        )
