"""What one run has reached, told by its journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from holdfast.core.events import (
    CallIntended,
    CallReused,
    EndDecided,
    FallbackTaken,
    ReviewRequested,
    ReviewSampledOut,
    StepEntered,
    StepSkipped,
    StepSucceeded,
)
from holdfast.core.keys import bare_id
from holdfast.plan.compile.walk import blocks_of
from holdfast.testing.reachable import Place, mark

if TYPE_CHECKING:
    from holdfast.core.events import Entry
    from holdfast.plan.program import Plan, Step


def reached_by(plan: Plan, entries: Sequence[Entry]) -> set[Place]:
    """The places of a plan that a run has been to."""
    run = _Run(plan)
    return {place for entry in entries for place in run.after(entry)}


class _Run:
    """One journal, read from its beginning."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._asked: dict[str, set[int]] = {}
        """By address: the triggers that held there."""

    def after(self, entry: Entry) -> Iterator[Place]:
        """What an entry shows to be reached."""
        event = entry.event
        review = getattr(event, "review", None)
        address = str(getattr(event, "address", "") or getattr(review, "address", ""))
        id_ = bare_id(address)
        if not _passes_over(event):
            yield Place("step", id_)
            yield Place("condition", id_, 0)
        match event:
            case StepSkipped(via=""):
                yield Place("condition", id_, 1)
            case FallbackTaken(alternative=number):
                yield Place("fallback", id_, number)
            case StepEntered(case=int(case)):
                yield Place("case", id_, case)
            case ReviewRequested() | ReviewSampledOut():
                yield from self._held(address, event)
            case CallIntended() | CallReused():
                yield from self._passed(address)
            case EndDecided(why={"code": "abort", "reason": reason}):
                yield from self._aborted(str(reason))
            case _:
                pass

    def _held(self, address: str, event: ReviewRequested | ReviewSampledOut) -> Iterator[Place]:
        step = self._step(address)
        drawn = event.trigger if isinstance(event, ReviewSampledOut) else None
        numbers = event.review.triggers if isinstance(event, ReviewRequested) else () if drawn is None else (drawn,)
        for number in numbers if step is not None else ():
            if step is not None and number < len(step.human):
                self._asked.setdefault(address, set()).add(number)
                yield Place("trigger", mark(step.human[number]), 0)

    def _passed(self, address: str) -> Iterator[Place]:
        """A call went out: the triggers before it that did not ask let it pass."""
        step, asked = self._step(address), self._asked.get(address, set())
        for number, trigger in enumerate(step.human if step is not None else ()):
            if trigger.on == "before" and trigger.when is not None and number not in asked:
                yield Place("trigger", mark(trigger), 1)

    def _aborted(self, reason: str) -> Iterator[Place]:
        for id_, step in (("", self._plan.root), *self._plan.steps.items()):
            rules = [rule for block in blocks_of(step.action) for rule in block.abort]
            for number, rule in enumerate(rules):
                if reason == (rule.reason or rule.when.source):
                    yield Place("abort", id_, number)

    def _step(self, address: str) -> Step | None:
        return self._plan.steps.get(bare_id(address))


def _passes_over(event: object) -> bool:
    """Whether an event tells that its step did not run: it was skipped, or an earlier result was kept."""
    if isinstance(event, StepSucceeded):
        return event.via == "kept"
    return isinstance(event, FallbackTaken) or (isinstance(event, StepSkipped) and event.via == "")
