"""Who deals with a world's runs from outside: who starts them, people, other systems."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from holdfast.api.decisions import Decision
from holdfast.engine.engine import FINAL, Overloaded
from holdfast.errors import CallbackError, EventRefused, InputError, ReviewError, StoreError, UnknownName
from holdfast.simulate.people import decisions, effect_in
from tests.chaos.copies import RESTORES

if TYPE_CHECKING:
    from tests.chaos.world import World

PEOPLE = ("ana", "ben", "cleo")
NOTHING = object()


class Outside:
    """Everybody who is not a process of the world.

    Args:
        world: where.
    """

    def __init__(self, world: World) -> None:
        self._world, self._chance = world, world.chance
        self.started = False
        self._asked = Counter[str]()

    async def _ask(self, what: str, *args: Any, **named: Any) -> Any:
        """Ask any living process; `NOTHING` if it does not answer."""
        living = self._world.living()
        if not living:
            return NOTHING
        hf: Any = self._chance.choice(living).hf
        work: Coroutine[Any, Any, Any] = getattr(hf, what)(*args, **named)
        try:
            return await asyncio.wait_for(work, 30.0)
        except (TimeoutError, StoreError, Overloaded):
            return NOTHING
        except UnknownName:
            if RESTORES not in self._world.faults:
                raise
            return NOTHING  # of what it is about the copy does not know

    # --- starting --------------------------------------------------------------------------------------------------

    async def start_runs(self) -> None:
        """Each run is asked for until somebody says that it stands; then sometimes once more."""
        names = self._chance.choices(list(self._world.plans), k=self._chance.choice((1, 2, 3)))
        if "shared" in names:
            names.append("shared")
        for number, name in enumerate(names):
            for _ in range(1 + (self._chance.random() < 0.2)):
                while await self._start(name, f"task-{number}") is NOTHING:
                    await asyncio.sleep(1.0)
            await asyncio.sleep(self._chance.choice((0.0, 0.5, 10.0)))
        self.started = True

    async def _start(self, name: str, task: str) -> Any:
        return await self._ask("start", self._world.plans[name], task=task, user="u")

    # --- people ----------------------------------------------------------------------------------------------------

    async def people(self) -> None:
        """They look from time to time at what they are asked."""
        while not self._world.over:
            await asyncio.sleep(self._chance.choice((1.0, 3.0, 8.0, 25.0)))
            rows = await self._ask("reviews")
            for row in rows if rows is not NOTHING else ():
                if self._chance.random() < 0.7:
                    await self._decide(row)

    async def _decide(self, row: Any) -> None:
        world, review = self._world, row.review
        said = decisions(review, (), world.counterpart, self._asked[review.address])
        self._asked[review.address] += 1
        decision, value = said[0]
        if "people" in world.faults and review.kind != "unknown" and not world.weather.calm:
            decision, value = self._chance.choice(said)
        if review.kind == "unknown":
            world.doubtful.discard(effect_in(review))
        world.told(f"{review.id} ({review.kind} at {review.address}): {decision}")
        for _ in range(1 + (self._chance.random() < 0.1)):
            try:
                await self._ask("decide", review.id, Decision(decision, value, self._chance.choice(PEOPLE)))
            except (ReviewError, InputError):
                return  # somebody was faster, it is closed, or it does not take that

    # --- signals ---------------------------------------------------------------------------------------------------

    async def signals(self) -> None:
        """Events that runs wait for, and, where the world has them, all other signals."""
        tag = 0
        while not self._world.over:
            await asyncio.sleep(self._chance.choice((2.0, 7.0, 30.0)))
            for run, status in self._world.truth.statuses().items():
                if status not in FINAL and self._chance.random() < 0.5:
                    tag += 1
                    await self._signal(run, status, tag)

    async def _signal(self, run: str, status: str, tag: int) -> None:
        wild = "signals" in self._world.faults and not self._world.weather.calm
        plan = run.partition("-")[0]
        event = {"people": "paid", "shared": "seen"}.get(plan)
        try:
            if wild and self._chance.random() < 0.4:
                await self._wild(run, plan)
            elif event is not None:
                self._world.told(f"event {tag} to {run}")
                await self._ask("signal", run, event, {"tag": tag})
            if self._world.weather.calm and status == "paused":
                await self._ask("unpause", run)
        except EventRefused:
            return
        except InputError:
            return  # it was over

    async def _wild(self, run: str, plan: str) -> None:
        what = self._chance.choice(("pause", "unpause", "unpause", "cancel", "cancel", "prioritise", "correct"))
        self._world.told(f"{what} {run}")
        if what == "correct":
            if plan == "facts":
                await self._ask("correct", run, {"house": self._chance.choice("ab") * self._chance.randint(1, 4)})
        elif what == "prioritise":
            await self._ask(what, run, self._chance.randint(-3, 3))
        elif what != "cancel" or self._chance.random() < 0.5:
            await self._ask(what, run)

    # --- results that come later -----------------------------------------------------------------------------------

    async def completions(self) -> None:
        """The other side says what became of its orders, until somebody hears it."""
        world, told = self._world, self._world.heard_of
        while not world.over:
            await asyncio.sleep(self._chance.choice((1.0, 5.0)))
            for token, value in list(world.tokens):
                if token not in told and self._chance.random() < 0.7:
                    try:
                        said = await self._ask("complete", token, value)
                    except CallbackError:
                        told.add(token)
                    else:
                        if said is not NOTHING:
                            told.add(token)
