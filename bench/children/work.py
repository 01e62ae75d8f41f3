"""What every contender is given to do: some runs, each of some no-op steps, all at once, in a process of its own.

Standard library only: the peers run this in environments of their own. One JSON document is printed at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

Run = Callable[[int, int], Awaitable[None]]
"""Begins so many new runs of so many steps each, and returns when all of them are over."""

WINDOW = 200
"""Steps over which the time of an early and of a late step is taken."""


class World:
    """The world outside: it keeps when something was done to it."""

    def __init__(self) -> None:
        self.at: list[float] = []

    def happen(self) -> None:
        """An effect takes place."""
        self.at.append(time.perf_counter())


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
    async with contender(args.folder, world, args) as run:
        await run(min(args.runs, 10), min(args.steps, 10))  # imports, caches and files are there before the clock starts
        with profiled(args.profile):
            for _ in range(args.rounds):
                before, began, busy = len(world.at), time.perf_counter(), time.process_time()
                await run(args.runs, args.steps)
                seconds.append(time.perf_counter() - began)
                cpu.append(time.process_time() - busy)
                done = len(world.at) - before
                assert done == args.runs * args.steps, f"{done} effects, {args.runs * args.steps} were asked for"
    stored = sum(file.stat().st_size for file in args.folder.rglob("*") if file.is_file())
    return {"seconds": seconds, "cpu": cpu, "effects": len(world.at), "bytes": stored, **_pace(world.at[-args.steps :])}


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


def _pace(at: list[float]) -> dict[str, float]:
    """Seconds per step at step 10 and at the end, where there are enough steps for both."""
    gaps = [later - earlier for earlier, later in zip(at, at[1:], strict=False)]
    window = min(WINDOW, len(gaps) // 4)
    if window < 5:
        return {}
    return {"early": median(gaps[9 : 9 + window]), "late": median(gaps[-window:])}
