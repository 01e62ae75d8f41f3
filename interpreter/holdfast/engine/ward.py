"""A run that this engine is responsible for, live or not, and those who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final, Literal

from holdfast.engine.live import LiveRun
from holdfast.engine.recovery import Recovered

State = Literal["queued", "live", "parked", "elsewhere", "over", "left", "broken"]
"""queued: waits for its turn; live: in memory; parked: waits for a person, an event or a later time; elsewhere: another
living worker has it; over: ended; left: the engine closed; broken: cannot go on here, `error` says why."""

SETTLED: Final[frozenset[State]] = frozenset({"parked", "over", "left", "broken"})
ENDED: Final[frozenset[State]] = frozenset({"over", "left", "broken"})


class Ward:
    """One run's place in an engine."""

    __slots__ = (
        "_waiters",
        "above",
        "adopted",
        "below",
        "brief",
        "error",
        "live",
        "look_again",
        "new",
        "priority",
        "run",
        "state",
        "wake_at",
    )

    def __init__(self, run: str, priority: int = 0) -> None:
        self.run, self.priority = run, priority
        self.state: State = "queued"
        self.live: LiveRun | None = None
        self.wake_at: float | None = None
        self.look_again = self.adopted = self.brief = False
        """`brief`: parked for a short time only, because others had more need of the place."""
        self.new: Recovered | None = None
        """Of a run that was created for this worker and has not been live yet."""
        self.error: Exception | None = None
        self.above: Ward | None = None
        self.below: dict[str, Ward] | None = None
        self._waiters: list[asyncio.Future[None]] = []

    def take_under(self, child: Ward) -> None:
        """The run waits for a child that the same engine sees to."""
        self.below = self.below or {}
        self.below[child.run] = child
        child.above = self

    @property
    def busy(self) -> bool:
        """Whether something goes on, in the run or in those it waits for."""
        return self.state not in SETTLED or self.brief or any(child.busy for child in (self.below or {}).values())

    def become(self, state: State, error: Exception | None = None) -> None:
        """Change state and tell everybody who waits."""
        self.state, self.error = state, error
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        if self.above is not None:
            self._tell(self.above)

    def _tell(self, above: Ward) -> None:
        """Who waits for the parent to come to rest looks again; a run that is over is nobody's child any more."""
        if self.state in ENDED and above.below is not None:
            above.below.pop(self.run, None)
        above.become(above.state, above.error)
        if above.live is not None:
            above.live.wake()

    async def until(self, states: Collection[State]) -> State:
        """Wait until it is in one of these states. Raises the error of a broken run."""
        while self.state not in states or (self.state == "parked" and self.busy):
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
        if self.state == "broken" and self.error is not None:
            raise self.error
        return self.state
