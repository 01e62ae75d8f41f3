"""`make bench`: Holdfast beside the floor, every number beside its goal, in one run. See bench/README.md."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from figures import HEAD, Figure, table
from machine import described, load
from measures import MEASURES, QUICK, Sizes


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the command line asks for and print it."""
    args = _arguments(arguments)
    if args.profile:
        from hotspots import show

        show(QUICK if args.quick else Sizes(), args.loop, args.top)
        return
    if args.parts:
        from hotspots import parts

        parts(QUICK if args.quick else Sizes(), args.loop)
        return
    lines = [*described(Path(tempfile.gettempdir())), f"event loop of Holdfast and the floor: {args.loop}"]
    figures: list[Figure] = []
    for item in args.only or MEASURES:
        _tell(f"{item}: {MEASURES[item].__doc__} load {load()}")
        figures += MEASURES[item](QUICK if args.quick else Sizes(), args.loop)
    if args.json:
        print(json.dumps([{**asdict(figure), "met": figure.met} for figure in figures], indent=1))
        return
    mark = "- " if args.markdown else ""
    print("\n".join(f"{mark}{line}" for line in [*lines, f"load at the end: {load()}"]), end="\n\n")
    print(table([HEAD, *(figure.row() for figure in figures)], markdown=args.markdown))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=int, nargs="+", choices=list(MEASURES), metavar="N", help="only these goals")
    parser.add_argument("--loop", choices=["uvloop", "asyncio"], default=_loop(), help="for Holdfast and the floor")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it works, measures nothing")
    parser.add_argument("--markdown", action="store_true", help="as in bench/README.md")
    parser.add_argument("--json", action="store_true", help="the figures as data")
    parser.add_argument("--profile", action="store_true", help="where the time goes, instead of how much it is")
    parser.add_argument("--parts", action="store_true", help="what a step is made of, part by part, instead")
    parser.add_argument("--top", type=int, default=25, help="lines per profile")
    return parser.parse_args(arguments)


def _loop() -> str:
    try:
        import uvloop  # noqa: F401 - whether it is there
    except ImportError:
        return "asyncio"
    return "uvloop"


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
