"""How long it takes until a run that was killed makes its next call.

`make` runs a plan and kills itself with SIGKILL inside the call after so many completed steps. `go` opens that store in
a new process and goes on: from before the store is opened until the tool is called. Before the clock starts, the plan
is compiled (it is the same text, so it is not compiled again) and another, small run has been carried out, so neither
compilation nor imports are in the number.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import time
from pathlib import Path

from ours import SHAPES
from work import loop_factory, profiled

import holdfast
from holdfast.plan.program import Plan


async def make(folder: Path, plan: Plan, steps: int) -> None:
    """Die in the call after `steps` completed ones."""
    done = 0

    @holdfast.tool("bench.put", effect="write", idempotency="key")
    async def put(n: int) -> None:  # noqa: ARG001 - what a call is about
        nonlocal done
        if done == steps:
            os.kill(os.getpid(), signal.SIGKILL)
        done += 1

    async with holdfast.open(f"sqlite:{folder}/runs.db", tools=[put]) as hf:
        await (await hf.start(plan, task="resumed")).wait()


async def go(folder: Path, profile: Path | None) -> dict[str, object]:
    """Seconds until the next call, on the wall and of processor time."""
    calls: list[tuple[float, float]] = []

    @holdfast.tool("bench.put", effect="write", idempotency="key")
    async def put(n: int) -> None:  # noqa: ARG001 - what a call is about
        calls.append((time.perf_counter(), time.process_time()))

    async with holdfast.open(f"sqlite:{folder}/warm.db", tools=[put]) as hf:
        await (await hf.start(SHAPES["literal"](3))).wait()
    calls.clear()
    with profiled(profile):
        began, busy = time.perf_counter(), time.process_time()
        async with holdfast.open(f"sqlite:{folder}/runs.db", tools=[put]) as hf:
            (row,) = await hf.runs(task="resumed")
            result = await (await hf.resume(row.run)).wait()
    assert result.ok, result
    called, busy_then = calls[0]
    return {"seconds": called - began, "cpu": busy_then - busy, "effects": len(calls)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["make", "go"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--shape", choices=list(SHAPES), default="literal")
    parser.add_argument("--loop", choices=["uvloop", "asyncio"], default="asyncio")
    parser.add_argument("--profile", type=Path)
    args = parser.parse_args()
    compiled = SHAPES[args.shape](args.steps + 1)
    with asyncio.Runner(loop_factory=loop_factory(args.loop)) as runner:
        if args.what == "make":
            runner.run(make(args.folder, compiled, args.steps))
        else:
            print(json.dumps(runner.run(go(args.folder, args.profile))))
