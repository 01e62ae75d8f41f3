"""Worlds by name: a list of what goes otherwise than on an ordinary day, in its order.

`pay: timeout after its effect` happens the first time it may, behind the one before it in the list; `... @3` the third.
So a world can be kept, read, and lived through again, also by a plan that was changed meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from holdfast.diagnostics import did_you_mean
from holdfast.simulate import laws
from holdfast.simulate.chances import name_of
from holdfast.simulate.laws import Broken
from holdfast.simulate.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.simulate.cast import Cast
    from holdfast.simulate.moves import Move

_OCCASION: Final = re.compile(r"(.*\S)\s+@(\d+)", re.DOTALL)


class NoWorld(Exception):
    """What is named never may happen. `what` was named; the message says what may happen."""

    def __init__(self, what: str, said: str) -> None:
        super().__init__(said)
        self.what = what


class _Teller:
    """Chooses by a schedule, and names what it chooses."""

    def __init__(self, schedule: Mapping[int, int]) -> None:
        self.names: list[str] = []
        self.world: World | None = None
        self._schedule, self._point = schedule, -1
        self._offered: dict[str, int] = {}

    def __call__(self, moves: Sequence[Move]) -> int:
        self._point += 1
        assert self.world is not None  # noqa: S101 - given before it is played
        names = [name_of(self.world, move) for move in moves]
        for name in dict.fromkeys(names):
            self._offered[name] = self._offered.get(name, 0) + 1
        chosen = self._schedule.get(self._point, 0)
        if not 0 < chosen < len(moves):
            return 0
        occasion = self._offered[names[chosen]]
        self.names.append(names[chosen] + (f" @{occasion}" if occasion > 1 else ""))
        self._offered.clear()
        return chosen


class _Named:
    """Chooses what is named, as soon as it may happen so often."""

    def __init__(self, names: Sequence[str]) -> None:
        self.world: World | None = None
        self.wanted = [_read(name) for name in names]
        self.seen: dict[str, None] = {}
        self._met = 0

    def __call__(self, moves: Sequence[Move]) -> int:
        if not self.wanted:
            return 0
        assert self.world is not None  # noqa: S101 - given before it is played
        wanted, occasion = self.wanted[0]
        names = [name_of(self.world, move) for move in moves]
        self.seen.update(dict.fromkeys(names))
        if wanted not in names:
            return 0
        self._met += 1
        if self._met < occasion:
            return 0
        self._met = 0
        self.wanted.pop(0)
        return names.index(wanted)


def _read(name: str) -> tuple[str, int]:
    found = _OCCASION.fullmatch(name.strip())
    return (found[1], int(found[2])) if found else (name.strip(), 1)


def names_in(cast: Cast, schedule: Mapping[int, int]) -> list[str]:
    """The world of a schedule, by name."""
    teller = _Teller(schedule)
    teller.world = world = World(cast, teller)
    _live(world)
    return teller.names


def play(cast: Cast, names: Sequence[str]) -> tuple[World, Broken | None]:
    """Live through the world that is named: how it stands at its end, and the law that is broken, if one is.

    Raises:
        NoWorld: something that is named could not happen where it should have.
    """
    chosen = _Named(names)
    chosen.world = world = World(cast, chosen)
    broken = _live(world)
    if chosen.wanted and broken is None:
        wanted, occasion = chosen.wanted[0]
        again = f" for the {occasion}th time" if occasion > 1 else ""
        guess = did_you_mean(wanted, chosen.seen) or f"; these may: {', '.join(list(chosen.seen)[:8])}"
        raise NoWorld(wanted, f"`{wanted}` never may happen{again} in that world{guess}")
    return world, broken


def _live(world: World) -> Broken | None:
    try:
        world.play()
        laws.replays(world)
    except Broken as broken:
        world.say(broken.said)
        return broken
    return None
