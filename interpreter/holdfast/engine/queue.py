"""Runs that wait for their turn in one engine."""

from __future__ import annotations

import heapq
import itertools

from holdfast.engine.ward import Ward
from holdfast.journal.store import AGING


class Queue:
    """The most important first; waiting counts, so that nothing starves."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Ward]] = []
        self._order = itertools.count()

    def __len__(self) -> int:
        return len(self._heap)

    def push(self, ward: Ward, now: float) -> None:
        """Let a run wait from now on, in seconds since 1970."""
        # Everybody's `priority + waited / AGING` grows alike, so who is before whom is known on entering.
        heapq.heappush(self._heap, (now / AGING - ward.priority, next(self._order), ward))

    def pop(self) -> Ward:
        """The run whose turn it is."""
        return heapq.heappop(self._heap)[2]

    def prioritise(self, ward: Ward, priority: int) -> None:
        """Give a run another priority; what it has waited already counts on."""
        gain, ward.priority = priority - ward.priority, priority
        if gain and ward.state == "queued":
            self._heap = [(key - gain if one is ward else key, order, one) for key, order, one in self._heap]
            heapq.heapify(self._heap)
