"""What goes wrong, and when: scripted per operation, or drawn from a seed.

A fault is a map with any of

    {"slow": 2}              two seconds before anything happens
    {"slow_after": 2}        two seconds between the effect and the answer
    {"status": 503}          an answer instead of the effect
    {"drop_before": true}    the connection is closed before anything happens
    {"drop_after": true}     the effect happens, its answer is lost
    {"sell_out": "F1"}       the last seats are sold first (a list sells out several flights)

and a script is `{"book": [fault, fault, {}], "search": [...]}`: each request takes the next fault of its operation, an
empty one means that nothing goes wrong. When the queue is empty `{"random": {"seed": 7, "slow": 0.05, "rates":
{"drop_after": 0.1, "status": 0.1}}}` decides, request by request and always alike for the same seed.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from typing import Any

OPERATIONS = frozenset({"search", "partner", "book", "cancel", "find", "release", "message"})
KINDS = frozenset({"slow", "slow_after", "status", "drop_before", "drop_after", "sell_out"})

Fault = Mapping[str, Any]
NONE: Fault = {}


class Faults:
    """The faults still to come.

    Args:
        seed: for the random ones, unless the script names another.
    """

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._slow = 0.05
        self._rates: dict[str, float] = {}
        self._queues: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._seen: Counter[str] = Counter()

    def script(self, orders: Mapping[str, Any]) -> None:
        """Add faults to the queues. `clear: true` empties them first. Raises ValueError for what it does not know."""
        if orders.get("clear"):
            self._queues.clear()
            self._rates = {}
        for operation, faults in orders.items():
            if operation == "random":
                self._randomly(faults)
            elif operation != "clear":
                self._queue(operation, faults)

    def _randomly(self, orders: Mapping[str, Any]) -> None:
        rates = dict(orders.get("rates", {}))
        _allow("fault", set(rates), KINDS - {"sell_out"})
        self._rates, self._seed = rates, orders.get("seed", self._seed)
        self._slow = orders.get("slow", self._slow)

    def _queue(self, operation: str, faults: list[Fault]) -> None:
        _allow("operation", {operation}, OPERATIONS)
        for fault in faults:
            _allow("fault", set(fault), KINDS)
        self._queues[operation].extend(faults)

    def next(self, operation: str) -> Fault:
        """What goes wrong with the request that just came in."""
        self._seen[operation] += 1
        queue = self._queues[operation]
        return queue.popleft() if queue else self._drawn(operation)

    def _drawn(self, operation: str) -> Fault:
        draw = random.Random(f"{self._seed}:{operation}:{self._seen[operation]}").random()
        for kind, rate in sorted(self._rates.items()):
            if draw < rate:
                return {kind: {"slow": self._slow, "slow_after": self._slow, "status": 503}.get(kind, True)}
            draw -= rate
        return NONE


def _allow(what: str, given: set[str], allowed: frozenset[str]) -> None:
    if unknown := sorted(given - allowed):
        raise ValueError(f"unknown {what} `{unknown[0]}`: say one of {', '.join(sorted(allowed))}")
