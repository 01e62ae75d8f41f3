"""Bugs of engines: put in on purpose, each has to be found, or worlds in which every law holds would mean nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from holdfast.core.actions import CallTool
from holdfast.core.events import WorkerTookOver
from holdfast.engine import engine as engines
from holdfast.engine.calls import Call
from holdfast.engine.durable import Durable
from holdfast.engine.engine import Engine
from holdfast.engine.live import LiveRun
from holdfast.engine.watch import Watch
from holdfast.errors import Fenced, StoreError

Patch = pytest.MonkeyPatch


def intent_after_the_call(patch: Patch) -> None:
    """Writes begin while the append that intends them is under way."""
    own, perform = LiveRun._make_ready, LiveRun._perform

    def ready(self: Any, turns: Any) -> Any:
        made = own(self, turns)
        for call in made.values():
            if call.write:
                self._start(call)
        return made

    patch.setattr(LiveRun, "_make_ready", ready)
    patch.setattr(
        LiveRun,
        "_perform",
        lambda self, action, made: None if type(action) is CallTool else perform(self, action, made),
    )


def committing(patch: Patch, swallowed: type[StoreError], *, but: type[StoreError] | None = None) -> None:
    """An error of a commit is taken for a success."""
    own = Durable.committed

    async def committed(self: Any, append: Any, handed_over: Any) -> None:
        async def quietly() -> object:
            try:
                return await handed_over
            except swallowed as error:
                if but is not None and isinstance(error, but):
                    raise
                return None

        await own(self, append, quietly())

    patch.setattr(Durable, "committed", committed)


def commit_error_swallowed(patch: Patch) -> None:
    """What a failed append decided is done all the same."""
    committing(patch, StoreError, but=Fenced)


def fence_swallowed(patch: Patch) -> None:
    """A worker that was fenced goes on."""
    committing(patch, Fenced)


def failed_commit_believed(patch: Patch) -> None:
    """An append that failed is taken to stand, without a look."""

    async def stands(_self: Any, _append: Any) -> bool:
        return True

    patch.setattr(Durable, "_stands", stands)


def takeover_forgets_calls(patch: Patch) -> None:
    """Whoever takes a run over does not know that calls were in flight."""
    own = engines.revive

    def revive(*args: Any) -> Any:
        found = own(*args)
        return replace(found, first=tuple(one for one in found.first if not isinstance(one, WorkerTookOver)))

    patch.setattr(engines, "revive", revive)


def takeover_repeats_calls(patch: Patch) -> None:
    """Whoever takes a run over makes its calls again, whatever their tools say."""
    takeover_forgets_calls(patch)
    own = Engine._brought

    async def brought(self: Any, ward: Any, plan: Any, new: Any) -> Any:
        live = await own(self, ward, plan, new)
        for action in live._interp.outstanding():
            if isinstance(action, CallTool):
                live._start(live._calls.call(live, action))
        return live

    patch.setattr(Engine, "_brought", brought)


def parked_and_forgotten(patch: Patch) -> None:
    """Nobody keeps in mind when a parked run is due."""
    patch.setattr(Watch, "park", lambda self, _ward: self.look())


def clock_believed(patch: Patch) -> None:
    """A run's time is what the clock says, backwards too."""
    patch.setattr(LiveRun, "_now", lambda self: self._clock())


def heard_again(patch: Patch) -> None:
    """A run takes up what came for it as often as it is handed to it."""
    own = LiveRun.receive

    def receive(self: Any, items: Any) -> None:
        self._heard = 0
        own(self, items)

    patch.setattr(LiveRun, "receive", receive)


def never_given_up(patch: Patch) -> None:
    """What could not be given up once is kept for ever."""

    async def release_owed(_self: Any) -> None:
        await asyncio.sleep(0)

    patch.setattr(Engine, "release_owed", release_owed)


def errands_forgotten(patch: Patch) -> None:
    """Whoever takes a parent over does not see to its children."""
    own = LiveRun.__init__

    def made(self: Any, *args: Any) -> None:
        own(self, *args)
        self._errands.clear()

    patch.setattr(LiveRun, "__init__", made)


def doubts_not_heeded(patch: Patch) -> None:
    """In a store that was put back writes are begun as if nobody could have made them already."""
    own = Call._unfit

    def unfit(self: Any, action: Any) -> Any:
        return own(self, replace(action, doubtful=False))

    patch.setattr(Call, "_unfit", unfit)


ENGINE = {
    "intent after the call": intent_after_the_call,
    "commit error swallowed": commit_error_swallowed,
    "fence swallowed": fence_swallowed,
    "failed commit believed": failed_commit_believed,
    "takeover forgets calls": takeover_forgets_calls,
    "takeover repeats calls": takeover_repeats_calls,
    "parked and forgotten": parked_and_forgotten,
    "clock believed": clock_believed,
    "heard again": heard_again,
    "never given up": never_given_up,
    "errands forgotten": errands_forgotten,
    "doubts not heeded": doubts_not_heeded,
}
