"""Where in a run each journal entry belongs: which step, and how long its call took."""

from __future__ import annotations

from holdfast.core import events as e

_BY_CALL = (e.CallReturned, e.CallFailed, e.CallReconciled, e.CheckFailed)
_BY_REVIEW = (e.ReviewAnswered, e.ReviewSettled)
_BY_CHILD = (e.ChildStarted, e.ChildFinished, e.ChildAsked)
_MAKING = (
    e.ArgumentsRendered, e.CallIntended, e.CallReused, e.ReviewRequested, e.ChildIntended, e.FactsSet, e.WaitStarted,
    e.StepEntered,
)  # fmt: skip
"""What says that a step is being made, as against kept, passed over or stopped."""


class Trace:
    """Follows a journal from its first entry on."""

    def __init__(self) -> None:
        self.began: float | None = None
        """When the run was asked for, seconds since 1970."""
        self._calls: dict[int, tuple[str, float]] = {}
        self._reviews: dict[str, str] = {}
        self._children: dict[str, str] = {}
        self._took: dict[str, float] = {}
        self._invalid: set[str] = set()
        self._made: dict[str, int] = {}

    def place(self, entry: e.Entry) -> str:
        """The address of the step the entry belongs to; empty for the run itself. Feed every entry once, in order."""
        address = self._place(entry)
        if isinstance(entry.event, e.StepsInvalidated):
            self._invalid.update(entry.event.steps)
        elif address in self._invalid and isinstance(entry.event, _MAKING):
            self._invalid.discard(address)
            self._made[address] = self._made.get(address, 1) + 1
        return address

    def revision(self, address: str) -> str:
        """`#2` of a step that is made anew because a fact was corrected, then `#3`; empty for the first time."""
        made = self._made.get(address)
        return "" if made is None else f"#{made}"

    def _place(self, entry: e.Entry) -> str:
        if self.began is None:
            self.began = entry.at
        event = entry.event
        if isinstance(event, e.CallIntended | e.CheckIntended):
            self._calls[event.call] = (event.address, entry.at)
        if isinstance(event, e.ReviewRequested):
            self._reviews[event.review.id] = event.review.address
            return event.review.address
        if isinstance(event, _BY_CALL):
            return self._of_call(event.call, entry.at)
        if isinstance(event, e.ChildIntended):
            self._children[event.child] = event.address
        if isinstance(event, _BY_CHILD):
            return self._children.get(event.child, "")
        if isinstance(event, _BY_REVIEW):
            return self._reviews.get(event.review, "")
        return str(getattr(event, "address", ""))

    def took(self, address: str) -> float | None:
        """Seconds that the last concluded call at this address took."""
        return self._took.get(address)

    def _of_call(self, call: int, at: float) -> str:
        address, since = self._calls.get(call, ("", at))
        self._took[address] = at - since
        return address
