"""The protection of each tool: its lane through the gate and its circuit breaker, shared by all runs of a process."""

from __future__ import annotations

import logging
from typing import Final

from holdfast.engine.breaker import Breaker
from holdfast.engine.gate import Lane
from holdfast.registry import Tool

LOG: Final = logging.getLogger("holdfast.engine")


class Guard:
    """What stands before one tool."""

    __slots__ = ("_breaker", "_tool", "lane")

    def __init__(self, tool: str, lane: Lane | None, breaker: Breaker | None) -> None:
        self._tool, self.lane, self._breaker = tool, lane, breaker

    def refuses(self, now: float) -> float | None:
        """Seconds to wait while the circuit is open; None: the call may start."""
        return None if self._breaker is None else self._breaker.refuses(now)

    def record(self, code: str | None, now: float) -> float:
        """A call ended with this error code, or well. Seconds for which the circuit opened by it; 0: it did not."""
        if self._breaker is None or not self._breaker.record(code, now):
            return 0.0
        LOG.warning("the circuit of %s opened: it is left alone for %g s", self._tool, self._breaker.rest)
        return self._breaker.rest

    def forget(self) -> None:
        """A call was dropped before it said anything."""
        if self._breaker is not None:
            self._breaker.forget()


class Guards:
    """The guards of all tools, made when a tool is first called."""

    def __init__(self) -> None:
        self._made: dict[str, Guard | None] = {}

    def of(self, tool: Tool) -> Guard | None:
        """The tool's guard; None where nothing limits it."""
        name = tool.contract.name
        try:
            return self._made[name]
        except KeyError:
            guard = self._made[name] = _guard(tool)
            return guard


def _guard(tool: Tool) -> Guard | None:
    limits = tool.limits
    lane = breaker = None
    if limits.concurrency is not None or limits.rate is not None:
        calls, seconds = (limits.rate.calls, limits.rate.seconds) if limits.rate is not None else (None, 0.0)
        lane = Lane(limits.concurrency, calls, seconds)
    if limits.breaker is not None:
        breaker = Breaker(limits.breaker.failures, limits.breaker.window, limits.breaker.open)
    return None if lane is None and breaker is None else Guard(tool.contract.name, lane, breaker)
