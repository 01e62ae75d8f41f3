"""What goes wrong in a world by itself, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.chaos.process import Process
    from tests.chaos.world import World


class Nature:
    """The misfortunes of a world.

    Args:
        world: where.
    """

    def __init__(self, world: World) -> None:
        self._world, self._chance = world, world.chance

    async def reign(self) -> None:
        """Strike now and then, until it is calm."""
        ways: dict[str, Callable[[], None]] = {
            "deaths": self._death, "sleeps": self._sleep, "leases": self._lease, "clocks": self._clock,
            "full": self._full, "readonly": self._readonly, "power": self._power, "leaves": self._leave,
        }  # fmt: skip
        own = [way for name, way in ways.items() if name in self._world.faults]
        strikes = self._chance.choice((1, 2, 4, 8)) if own else 0
        for _ in range(strikes):
            await asyncio.sleep(self._chance.choice((0.0, 0.001, 0.3, 4.0, 20.0, 60.0)))
            if self._world.weather.calm or self._world.over:
                return
            self._chance.choice(own)()

    def _somebody(self) -> Process | None:
        living = self._world.living()
        return self._chance.choice(living) if living else None

    def _death(self) -> None:
        if (process := self._somebody()) is not None:
            process.die("out of the blue")

    def _sleep(self) -> None:
        if (process := self._somebody()) is not None:
            seconds = self._chance.choice((1.0, 15.0, 50.0))
            process.told(f"is stopped for {seconds:g} s")
            process.asleep_until = self._world.loop.time() + seconds

    def _lease(self) -> None:
        if (process := self._somebody()) is not None and not self._world.leases:
            process.lose_lease()

    def _clock(self) -> None:
        if (process := self._somebody()) is not None:
            process.skew += self._chance.choice((-3600.0, -30.0, -2.0, 2.0, 30.0, 60.0))
            process.told(f"takes it to be {process.skew:+g} s")

    def _full(self) -> None:
        self._world.told("the disk is full")
        self._world.weather.full = True
        self._world.loop.call_later(self._chance.choice((1.0, 20.0, 90.0)), self._space)

    def _space(self) -> None:
        self._world.told("there is space again")
        self._world.weather.full = False

    def _readonly(self) -> None:
        self._world.told("the store is read-only")
        self._world.weather.readonly = True
        self._world.loop.call_later(self._chance.choice((1.0, 20.0, 90.0)), self._writable)

    def _writable(self) -> None:
        self._world.told("the store is writable")
        self._world.weather.readonly = False

    def _power(self) -> None:
        if self._world.disk is not None:
            self._world.lose_power()

    def _leave(self) -> None:
        if (process := self._somebody()) is not None:
            self._world.errands.append(asyncio.ensure_future(self._left(process)))

    async def _left(self, process: Process) -> None:
        await process.leave()
        self._world.bereft()
