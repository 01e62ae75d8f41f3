"""A process of a world: an engine over its own handle of the store, which may stop, err about the time, or die."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from holdfast.api.session import Holdfast
from holdfast.engine.engine import Engine
from holdfast.engine.settings import Settings
from holdfast.errors import StoreError
from holdfast.registry import Registry
from holdfast.registry.packs import Packs
from tests.chaos.handles import Handle, SimSqlite
from tests.chaos.other_side import TOOLS, live

if TYPE_CHECKING:
    from tests.chaos.world import World


class Dead(StoreError):
    """The process that asks is dead, and so is its world; nobody hears this."""


class Process:
    """One life.

    Args:
        world: where it lives.
        name: of its worker.
        settings: of its engine.
    """

    def __init__(self, world: World, name: str, settings: Settings) -> None:
        self.world, self.name, self.settings = world, name, settings
        self.gone = self.leaving = self.lost_lease = False
        self.skew = self.asleep_until = 0.0
        self.store: Any = None
        self.hf: Holdfast | None = None
        self.engine: Engine | None = None

    @property
    def usable(self) -> bool:
        """Whether somebody outside can ask it something."""
        return self.hf is not None and not self.gone and not self.leaving

    def clock(self) -> float:
        """What it takes for the time."""
        return self.world.loop.time() + self.skew

    def told(self, what: str) -> None:
        """Put into the story of the world what this process does."""
        self.world.told(f"{self.name}: {what}")

    # --- life ------------------------------------------------------------------------------------------------------

    async def begin(self) -> None:
        """Open the store and the engine. Raises StoreError."""
        world = self.world
        self.store = world.memory or SimSqlite(str(world.path), world.loop, self)
        await self.store.__aenter__()
        handle: Any = Handle(self.store, self)
        registry = Registry([live(one, self) for one in TOOLS], packs=Packs({}))
        engine = self.engine = Engine(
            handle, registry, self.settings, clock=self.clock, new_id=world.new_id, trouble=self.told
        )
        engine.worker = self.name
        await engine.__aenter__()
        hf = Holdfast(engine)
        for plan in world.plans.values():
            hf.trust(plan)
        self.hf = hf

    async def leave(self) -> None:
        """An orderly end."""
        if self.engine is None or self.gone:
            return
        self.leaving = True
        self.told("leaves")
        await self.engine.__aexit__()
        if self.world.memory is None:
            await self.store.__aexit__()
        else:
            self.store.bury(self.name)
        self.told("left")
        self.gone = True
        self.world.books.gone(self)

    def die(self, when: str) -> None:
        """Nothing more is done by it, from this very moment."""
        if self.gone:
            return
        self.told(f"dies {when}")
        self.gone = True
        if isinstance(self.store, SimSqlite):
            self.store.kill()
        elif self.store is not None:
            self.store.bury(self.name)
        self.world.books.gone(self)
        self.world.bereft()

    # --- moments ---------------------------------------------------------------------------------------------------

    async def moment(self, what: str) -> None:
        """Live through a moment, sleep through it, or die in it."""
        while not self.gone and self.asleep_until > self.world.loop.time():
            await asyncio.sleep(self.asleep_until - self.world.loop.time())
        if not self.gone and self.world.weather.draw("deaths", "deaths", "sleeps") is not None:
            self.die(what)
        if self.gone:
            await self.nothing()

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)
        if self.gone:
            await self.nothing()

    async def nothing(self) -> Any:
        """What a dead process goes on to do."""
        if not self.world.over:
            await asyncio.get_running_loop().create_future()
        raise Dead("this process is dead")

    def lose_lease(self) -> None:
        """Others take it for dead."""
        self.told("is taken for dead")
        self.lost_lease = True
        if isinstance(self.store, SimSqlite):
            self.store.forget()
        else:
            self.store.bury(self.name)


def settings_of(world: World, *, follow_all: bool) -> Settings:
    """An engine's limits, other ones in each world."""
    chance = world.chance
    chosen = Settings(
        linger=chance.choice((0.0, 10.0, 30.0, float("inf"))), poll=2.0,
        grace=chance.choice((0.0, 5.0, 20.0)), store_patience=chance.choice((0.0, 10.0, 60.0)), follow_all=follow_all,
    )  # fmt: skip
    return replace(chosen, max_live=1) if chance.random() < 0.1 else chosen
