"""The long run: `python -m tests.chaos --seconds 3600`; one world again: `python -m tests.chaos --seed 17`.

With `--bug NAME` it looks for worlds that find that deliberate bug.
"""

# ruff: noqa: T201 - it says what it found

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections import Counter

import pytest

from tests.chaos.bugs import ENGINE
from tests.chaos.bugs_of_stores import STORE
from tests.chaos.copies import RESTORES
from tests.chaos.laws import Broken
from tests.chaos.world import FAULTS, World

BUGS = {**ENGINE, **STORE}


def main(words: list[str]) -> int:
    """Play worlds until time is over; 1 if a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=None, help="play this world only, and tell its story")
    parser.add_argument("--first", type=int, default=None, help="the first of the seeds; by default another each time")
    parser.add_argument("--keep-on", action="store_true", help="do not stop at the first law that is broken")
    parser.add_argument("--kind", choices=("memory", "sqlite"), default="", help="of the store; by default drawn")
    parser.add_argument(
        "--faults", nargs="*", choices=(*FAULTS, RESTORES), default=None, help="which there are; by default drawn"
    )
    parser.add_argument("--bug", choices=BUGS, default=None, help="put this bug in first")
    args = parser.parse_args(words)
    with pytest.MonkeyPatch.context() as patch:
        if args.bug is not None:
            BUGS[args.bug](patch)
        return _again(args) if args.seed is not None else _hunt(args)


def _again(args: argparse.Namespace) -> int:
    world = World(args.seed, args.kind, args.faults)
    print(f"{world.kind}, {world.workers} workers, faults: {', '.join(sorted(world.faults))}")
    said = "every law holds"
    try:
        world.play()
    except Broken as broken:
        said = f"broken: {broken}"
    for at, what in world.story:
        print(f"{at:10.3f}  {what}")
    print(said)
    return int(said != "every law holds")


def _hunt(args: argparse.Namespace) -> int:
    first = args.first if args.first is not None else time.time_ns() // 1_000 % 10**9 * 100
    how = "".join(f" --{name} {shlex.quote(said)}" for name, said in (("kind", args.kind), ("bug", args.bug)) if said)
    how += "" if args.faults is None else f" --faults {' '.join(args.faults)}"
    began, seed, laws = time.monotonic(), first, Counter[str]()
    while time.monotonic() < began + args.seconds:
        try:
            World(seed, args.kind, args.faults).play()
        except Broken as broken:
            laws[broken.law] += 1
            print(f"seed {seed}: {broken}\n  again: python -m tests.chaos --seed {seed}{how}", flush=True)
            if not args.keep_on:
                break
        seed += 1
    took = time.monotonic() - began
    print(f"{seed - first} worlds, {(seed - first) / took:.1f} a second, laws broken: {dict(laws)}")
    return 1 if laws else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
