"""An event loop in which time passes as soon as there is nothing to do: a week of waiting takes no time at all."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Stuck(RuntimeError):
    """Nothing is left to do, and nothing will ever come."""


class _Jump(selectors.DefaultSelector):
    """Waits by moving the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What has come; if nothing has, the time is later now."""
        ready = super().select(0)
        if not ready and timeout is None:
            raise Stuck
        if not ready and timeout is not None:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop with a clock of its own.

    Args:
        now: what the clock says at the beginning, in seconds.
    """

    def __init__(self, now: float = 0.0) -> None:
        self._jump = _Jump()
        self._jump.now = now
        super().__init__(self._jump)
        self._clock_resolution = 1e-6

    def time(self) -> float:
        """The loop's own time, in seconds."""
        return self._jump.now


def run_virtually(main: Callable[[], Coroutine[Any, Any, T]], now: float) -> tuple[T, float]:
    """Run a coroutine to its end in a time of its own; what it gave, and when that was.

    Args:
        main: makes the coroutine.
        now: seconds, at the beginning.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(now)) as runner:
        result = runner.run(main())
        return result, runner.get_loop().time()
