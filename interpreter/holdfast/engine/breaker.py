"""A circuit breaker: after too many failures in a row of time, a tool is left alone for a while.

Closed: calls pass, failures that speak of the other side's health are counted within the window.
Open: calls are refused until the time is over. Then half open: one call is let through as a probe; it closes the
circuit by succeeding and opens it again by failing.
"""

from __future__ import annotations

from collections import deque
from typing import Final

TROUBLE: Final = frozenset({"timeout", "unavailable", "internal"})
"""Failures that say the other side is not well; a refusal (`invalid`, `conflict`, ...) is an answer."""


class Breaker:
    """The circuit of one tool, shared by all runs of a process. Times are monotonic seconds.

    Args:
        failures: how many within the window open it.
        window: seconds in which they count.
        rest: seconds for which it stays open.
    """

    __slots__ = ("_failed", "_opened", "_probing", "failures", "rest", "window")

    def __init__(self, failures: int, window: float, rest: float) -> None:
        self.failures, self.window, self.rest = failures, window, rest
        self._failed: deque[float] = deque(maxlen=failures)
        self._opened: float | None = None
        self._probing = False

    def refuses(self, now: float) -> float | None:
        """None: the call may start. Else the seconds after which another try makes sense."""
        if self._opened is None:
            return None
        left = self._opened + self.rest - now
        if left > 0:
            return left
        if self._probing:
            return self.rest
        self._probing = True
        return None

    def record(self, code: str | None, now: float) -> bool:
        """A call ended: `code` of its failure, or None. Returns whether the circuit opened by it."""
        if code not in TROUBLE:
            if code is None or self._probing:
                self._opened, self._probing = None, False
                self._failed.clear()
            return False
        self._failed.append(now)
        full = len(self._failed) == self.failures and now - self._failed[0] <= self.window
        if self._probing or (full and self._opened is None):
            self._opened, self._probing = now, False
            self._failed.clear()
            return True
        return False

    def forget(self) -> None:
        """A call that was let through ended without saying anything: it was cancelled."""
        self._probing = False
