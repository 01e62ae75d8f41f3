"""The timers of a run."""

from __future__ import annotations

import heapq


class Timers:
    """Names and due times, with the earliest at hand. Setting and dropping cost O(log n), amortised."""

    __slots__ = ("_heap", "due")

    def __init__(self) -> None:
        self.due: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []

    def set(self, name: str, due: float) -> None:
        """Arm a timer, or move it."""
        self.due[name] = due
        heapq.heappush(self._heap, (due, name))

    def drop(self, name: str) -> None:
        """Disarm a timer; nothing happens if there is none."""
        self.due.pop(name, None)

    def first(self) -> tuple[float, str] | None:
        """The earliest timer."""
        heap = self._heap
        while heap and self.due.get(heap[0][1]) != heap[0][0]:
            heapq.heappop(heap)
        return heap[0] if heap else None

    def shift(self, seconds: float) -> None:
        """Move all of them: a pause has ended."""
        self.due = {name: due + seconds for name, due in self.due.items()}
        self._heap = [(due, name) for name, due in self.due.items()]
        heapq.heapify(self._heap)
