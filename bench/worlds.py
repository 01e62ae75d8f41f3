"""Every example against a hundred thousand invented worlds: `make worlds`.

Half of them are those in which up to so many things are out of the ordinary, the others are drawn, the same ones each
time. One line per plan as soon as it is done; the exit code is 1 if a law was broken in any world.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from holdfast.plan.load import load_plan
from holdfast.registry import load_registry
from holdfast.simulate.cast import Cast, cast_of
from holdfast.simulate.explorer import Bounds, Explored, Explorer
from holdfast.simulate.reach import KINDS, parts_of

PLANS = Path(__file__).parents[1] / "plans"
HEAD = f"{'plan':<22}{'worlds':>9}{'differ':>9}{'faults':>8}{'worlds/s':>10}{'broken':>8}  reached"


def casts(names: Sequence[str]) -> Iterator[Cast]:
    """What the worlds of each plan are made of, with the tools that lie beside it; all plans if none is named."""
    for path in sorted([*PLANS.glob("*.yaml"), *PLANS.glob("*/*.yaml")]):
        if path.stem != "policy" and (not names or path.stem in names):
            yield cast_of(load_plan(path), load_registry([str(path.parent / "tools")]))


def explored(cast: Cast, worlds: int, jobs: int) -> Explored:
    """So many worlds: those of a few faults first, at most half; then drawn ones, up to the number."""
    bounds = Bounds(depth=4, worlds=worlds // 2, seeds=0, least=worlds, until=None, jobs=jobs)
    return Explorer(cast, bounds).run()


def line(cast: Cast, seen: Explored) -> str:
    """One line of the table: `faults` is up to how many at once nothing was left out."""
    kinds = [(kind, [part for part in parts_of(cast.plan) if part[0] == kind]) for kind in KINDS]
    reached = ", ".join(f"{len(seen.reached & {*parts})}/{len(parts)} {kind}s" for kind, parts in kinds if parts)
    rate = seen.worlds / seen.seconds
    return (
        f"{cast.plan.name:<22}{seen.worlds:>9,}{seen.distinct:>9,}{seen.depth:>8}{rate:>10,.0f}{len(seen.found):>8}"
        f"  {reached}"
    )


def main() -> int:
    """The table, and what was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plans", nargs="*", metavar="PLAN", help="only these")
    parser.add_argument("--worlds", type=int, default=100_000, metavar="N", help="of each plan")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes")
    args = parser.parse_args()
    began, broken = time.monotonic(), 0
    print(HEAD, flush=True)
    for cast in casts(args.plans):
        seen = explored(cast, args.worlds, args.jobs)
        print(line(cast, seen), flush=True)
        for one in seen.found.values():
            print(json.dumps({"law": one.law, "said": one.said, "schedule": dict(one.schedule)}), flush=True)
        broken += len(seen.found)
    print(f"{time.monotonic() - began:,.0f} s", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
