"""Who may call now: limits of a tool over all runs of the process, of a run, and of the process.

Two queues, in this order. A call first waits for its tool (concurrency and rate, first come first served), then for
a place among the process's calls, where the runs take turns, so that a run with a thousand branches does not keep
the others waiting. The common case, no limit reached, costs a few comparisons.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from math import inf
from typing import Final, Protocol

from holdfast.engine.settings import Settings


class Waiting(Protocol):
    """What waits at the gate."""

    @property
    def run(self) -> str:
        """The run it belongs to."""
        ...

    @property
    def lane(self) -> Lane | None:
        """The limits of its tool; None: there are none."""
        ...

    def begin(self) -> None:
        """Go: it holds its places until `leave`."""
        ...


class Lane:
    """The limits of one tool.

    Args:
        concurrency: calls at once; None: no limit.
        calls: how many may begin within any `seconds`; None: no limit.
        seconds: the stretch of time that `calls` counts in.
    """

    __slots__ = ("_began", "_seconds", "busy", "concurrency", "queue", "timer")

    def __init__(self, concurrency: int | None, calls: int | None = None, seconds: float = 0.0) -> None:
        self.concurrency = concurrency
        self.busy = 0
        self.queue: deque[Waiting] = deque()
        self.timer: asyncio.TimerHandle | None = None
        self._began: deque[float] | None = None if calls is None else deque(maxlen=calls)
        self._seconds = seconds

    def delay(self, now: float) -> float | None:
        """Take a place: None. Else seconds until the rate allows one, infinite while all places are taken."""
        if self.concurrency is not None and self.busy >= self.concurrency:
            return inf
        began = self._began
        if began is not None:
            if len(began) == began.maxlen and now - began[0] < self._seconds:
                return began[0] + self._seconds - now
            began.append(now)
        self.busy += 1
        return None


SOONEST: Final = 0.001
"""A timer fires at least this much later: one that fires early would find the rate still used up."""


class Gate:
    """Admits calls of one process. Everything happens on the event loop's thread."""

    def __init__(self, settings: Settings, loop: asyncio.AbstractEventLoop) -> None:
        self._settings, self._loop = settings, loop
        self._busy = 0
        self._of_run: dict[str, int] = {}
        self._turns: OrderedDict[str, deque[Waiting]] = OrderedDict()

    def enter(self, call: Waiting) -> None:
        """Begin the call now, or once there is room."""
        lane = call.lane
        if lane is None:
            self._second(call)
        else:
            lane.queue.append(call)
            if len(lane.queue) == 1:
                self._pump_lane(lane)

    def holding(self, call: Waiting) -> str:
        """Which limit keeps a call waiting that has just entered."""
        lane = call.lane
        if lane is not None and lane.queue and lane.queue[-1] is call:
            full = lane.concurrency is not None and lane.busy >= lane.concurrency
            return "the tool's concurrency" if full else "the tool's rate"
        full = self._of_run.get(call.run, 0) >= self._settings.max_calls_per_run
        return "max_calls_per_run" if full else "max_calls"

    def leave(self, call: Waiting) -> None:
        """The call ended: give its places to those who wait."""
        if (lane := call.lane) is not None:
            lane.busy -= 1
        self._busy -= 1
        if left := self._of_run[call.run] - 1:
            self._of_run[call.run] = left
        else:
            del self._of_run[call.run]
        if self._turns:
            self._pump_turns()
        if lane is not None and lane.queue:
            self._pump_lane(lane)

    def withdraw(self, call: Waiting) -> None:
        """The call does not want to begin any more."""
        if (lane := call.lane) is not None:
            if call in lane.queue:
                lane.queue.remove(call)
                return
            lane.busy -= 1
            self._pump_lane(lane)
        if (queue := self._turns.get(call.run)) is not None and call in queue:
            queue.remove(call)
            if not queue:
                del self._turns[call.run]

    def _pump_lane(self, lane: Lane) -> None:
        while lane.queue:
            delay = lane.delay(self._loop.time())
            if delay is None:
                self._second(lane.queue.popleft())
                continue
            if delay != inf and lane.timer is None:
                lane.timer = self._loop.call_later(max(delay, SOONEST), self._tick, lane)
            return

    def _tick(self, lane: Lane) -> None:
        lane.timer = None
        self._pump_lane(lane)

    def _second(self, call: Waiting) -> None:
        if call.run not in self._turns and self._room(call.run):
            self._admit(call)
        else:
            self._turns.setdefault(call.run, deque()).append(call)

    def _room(self, run: str) -> bool:
        settings = self._settings
        return self._busy < settings.max_calls and self._of_run.get(run, 0) < settings.max_calls_per_run

    def _admit(self, call: Waiting) -> None:
        self._busy += 1
        self._of_run[call.run] = self._of_run.get(call.run, 0) + 1
        call.begin()

    def _pump_turns(self) -> None:
        """Admit one call of each run in turn, while there is room."""
        full = 0
        while self._turns and self._busy < self._settings.max_calls and full < len(self._turns):
            run, queue = self._turns.popitem(last=False)
            if not self._room(run):
                self._turns[run] = queue
                full += 1
                continue
            call = queue.popleft()
            if queue:
                self._turns[run] = queue
            full = 0
            self._admit(call)
