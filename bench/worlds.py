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
HEAD = ("plan", "worlds", "differ", "faults", "worlds/s", "us each", "broken", "reached")
WIDTHS = (22, 9, 9, 8, 10, 9, 8)


def casts(names: Sequence[str]) -> Iterator[Cast]:
    """What the worlds of each plan are made of, with the tools that lie beside it; all plans if none is named."""
    for path in sorted([*PLANS.glob("*.yaml"), *PLANS.glob("*/*.yaml")]):
        if path.stem != "policy" and (not names or path.stem in names):
            yield cast_of(load_plan(path), load_registry([str(path.parent / "tools")]))


def explored(cast: Cast, worlds: int, jobs: int) -> Explored:
    """So many worlds: those of a few faults first, at most half; then drawn ones, up to the number."""
    bounds = Bounds(depth=4, worlds=worlds // 2, seeds=0, least=worlds, until=None, jobs=jobs)
    return Explorer(cast, bounds).run()


def line(cast: Cast, seen: Explored, spent: float) -> tuple[str, ...]:
    """One line of the table. `faults`: up to how many at once nothing was left out; `spent`: seconds of a processor."""
    kinds = [(kind, [part for part in parts_of(cast.plan) if part[0] == kind]) for kind in KINDS]
    reached = ", ".join(f"{len(seen.reached & {*parts})}/{len(parts)} {kind}s" for kind, parts in kinds if parts)
    return (
        cast.plan.name, f"{seen.worlds:,}", f"{seen.distinct:,}", str(seen.depth), f"{seen.worlds / seen.seconds:,.0f}",
        f"{spent / seen.worlds * 1e6:,.0f}", str(len(seen.found)), reached,
    )  # fmt: skip


def shown(cells: Sequence[str], *, markdown: bool) -> str:
    """A line for the terminal, or for bench/README.md, which has no room for what was reached."""
    if markdown:
        return f"| {' | '.join(cells[:-1])} |"
    first, *others = (cell.rjust(width) for cell, width in zip(cells, WIDTHS, strict=False))
    return f"{first.strip().ljust(WIDTHS[0])}{''.join(others)}  {cells[-1]}"


def processor() -> float:
    """Seconds of a processor that this process has used, and those that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> int:
    """The table, and what was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plans", nargs="*", metavar="PLAN", help="only these")
    parser.add_argument("--worlds", type=int, default=100_000, metavar="N", help="of each plan")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes")
    parser.add_argument("--markdown", action="store_true", help="the table as it stands in bench/README.md")
    args = parser.parse_args()
    began, broken = time.monotonic(), 0
    print(shown(HEAD, markdown=args.markdown), flush=True)
    if args.markdown:
        print("|---|--:|--:|--:|--:|--:|--:|", flush=True)
    for cast in casts(args.plans):
        before = processor()
        seen = explored(cast, args.worlds, args.jobs)
        print(shown(line(cast, seen, processor() - before), markdown=args.markdown), flush=True)
        for one in seen.found.values():
            print(json.dumps({"law": one.law, "said": one.said, "schedule": dict(one.schedule)}), flush=True)
        broken += len(seen.found)
    print(f"{time.monotonic() - began:,.0f} s, {processor():,.0f} s of a processor", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
