"""The long run: `python -m tests.chaos --seconds 3600`; one world again: `python -m tests.chaos --seed 17`."""

# ruff: noqa: T201 - it says what it found

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from tests.chaos.laws import Broken
from tests.chaos.world import World


def main(words: list[str]) -> int:
    """Play worlds until time is over; 1 if a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=None, help="play this world only, and tell its story")
    parser.add_argument("--first", type=int, default=None, help="the first of the seeds; by default another each time")
    parser.add_argument("--keep-on", action="store_true", help="do not stop at the first law that is broken")
    parser.add_argument("--verbose", action="store_true", help="name each seed before its world")
    args = parser.parse_args(words)
    if args.seed is not None:
        return _again(args.seed)
    first = args.first if args.first is not None else time.time_ns() // 1_000 % 10**9 * 100
    return _hunt(first, args.seconds, keep_on=args.keep_on, verbose=args.verbose)


def _again(seed: int) -> int:
    world = World(seed)
    print(f"{world.kind}, {world.workers} workers, faults: {', '.join(sorted(world.faults))}")
    try:
        world.play()
    except Broken as broken:
        tell(world)
        print(f"broken: {broken}")
        return 1
    tell(world)
    print("every law holds")
    return 0


def tell(world: World) -> None:
    """The story of a world."""
    for at, what in world.story:
        print(f"{at:10.3f}  {what}")


def _hunt(first: int, seconds: float, *, keep_on: bool, verbose: bool = False) -> int:
    began, seed, laws = time.monotonic(), first, Counter[str]()
    while time.monotonic() < began + seconds:
        try:
            if verbose:
                print(seed, flush=True)
            World(seed).play()
        except Broken as broken:
            laws[broken.law] += 1
            print(f"seed {seed}: {broken}\n  again: python -m tests.chaos --seed {seed}", flush=True)
            if not keep_on:
                break
        seed += 1
    took = time.monotonic() - began
    print(f"{seed - first} worlds, {(seed - first) / took:.1f} a second, laws broken: {dict(laws)}")
    return 1 if laws else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
