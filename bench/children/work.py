"""What every contender is given to do: some runs, each of some no-op steps, all at once, in a process of its own.

Standard library only: the peers run this in environments of their own. One JSON document is printed at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

Run = Callable[[int, int], Awaitable[None]]
"""Begins so many new runs of so many steps each, and returns when all of them are over."""

WINDOW = 200
"""Steps over which the time of an early and of a late step is taken."""


class World:
    """The world outside: it keeps when something was done to it.

    `looks`: the effects, by their number, at which it also keeps how busy this process was; each look costs some time.
    """

    def __init__(self) -> None:
        self.at: list[float] = []
        self.looks: set[int] = set()
        self.busy: dict[int, float] = {}

    def happen(self) -> None:
        """An effect takes place."""
        self.at.append(time.perf_counter())
        if len(self.at) in self.looks:
            self.busy[len(self.at)] = time.process_time()


Contender = Callable[[Path, World, argparse.Namespace], AbstractAsyncContextManager[Run]]


def main(contender: Contender, **more: dict[str, Any]) -> None:
    """Measure a contender as the command line says. `more`: options of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--loop", choices=["uvloop", "asyncio"], default="asyncio")
    parser.add_argument("--profile", type=Path, help="write a cProfile of the timed rounds here")
    for name, keywords in more.items():
        parser.add_argument(f"--{name}", **keywords)
    args = parser.parse_args()
    with asyncio.Runner(loop_factory=loop_factory(args.loop)) as runner:
        print(json.dumps(runner.run(_measured(contender, args))))


def warm_up(args: argparse.Namespace) -> int:
    """Steps of the runs that are carried out before the clock starts."""
    return min(args.steps, 10 if args.runs > 1 else 300)


def loop_factory(name: str) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the event loop of this name."""
    if name == "asyncio":
        return None
    import uvloop

    return uvloop.new_event_loop  # type: ignore[no-any-return]


async def _measured(contender: Contender, args: argparse.Namespace) -> dict[str, object]:
    world = World()
    seconds: list[float] = []
    cpu: list[float] = []
    count = args.runs * args.steps
    async with contender(args.folder, world, args) as run:
        await run(min(args.runs, 10), warm_up(args))  # brings in imports, caches and files
        with profiled(args.profile):
            for _ in range(args.rounds):
                before = len(world.at)
                world.looks, world.busy = _looks(before, count), {}
                began, busy = time.perf_counter(), time.process_time()
                await run(args.runs, args.steps)
                seconds.append(time.perf_counter() - began)
                cpu.append(time.process_time() - busy)
                done = len(world.at) - before
                assert done == count, f"{done} effects, {count} were asked for"
    stored = sum(file.stat().st_size for file in args.folder.glob("*.db*") if file.is_file())
    pace = _pace(world.at[-count:], {number - before: busy for number, busy in world.busy.items()})
    return {"seconds": seconds, "cpu": cpu, "effects": len(world.at), "bytes": stored, **pace}


@contextmanager
def profiled(path: Path | None) -> Iterator[None]:
    """Write a profile of the block, if there is a path for it."""
    if path is None:
        yield
        return
    import cProfile

    with cProfile.Profile() as profile:
        yield
    profile.dump_stats(path)


def _window(count: int) -> int:
    """Steps that stand for an early or a late one; 0: there are too few."""
    window = min(WINDOW, (count - 12) // 2)
    return window if window >= 5 else 0


def _looks(before: int, count: int) -> set[int]:
    """Every effect of an early and of a late window; and one in the middle, to tell the halves apart."""
    window = _window(count)
    early, late = range(10, 11 + window), range(count - window, count + 1)
    return {before + n for n in (*early, _middle(count), *late)} if window else set()


def _middle(count: int) -> int:
    return (10 + count) // 2


def _pace(at: list[float], busy: Mapping[int, float]) -> dict[str, float]:
    """Seconds per step, on the wall and of processor time.

    `early`, `late`: the medians over the steps from step 10 on, and over the last ones. `first`, `second`: the means
    over both halves of what follows step 10, with all that happens once in a while.
    """
    window, count = _window(len(at)), len(at)
    if not window:
        return {}
    gaps = [later - earlier for earlier, later in pairwise(at)]
    taken = {n: busy[n] - busy[n - 1] for n in busy if n - 1 in busy}
    middle = _middle(count)
    return {
        "early": median(gaps[9 : 9 + window]),
        "late": median(gaps[-window:]),
        "early_cpu": median(taken[n] for n in range(11, 11 + window)),
        "late_cpu": median(taken[n] for n in range(count - window + 1, count + 1)),
        "first_cpu": (busy[middle] - busy[10]) / (middle - 10),
        "second_cpu": (busy[count] - busy[middle]) / (count - middle),
    }
