"""Where in a run each journal entry belongs: which step, and how long its call took."""

from __future__ import annotations

from holdfast.core import events as e

_BY_CALL = (e.CallReturned, e.CallFailed, e.CallReconciled, e.CheckFailed)
_BY_REVIEW = (e.ReviewAnswered, e.ReviewSettled)


class Trace:
    """Follows a journal from its first entry on."""

    def __init__(self) -> None:
        self.began: float | None = None
        """When the run was asked for, seconds since 1970."""
        self._calls: dict[int, tuple[str, float]] = {}
        self._reviews: dict[str, str] = {}
        self._children: dict[str, str] = {}
        self._took: dict[str, float] = {}

    def place(self, entry: e.Entry) -> str:
        """The address of the step the entry belongs to; empty for the run itself. Feed every entry once, in order."""
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
        if isinstance(event, e.ChildStarted | e.ChildFinished):
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
