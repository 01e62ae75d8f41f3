"""One reason, and what lies behind it."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.core.events import Entry
from holdfast.values import pair


@pair
class Reason:
    """A sentence that rests on an entry of the journal, and the reasons for what it says.

    Args:
        sentence: with a capital letter and a full stop.
        entry: on which it rests; None: on none of its own.
        because: what led to it, in the order in which it happened.
        address: of the step it is about; empty for what is about no step as a whole.
    """

    sentence: str
    entry: Entry | None = None
    because: tuple[Reason, ...] = ()
    address: str = ""

    def lines(self, depth: int = 0) -> Iterator[tuple[int, Reason]]:
        """It and everything behind it, each with how deep it lies."""
        yield depth, self
        for reason in self.because:
            yield from reason.lines(depth + 1)

    def to_data(self) -> dict[str, object]:
        """The same for programs."""
        entry = self.entry
        return {
            "sentence": self.sentence,
            "seq": None if entry is None else entry.seq,
            "at": None if entry is None else entry.at,
            **({"step": self.address} if self.address else {}),
            "because": [reason.to_data() for reason in self.because],
        }
