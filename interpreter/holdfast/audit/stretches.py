"""A run as stretches of time: its steps, their attempts, the waits for people and time, and where a process died.

What the pictures and the traces of a run are made of. Everything comes from the journal; an open stretch ends nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from holdfast.afterwards.trace import Trace
from holdfast.core import events as e

ENDS: Final = (e.StepSucceeded, e.StepFailed, e.StepSkipped, e.StepKept)
_RETURNS: Final = (e.CallReturned, e.CallFailed, e.CallReconciled, e.CheckFailed, e.CallDeferred, e.CallWithheld)


@dataclass(slots=True)
class Stretch:
    """Something that took time.

    Args:
        kind: step, call, check, review, wait, child.
        name: a tool, a queue, the kind of a wait, a child's id; of a step its address.
        began: seconds since 1970.
        entry: with which it began.
        ended: None: it has not.
        outcome: succeeded, failed, skipped, kept, unknown, deferred, withheld, found, not found, or a person's word.
        last: the entry with which it ended.
        attempt: of a call.
        by: of a review, who decided.
    """

    kind: str
    name: str
    began: float
    entry: e.Entry
    ended: float | None = None
    outcome: str = ""
    last: e.Entry | None = None
    attempt: int = 1
    by: str = ""

    def end(self, entry: e.Entry, outcome: str) -> None:
        """It is over."""
        self.ended, self.last, self.outcome = entry.at, entry, outcome


@dataclass(slots=True)
class StepTime:
    """One step: all of it, and what it consisted of."""

    whole: Stretch
    parts: list[Stretch] = field(default_factory=list[Stretch])
    entries: list[e.Entry] = field(default_factory=list[e.Entry])

    @property
    def address(self) -> str:
        """Of the step."""
        return self.whole.name


@dataclass(slots=True)
class Interruption:
    """Nobody carried the run out between these times. `crash`: its process did not leave of its own accord."""

    left: float
    back: float
    crash: bool


@dataclass(slots=True)
class Times:
    """All stretches of a run."""

    steps: dict[str, StepTime] = field(default_factory=dict[str, StepTime])
    interruptions: list[Interruption] = field(default_factory=list[Interruption])
    own: list[e.Entry] = field(default_factory=list[e.Entry])
    """Entries that belong to no step."""
    began: float = 0.0
    last: float = 0.0


def times_of(entries: Sequence[e.Entry]) -> Times:
    """The stretches of a run, in the order in which its steps began."""
    return _Reader().read(entries)


class _Reader:
    def __init__(self) -> None:
        self._times = Times()
        self._trace = Trace()
        self._calls: dict[int, Stretch] = {}
        self._reviews: dict[str, Stretch] = {}
        self._waits: dict[str, Stretch] = {}
        self._children: dict[str, Stretch] = {}

    def read(self, entries: Sequence[e.Entry]) -> Times:
        """All of them, in order."""
        times, before = self._times, None
        for entry in entries:
            address = self._trace.place(entry)
            if address:
                self._of_step(address, entry)
            else:
                times.own.append(entry)
            if isinstance(entry.event, e.WorkerTookOver) and before is not None:
                self._interrupted(before, entry)
            before = entry
        if entries:
            times.began, times.last = entries[0].at, entries[-1].at
        return times

    def _interrupted(self, before: e.Entry, entry: e.Entry) -> None:
        crash = not isinstance(before.event, e.WorkerLeft)
        self._times.interruptions.append(Interruption(before.at, entry.at, crash))
        for part in self._calls.values():
            if part.ended is None and not part.outcome:
                part.end(entry, "unknown")

    def _of_step(self, address: str, entry: e.Entry) -> None:
        step = self._times.steps.get(address)
        if step is None:
            step = StepTime(Stretch("step", address, entry.at, entry))
            self._times.steps[address] = step
        step.entries.append(entry)
        event = entry.event
        if isinstance(event, ENDS):
            step.whole.end(entry, _ENDED[type(event)])
            self._stop_waiting(address, entry, "")
            for part in step.parts:
                if part.ended is None:
                    part.end(entry, part.outcome)
        elif isinstance(event, _RETURNS):
            self._returned(event, entry)
        elif isinstance(event, e.ReviewAnswered | e.ReviewSettled):
            self._said(event, entry)
        else:
            self._begins(step, entry)

    def _begins(self, step: StepTime, entry: e.Entry) -> None:
        event, address = entry.event, step.address
        match event:
            case e.CallIntended(call=call, tool=tool, attempt=attempt):
                self._stop_waiting(address, entry, "")
                part = self._calls[call] = Stretch("call", tool, entry.at, entry, attempt=attempt)
            case e.CheckIntended(call=call):
                self._stop_waiting(address, entry, "")
                part = self._calls[call] = Stretch("check", "asking the tool", entry.at, entry)
            case e.ReviewRequested(review=review):
                part = self._reviews[review.id] = Stretch("review", review.to, entry.at, entry)
            case e.ChildIntended(child=child):
                part = self._children[child] = Stretch("child", child, entry.at, entry)
            case _ if type(event) in _WAITS:
                part = self._waits[address] = Stretch("wait", _WAITS[type(event)], entry.at, entry)
            case _:
                self._goes_on(step, entry)
                return
        step.parts.append(part)

    def _goes_on(self, step: StepTime, entry: e.Entry) -> None:
        match entry.event:
            case e.ChildFinished(child=child, status=status):
                if child in self._children:
                    self._children.pop(child).end(entry, status)
            case e.CallCompleted() | e.CompletionMissed():
                self._completed(step, entry)
            case e.EventTaken() | e.StepEntered() | e.FallbackTaken() | e.TryFailed():
                self._stop_waiting(step.address, entry, "")
            case _:
                pass

    def _returned(self, event: e.Event, entry: e.Entry) -> None:
        part = self._calls.get(getattr(event, "call", -1))
        if part is None:
            return
        match event:
            case e.CallReturned():
                part.end(entry, "succeeded")
            case e.CallFailed(error=error):
                part.end(entry, "unknown" if error.happened is None and error.reached else "failed")
            case e.CallReconciled(found=found):
                part.end(entry, "found" if found else "not found")
            case e.CallDeferred():
                part.outcome = "deferred"
            case e.CallWithheld():
                part.end(entry, "withheld")
            case _:
                part.end(entry, "failed")

    def _completed(self, step: StepTime, entry: e.Entry) -> None:
        part = next((part for part in reversed(step.parts) if part.outcome == "deferred"), None)
        if part is not None:
            failed = isinstance(entry.event, e.CompletionMissed) or getattr(entry.event, "error", None) is not None
            part.end(entry, "failed" if failed else "succeeded")

    def _said(self, event: e.ReviewAnswered | e.ReviewSettled, entry: e.Entry) -> None:
        part = self._reviews.get(event.review)
        if part is None:
            return
        if isinstance(event, e.ReviewAnswered):
            part.by = f"{part.by}, {event.by}" if part.by and event.by not in part.by else event.by or part.by
        else:
            part.end(entry, event.outcome)

    def _stop_waiting(self, address: str, entry: e.Entry, outcome: str) -> None:
        if (part := self._waits.pop(address, None)) is not None:
            part.end(entry, outcome)


_ENDED: Final[dict[type[e.Event], str]] = {
    e.StepSucceeded: "succeeded", e.StepFailed: "failed", e.StepSkipped: "skipped", e.StepKept: "kept",
}  # fmt: skip
_WAITS: Final[dict[type[e.Event], str]] = {
    e.RetryPlanned: "before it is tried again", e.SettlingPlanned: "before it is looked at again",
    e.ClaimDeferred: "for another effect", e.ReviewDeferred: "for room in a queue",
    e.WaitStarted: "for time or an event", e.PendingAwaited: "for a confirmation", e.FactNeeded: "for a fact",
}  # fmt: skip
