"""The effect ledger of one world, under the rule of the stores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from holdfast.core.actions import Change, EffectClaimed, EffectMarked, Turn
from holdfast.core.events import Claim
from holdfast.journal.ledger import standing_against
from holdfast.journal.store import EffectRow
from holdfast.simulate.counterpart import Effect

RUN: Final = "r"
"""The one run of a world."""


@dataclass(slots=True)
class Ledger:
    """Writes by tool and key."""

    rows: dict[Effect, EffectRow] = field(default_factory=dict[Effect, EffectRow])

    def against(self, turns: Iterable[Turn]) -> list[Claim]:
        """What keeps writes from being intended."""
        found: list[Claim] = []
        for change in (change for turn in turns for change in turn.changes):
            if isinstance(change, EffectClaimed) and (change.tool, change.key) in self.rows:
                against = standing_against(self.rows[change.tool, change.key], RUN, change)
                found += [] if against is None else [against]
        return found

    def keep(self, change: Change, at: float) -> None:
        """Follow a change that was committed."""
        if isinstance(change, EffectClaimed):
            self.rows[change.tool, change.key] = EffectRow(
                tool=change.tool, key=change.key, run=RUN, address=change.address, state="intended",
                digest=change.digest, intended_at=at,
            )  # fmt: skip
        elif isinstance(change, EffectMarked) and (held := self.rows.get((change.tool, change.key))) is not None:
            marked = replace(held, state=change.state, value=change.value, settled_at=at)
            self.rows[change.tool, change.key] = marked
