"""How many invented worlds of a plan of five steps are lived through and judged in a second."""

from __future__ import annotations

import argparse
import json
import os

import holdfast
from holdfast.plan.load import load_source
from holdfast.registry import load_registry
from holdfast.simulate.cast import Cast
from holdfast.simulate.explorer import Bounds, Explorer

PLAN = """
holdfast: 1
plan: five
defaults: {timeout: 5s, retry: {attempts: 3, delay: 1s}}
steps:
  - {id: look, tool: bench.look}
  - {id: one, tool: bench.put, with: {n: 1}}
  - {id: two, tool: bench.put, with: {n: 2}}
  - {id: three, tool: bench.put, with: {n: 3}}
  - {id: last, tool: bench.look}
"""


@holdfast.tool("bench.look", effect="read")
async def look() -> int:
    """Never called."""
    return 0


@holdfast.tool("bench.put", effect="write", idempotency="key")
async def put(n: int) -> str:  # noqa: ARG001 - what a call is about
    """Never called."""
    return ""


def main(worlds: int, rounds: int) -> dict[str, list[float]]:
    """Worlds per second, once per round."""
    cast = Cast(load_source(PLAN, "five.yaml"), load_registry([look, put]))
    rates: list[float] = []
    for _ in range(rounds):
        seen = Explorer(cast, Bounds(worlds=worlds, seeds=0, depth=3, jobs=os.cpu_count() or 1)).run()
        assert not seen.found, seen.found
        rates.append(seen.worlds / seen.seconds)
    return {"rate": rates}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    print(json.dumps(main(args.worlds, args.rounds)))
