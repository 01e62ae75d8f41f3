"""What all tests of a plan together have reached, and what they have not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from holdfast.testing.reachable import Place, places_of
from holdfast.testing.reached import reached_by
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.core.events import Entry
    from holdfast.plan.program import Plan

KINDS: Final = (
    ("step", "steps", "steps ran"),
    ("fallback", "fallbacks", "fallbacks were taken"),
    ("case", "cases", "cases held"),
    ("condition", "conditions", "ways of `when` were gone"),
    ("trigger", "triggers", "ways of triggers were gone"),
    ("abort", "aborts", "abort conditions held"),
)
"""What there is to reach: of one, of several, and what becomes of it."""


@pair
class Part:
    """One thing that a test can reach.

    Args:
        place: what it is.
        name: for people: `book`, `book -> other`, `choose: case 2`, `tell is skipped`.
        reached: whether any test did.
    """

    place: Place
    name: str
    reached: bool


@pair
class Coverage:
    """What of a plan its tests have reached, in the order of the plan.

    Args:
        parts: everything there is to reach.
    """

    parts: tuple[Part, ...]

    def of(self, kind: str) -> tuple[int, int]:
        """How many of a kind were reached, and how many there are."""
        parts = [part for part in self.parts if part.place.kind == kind]
        return sum(part.reached for part in parts), len(parts)

    def never(self, kind: str) -> list[str]:
        """Those of a kind that no test has reached, by their names."""
        return [part.name for part in self.parts if part.place.kind == kind and not part.reached]

    @property
    def share(self) -> float:
        """From 0 to 1: how much of everything was reached."""
        return sum(part.reached for part in self.parts) / max(1, len(self.parts))


def coverage(plan: Plan, journals: Iterable[Sequence[Entry]]) -> Coverage:
    """What of a plan these runs have reached; a step that was only skipped has not run."""
    reached = {place for entries in journals for place in reached_by(plan, entries)}
    return Coverage(tuple(Part(place, name, place in reached) for place, name in places_of(plan)))
