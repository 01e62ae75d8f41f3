"""Goes through the worlds of a plan: all in which at most so many things are out of the ordinary, then drawn ones.

Worlds with the same journal are one world: nothing is varied twice from there.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter
from typing import Any, Final, TypeVar

from holdfast.core.events import Entry
from holdfast.core.overview import status_of
from holdfast.plan.program import Plan
from holdfast.simulate import laws
from holdfast.simulate.cast import Cast
from holdfast.simulate.laws import Broken
from holdfast.simulate.moves import Move
from holdfast.simulate.reach import Part, reached_in
from holdfast.simulate.world import World
from holdfast.values import pair, value

T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V")

_REPLAYED: Final = 16
"""Of the journals that were decided a second time while they were lived, one in so many is replayed as a whole too."""

Schedule = Mapping[int, int]
"""Which move is made at which point; elsewhere the first, which is that of an ordinary day."""

_OFTEN: Final = (0.05, 0.15, 0.4)
"""How often something is out of the ordinary in drawn worlds, by turns."""


@value
class Bounds:
    """How far to go.

    Args:
        depth: in how many places at once something is out of the ordinary, in the worlds of which none is left out.
        worlds: of these, at most.
        seeds: how many worlds are drawn after that.
        first_seed: the first of them.
        least: so many worlds in all: where those of a few faults are fewer, more are drawn.
        seconds: of the clock on the wall, at most; None: no limit.
        until: stop when this law is broken, or any (empty); None: go on.
        jobs: processes.
    """

    depth: int = 2
    worlds: int = 20_000
    seeds: int = 2_000
    first_seed: int = 1
    least: int = 0
    seconds: float | None = None
    until: str | None = ""
    jobs: int = 1


@pair
class Found:
    """A law that does not hold.

    Args:
        law: its name.
        said: what is wrong.
        schedule: of the world with the fewest things out of the ordinary in which it was seen.
        seed: by which it was drawn; None: it was not.
    """

    law: str
    said: str
    schedule: Schedule
    seed: int | None = None


@dataclass(slots=True, kw_only=True)
class Explored:
    """What was seen so far.

    Args:
        worlds: how many were lived through; `distinct`: how many of these had journals of their own.
        depth: up to how many things at once nothing was left out; `wanted`: up to how many were asked for.
        cut: what ended the search before that; empty: nothing.
        ends: how many ended how.
        reached: the parts of the plan that were reached (reach.py).
        found: broken laws, each as it was seen first.
        seconds: on the wall.
    """

    worlds: int = 0
    distinct: int = 0
    depth: int = 0
    wanted: int = 0
    cut: str = ""
    ends: Counter[str] = field(default_factory=Counter[str])
    reached: set[Part] = field(default_factory=set[Part])
    found: dict[str, Found] = field(default_factory=dict[str, Found])
    seconds: float = 0.0


Told = Callable[[Explored], None]
"""Told from time to time how far it is."""


@pair
class Lived:
    """One world, when it is over."""

    schedule: Schedule
    widths: Sequence[int]
    digest: int
    status: str
    broken: tuple[str, str] | None
    seed: int | None


class _Chosen:
    """Chooses by a schedule, and keeps how many moves there were at each point."""

    def __init__(self, schedule: Schedule, draw: random.Random | None = None, often: float = 0.0) -> None:
        self.schedule, self.widths = dict(schedule), list[int]()
        self._draw, self._often = draw, often

    def __call__(self, moves: Sequence[Move]) -> int:
        point = len(self.widths)
        self.widths.append(len(moves))
        if self._draw is not None and self._draw.random() < self._often:
            self.schedule[point] = self._draw.randrange(len(moves))
        chosen = self.schedule.get(point, 0)
        return chosen if chosen < len(moves) else 0  # with one thing less out of the ordinary there may be fewer moves


class Explorer:
    """Explores one plan.

    Args:
        cast: what its worlds are made of.
        bounds: how far to go.
        told: see `Told`.
    """

    def __init__(self, cast: Cast, bounds: Bounds, told: Told | None = None) -> None:
        self._cast, self._bounds, self._told = cast, bounds, told or (lambda _: None)
        self._seen: set[int] = set()
        self._began = time.monotonic()
        self.explored = Explored(wanted=bounds.depth)

    @property
    def cast(self) -> Cast:
        """What its worlds are made of."""
        return self._cast

    @property
    def plan(self) -> Plan:
        """The plan that is explored."""
        return self._cast.plan

    def run(self) -> Explored:
        """Go as far as the bounds say, or until a law is broken."""
        global _cast  # noqa: PLW0603 - processes are forked with it: a plan is not sent through a pipe
        _cast = self._cast
        _known.clear()
        with _pool(self._bounds.jobs) as spread:
            self._all(spread)
            if not self._enough():
                self._drawn(spread, max(self._bounds.seeds, self._bounds.least - self.explored.worlds))
        self.explored.seconds = time.monotonic() - self._began
        return self.explored

    def told(self, found: Found) -> World:
        """The world of a counterexample, lived through once more."""
        world = World(self._cast, _Chosen(found.schedule))
        try:
            world.play()
            _look_at(world, None)
        except Broken as law:
            world.say(law.said)
        return world

    def simpler(self, found: Found) -> Found:
        """The same law broken with fewer things out of the ordinary, if any of them can be left out."""
        schedule = {point: move for point, move in found.schedule.items() if move}
        for point in sorted(schedule, reverse=True):
            fewer = {one: move for one, move in schedule.items() if one != point}
            again = lived(fewer)
            if again.broken is not None and again.broken[0] == found.law:
                schedule, found = fewer, Found(found.law, again.broken[1], fewer, found.seed)
        return found

    def _all(self, spread: Spread) -> None:
        calm = lived({}, self.explored.reached)
        level = self._take([calm])
        for depth in range(1, self._bounds.depth + 1):
            further: list[Lived] = []
            for found, reached in spread(_vary, _groups(level)):
                self.explored.reached |= reached
                further += self._take(found)
                if self._enough() or self.explored.worlds >= self._bounds.worlds:
                    self.explored.cut = self._why()
                    return
            level, self.explored.depth = further, depth

    def _drawn(self, spread: Spread, count: int) -> None:
        first = self._bounds.first_seed
        for found, reached in spread(_draw, _pieces(range(first, first + count), 100)):
            self.explored.reached |= reached
            self._take(found)
            if self._enough():
                return

    def _take(self, found: Sequence[Lived]) -> list[Lived]:
        """Count worlds; those that are new and broke nothing are given back."""
        new: list[Lived] = []
        for one in found:
            self.explored.worlds += 1
            if one.broken is not None:
                law, said = one.broken
                self.explored.found.setdefault(f"{law}: {said}", Found(law, said, one.schedule, one.seed))
                continue
            self.explored.ends[one.status] += 1
            if one.digest not in self._seen:
                self._seen.add(one.digest)
                new.append(one)
        self.explored.distinct = len(self._seen)
        self.explored.seconds = time.monotonic() - self._began
        self._told(self.explored)
        return new

    def _why(self) -> str:
        """What ends the search."""
        if self.explored.worlds >= self._bounds.worlds:
            return f"--worlds {self._bounds.worlds:,}"
        return "--seconds" if self._bounds.until is None or not self.explored.found else "a broken law"

    def _enough(self) -> bool:
        until, seconds = self._bounds.until, self._bounds.seconds
        laws = {found.law for found in self.explored.found.values()}
        broken = until is not None and (until in laws or (not until and bool(laws)))
        return broken or (seconds is not None and time.monotonic() - self._began > seconds)


Spread = Callable[..., Iterator[tuple[list[Lived], set[Part]]]]
_known: set[int] = set()
"""Journals that were replayed and looked at already, by this process."""
_cast: Cast
"""What the processes of an exploration are born with."""


class _pool:  # noqa: N801 - used like a function
    """Processes to spread worlds over; with one job there is none but this.

    Little is handed out ahead: whoever has seen enough stops, and waits only for what is under way.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._pool: ProcessPoolExecutor | None = None
        if jobs > 1:
            born = (signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who waits for them
            fork = multiprocessing.get_context("fork")
            self._pool = ProcessPoolExecutor(jobs, mp_context=fork, initializer=signal.signal, initargs=born)

    def __enter__(self) -> Spread:
        return map if self._pool is None else self._spread

    def __exit__(self, *_exc: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _spread(self, work: Callable[[U], V], pieces: Iterable[U]) -> Iterator[V]:
        assert self._pool is not None  # noqa: S101 - else `map` is used
        rest, flying = iter(pieces), set[Future[V]]()
        while True:
            for piece in islice(rest, _AHEAD * self._jobs - len(flying)):
                flying.add(self._pool.submit(work, piece))
            if not flying:
                return
            done, flying = wait(flying, return_when=FIRST_COMPLETED)
            for one in done:
                yield one.result()


_AHEAD: Final = 4
"""Pieces of work per process that are handed out before they can be begun."""


def _groups(level: Sequence[Lived]) -> Iterator[Sequence[tuple[Schedule, int, Sequence[int]]]]:
    """Worlds to be varied, a few points at a time."""
    work = [(one.schedule, point, one.widths) for one in level for point in range(_last(one) + 1, len(one.widths))]
    return _pieces(work, 2)


def _pieces(work: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(work), size):
        yield work[start : start + size]


def _last(one: Lived) -> int:
    return max(one.schedule, default=-1)


def _vary(group: Sequence[tuple[Schedule, int, Sequence[int]]]) -> tuple[list[Lived], set[Part]]:
    """All worlds that differ from a known one at one more point."""
    found: list[Lived] = []
    reached: set[Part] = set()
    for schedule, point, widths in group:
        found += [lived({**schedule, point: move}, reached, point) for move in range(1, widths[point])]
    return found, reached


def _draw(seeds: Sequence[int]) -> tuple[list[Lived], set[Part]]:
    reached: set[Part] = set()
    return [drawn(seed, reached) for seed in seeds], reached


def lived(schedule: Schedule, reached: set[Part] | None = None, since: int = 0) -> Lived:
    """Live through the world of a schedule. `since`: the point up to which it is one that held."""
    return _live(_Chosen(schedule), reached, None, since)


def drawn(seed: int, reached: set[Part] | None = None) -> Lived:
    """Live through the world of a seed."""
    return _live(_Chosen({}, random.Random(seed), _OFTEN[seed % len(_OFTEN)]), reached, seed)  # noqa: S311 - to be repeated


def _live(chosen: _Chosen, reached: set[Part] | None, seed: int | None, since: int = 0) -> Lived:
    world, broken, digest = World(_cast, chosen), None, 0
    try:
        world.play()
        digest = _digest(world.journals())
        if digest not in _known:
            _look_at(world, reached, since)
            _known.add(digest)
    except Broken as law:
        broken = law.law, law.said
    if reached is not None and world.befell:
        reached.update(("chance", name, 0) for name in world.befell)
    return Lived(chosen.schedule, chosen.widths, digest, status_of(world.mind.state), broken, seed)


def _look_at(world: World, reached: set[Part] | None, since: int = 0) -> None:
    """What is the same in all worlds of one journal. Raises Broken."""
    laws.folds(world)
    if not world.doubled or len(world.entries) % _REPLAYED == 0:
        laws.replays(world, world.points[since] if since else 0)
    if world.rival is not None:
        laws.folds(world.rival)
        laws.replays(world.rival)
    if reached is not None:
        reached.update(reached_in(world.journals()))
        reached.update(("law", name, 0) for name in world.laws.spoke)
        reached.update(("refused", f"{step}: {said}", 0) for step, said in world.refused)


def _digest(entries: Sequence[Entry]) -> int:
    """Tells journals apart by what came in and what was decided; times do not count."""
    told: list[object] = []
    for entry in entries:
        event = entry.event
        kind = type(event)
        teller = _TELLERS.get(kind)
        if teller is None:
            teller = _TELLERS[kind] = _teller(kind)
        told.append(kind)
        told.append(teller(event))
    return hash(tuple(told))


_WORDS: Final = ("address", "call", "attempt", "timer", "decision", "signal", "name", "outcome", "status", "tool")
_DATA: Final = ("value", "error", "payload", "partial")
"""What an event says; arguments follow from what came in before."""


def _teller(kind: type) -> Callable[[Any], object]:
    """What tells events of a kind apart: its words as they are, its data as they are written."""
    has: Sequence[str] = getattr(kind, "__slots__", ())
    words = [name for name in _WORDS if name in has]
    data = [name for name in _DATA if name in has]
    said: Callable[[Any], object] = attrgetter(*words) if words else lambda _: None
    if not data:
        return said
    return lambda event: (said(event), *[repr(getattr(event, name)) for name in data])


_TELLERS: Final[dict[type, Callable[[Any], object]]] = {}
"""By kind of event."""
