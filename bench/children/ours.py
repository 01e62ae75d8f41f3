"""Holdfast on the work of all contenders: plans of no-op writing steps, strategy `key`, SQLite, durability `power`."""

from __future__ import annotations

import argparse
import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from work import Run, World, main, warm_up

import holdfast
from holdfast.lint.admission import checked
from holdfast.plan.load import load_source
from holdfast.plan.program import Plan


def literal(steps: int) -> Plan:
    """A plan that names every step."""
    lines = "\n".join(f"  - {{id: s{n}, tool: bench.put, with: {{n: {n}}}}}" for n in range(1, steps + 1))
    return load_source(f"holdfast: 1\nplan: bench\nsteps:\n{lines}\n", "bench.yaml")


def looped(steps: int) -> Plan:
    """A plan that does one step for each of many items."""
    return load_source(
        f"""
holdfast: 1
plan: bench-each
steps:
  - id: all
    each: {{in: "range({steps})", as: n, max: {steps}}}
    do:
      - {{id: s, tool: bench.put, with: {{n: "{{{{ n }}}}"}}}}
""",
        "bench-each.yaml",
    )


SHAPES: dict[str, Callable[[int], Plan]] = {"literal": literal, "each": looped}


def put(world: World) -> object:
    """The tool: an effect that costs nothing."""

    @holdfast.tool("bench.put", effect="write", idempotency="key")
    async def noop(n: int) -> None:  # noqa: ARG001 - what a call is about
        world.happen()

    return noop


@asynccontextmanager
async def ours(folder: Path, world: World, args: argparse.Namespace) -> AsyncIterator[Run]:
    """Holdfast as a contender. Plans are compiled and linted before the clock starts, as the code of the peers is."""
    if args.collect:
        gc.set_threshold(args.collect)
    shape = SHAPES[args.shape]
    plans = {steps: shape(steps) for steps in (warm_up(args), args.steps)}
    async with holdfast.open(f"sqlite:{folder}/ours.db", tools=[put(world)], durability=args.durability) as hf:
        for plan in plans.values():
            hf.trust(checked(plan, hf.tools))

        async def run(runs: int, steps: int) -> None:
            started = await asyncio.gather(*(hf.start(plans[steps]) for _ in range(runs)))
            results = await asyncio.gather(*(one.wait() for one in started))
            assert all(result.ok for result in results), results[0]

        yield run


if __name__ == "__main__":
    main(
        ours,
        shape={"choices": list(SHAPES), "default": "literal"},
        durability={"choices": ["power", "process"], "default": "power"},
        collect={"type": int, "help": "objects after which Python's garbage collector looks for some"},
    )
