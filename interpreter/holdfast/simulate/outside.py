"""What comes to a run from outside: people who answer, time that passes, signals, events, corrections."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import inf
from typing import TYPE_CHECKING, Final

from holdfast.core.events import ReviewAnswered, SignalReceived, TimerFired
from holdfast.core.keys import bare_id
from holdfast.simulate import people
from holdfast.simulate.scene import Scene

if TYPE_CHECKING:
    from holdfast.core.events import Observation
    from holdfast.core.review import Review

PEOPLE: Final = ("ana", "ben", "cleo", "dan")


class Outside(Scene, ABC):
    """One run, as others reach it."""

    @abstractmethod
    def _observe(self, observation: Observation) -> None:
        """Hear something. Raises Broken."""

    def _answer(self, review_id: str, decision: str, value: object) -> None:
        state = self.mind.state
        review = state.reviews[review_id]
        self.now += 60.0
        self.asked[review.address] = self.asked.get(review.address, 0) + 1
        heard = {by for by, _ in state.heard.get(review_id, ())} | {*review.approved_by, *review.excluded}
        by = next((person for person in PEOPLE if person not in heard), "eve")
        if review.kind == "unknown":
            self._settled_by_hand(review, decision)
        if decision == "edit" and review.trigger_on == "before":
            self.edited.pop(review.address, None)  # where others have to approve it too, it may not be the last word
            if review.approvals == 1:
                self.edited[review.address] = value
        if review.trigger_on == "before" and decision != "reject":
            self._allow(review, by)
        self._observe(ReviewAnswered(review=review_id, decision=decision, value=value, by=by))

    def _allow(self, review: Review, by: str) -> None:
        step = self.cast.plan.steps[bare_id(review.address)]
        for number in review.triggers:
            trigger = step.human[number]
            said = self.said_yes.setdefault((review.address, number), set())
            said.add(by)
            if len(said) >= trigger.approvals:
                self.allowed[review.address, number] = self.now + (trigger.valid_for or inf)

    def _settled_by_hand(self, review: Review, decision: str) -> None:
        effect = people.effect_in(review)
        self.doubtful.discard(effect)
        self.by_hand.add(effect)
        if (decision == "happened") != (effect in self.counterpart.done):
            self.contradicted.add(effect)  # people may be wrong; then the ledger is

    def _tick(self) -> None:
        due = self.mind.next_due()
        assert due is not None  # noqa: S101 - else it is no move
        self.now = max(self.now, due)
        timer = self.mind.due(self.now)
        assert timer is not None  # noqa: S101 - it is due
        self._observe(TimerFired(timer=timer))

    def _signal(self, signal: str) -> None:
        self.was_paused |= signal == "pause"
        self.now += 1.0
        self._observe(SignalReceived(signal=signal, by="op"))

    def _event(self, name: str) -> None:
        self.sent.add(name)
        self.now += 1.0
        self._observe(SignalReceived(signal="event", name=name, payload={}, by="op"))

    def _correct(self, name: str, value: object) -> None:
        self.sent.add(name)
        self.now += 1.0
        self._observe(SignalReceived(signal="correct", payload={name: value}, by="op"))
