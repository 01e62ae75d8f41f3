"""A run's journal laid out by step: what happened to each, who was asked and what they said, how facts became known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from holdfast.afterwards.known import known
from holdfast.afterwards.reading import reads_of
from holdfast.afterwards.trace import Trace
from holdfast.core import events as e
from holdfast.core.keys import child, fact_address, parent_of, step_id

if TYPE_CHECKING:
    from holdfast.core.state import RunState
    from holdfast.plan.program import Plan

E = TypeVar("E")


class Chronicle:
    """What is known of a run, by step.

    Args:
        plan: the run's.
        entries: its journal from the first entry on.
    """

    def __init__(self, plan: Plan, entries: Sequence[e.Entry]) -> None:
        self.plan, self.entries = plan, entries
        self.known = known(plan, entries)
        self.state: RunState = self.known.state
        self.steps: dict[str, list[e.Entry]] = {}
        self.reviews: dict[str, list[e.Entry]] = {}
        self.answers: dict[str, list[e.Entry]] = {}
        self.facts: dict[str, list[e.Entry]] = {}
        trace = Trace()
        for entry in entries:
            self._sort(entry, trace.place(entry))

    def _sort(self, entry: e.Entry, address: str) -> None:
        event = entry.event
        if address:
            self.steps.setdefault(address, []).append(entry)
        match event:
            case e.ReviewRequested(review=review):
                self.reviews.setdefault(review.id, []).append(entry)
            case e.ReviewSettled(review=review):
                self.reviews.setdefault(review, []).append(entry)
            case e.ReviewAnswered(review=review):
                self.answers.setdefault(review, []).append(entry)
            case e.FactResolved(fact=fact) | e.FactMissing(fact=fact):
                self.facts.setdefault(fact, []).append(entry)
            case e.FactsSet(values=values) | e.FactsCorrected(values=values):
                for name in values:
                    self.facts.setdefault(name, []).append(entry)
            case _:
                pass

    @property
    def request(self) -> e.RunRequested:
        """What was asked for."""
        event = self.entries[0].event
        assert isinstance(event, e.RunRequested)  # noqa: S101 - a journal begins so
        return event

    @cached_property
    def outcome(self) -> e.RunFinished | None:
        """How the run ended, if it did."""
        return self.last(self.entries, e.RunFinished)

    @cached_property
    def ending(self) -> e.EndDecided | None:
        """When it was settled how it would end."""
        return next((entry.event for entry in self.entries if isinstance(entry.event, e.EndDecided)), None)

    @staticmethod
    def last(entries: Sequence[e.Entry], kind: type[E]) -> E | None:
        """The last event of a kind among these."""
        return next((entry.event for entry in reversed(entries) if isinstance(entry.event, kind)), None)

    def named(self, name: str) -> list[str]:
        """The addresses that a step's name, or its address, fits, in the order in which they began."""
        if name in self.steps:
            return [name]
        return [address for address in self.steps if step_id(address) == name]

    def within(self, address: str) -> list[str]:
        """The addresses of what stands directly inside a step."""
        return [other for other in self.steps if other != address and parent_of(other) == address]

    def seen_from(self, address: str, name: str) -> str:
        """The address of the step that `steps.NAME` means at a place; empty: none that ran."""
        around = address
        while around:
            around = parent_of(around)
            if (found := child(around, name)) in self.steps:
                return found
        return next(iter(self.named(name)), "")

    def read_by(self, address: str) -> list[str]:
        """The names that a step read, in the order of reading, each once."""
        names: dict[str, None] = {}
        for entry in self.steps.get(address, ()):
            if not isinstance(entry.event, e.FactsCorrected):
                names |= dict.fromkeys(read.name for read in reads_of(self.state, entry.event))
        return list(names)

    def asked_about(self, address: str) -> list[str]:
        """The reviews of a step."""
        return [
            review
            for review, (first, *_) in self.reviews.items()
            if isinstance(first.event, e.ReviewRequested) and first.event.review.address == address
        ]

    def inference(self, fact: str) -> Mapping[str, list[e.Entry]]:
        """What was done to learn a fact, by its two ways."""
        base = fact_address(fact)
        return {way: self.steps.get(child(base, way), []) for way in ("infer", "ask")}
