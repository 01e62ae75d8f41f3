"""What all tests of a plan together have reached: steps that ran, alternatives that were taken, cases that held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from holdfast.core.events import FallbackTaken, StepEntered, StepSkipped, StepSucceeded
from holdfast.core.keys import bare_id
from holdfast.plan.program import Switch
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.core.events import Entry
    from holdfast.plan.program import Plan, Step


@pair
class Part:
    """One thing that a test can reach.

    Args:
        kind: a `step`; a `fallback` of a step or of the plan; a `case` of a switch.
        step: the id of the step it is, or belongs to; empty for the plan.
        number: of the alternative or the case, from 0.
        name: for people: `book`, `book -> other`, `choose: case 2`.
        reached: whether any test did.
    """

    kind: str
    step: str
    number: int
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
        parts = [part for part in self.parts if part.kind == kind]
        return sum(part.reached for part in parts), len(parts)

    def never(self, kind: str) -> list[str]:
        """Those of a kind that no test has reached, by their names."""
        return [part.name for part in self.parts if part.kind == kind and not part.reached]

    @property
    def share(self) -> float:
        """From 0 to 1: how much of everything was reached."""
        return sum(part.reached for part in self.parts) / max(1, len(self.parts))


def coverage(plan: Plan, journals: Iterable[Sequence[Entry]]) -> Coverage:
    """What of a plan these runs have reached; a step that was only skipped has not run."""
    reached = set[tuple[str, str, int]]()
    for entries in journals:
        for entry in entries:
            reached.update(_reached(entry))
    return Coverage(
        tuple(
            Part(kind, step, number, name, (kind, step, number) in reached) for kind, step, number, name in _parts(plan)
        )
    )


def _parts(plan: Plan) -> Iterator[tuple[str, str, int, str]]:
    yield from _fallbacks(plan.root, "the plan")
    for id_, step in plan.steps.items():
        if id_:
            yield "step", id_, 0, id_
            yield from _fallbacks(step, id_)
        if isinstance(step.action, Switch):
            for number in range(len(step.action.cases)):
                yield "case", id_, number, f"{id_}: case {number + 1}"


def _fallbacks(step: Step, name: str) -> Iterator[tuple[str, str, int, str]]:
    for number, alternative in enumerate(step.fallback):
        yield "fallback", step.id, number, f"{name} -> {alternative.id}"


def _reached(entry: Entry) -> Iterator[tuple[str, str, int]]:
    event = entry.event
    id_ = bare_id(str(getattr(event, "address", "")))
    if isinstance(event, FallbackTaken):
        yield "fallback", id_, event.alternative
        return
    if isinstance(event, StepEntered) and event.case is not None:
        yield "case", id_, event.case
    if not isinstance(event, StepSkipped) and not (isinstance(event, StepSucceeded) and event.via == "kept"):
        yield "step", id_, 0
    yield "step", bare_id(str(getattr(getattr(event, "review", None), "address", ""))), 0
