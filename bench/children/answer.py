"""How long it takes until an answer given in another process has moved a waiting run on to its next call.

`wait` starts runs that ask a question, and notes when the call after it is made. `give` answers them, one after the
other at random moments, and notes when it began to. Both read the machine's one monotonic clock.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from pathlib import Path

from work import loop_factory

import holdfast

PLAN = """
holdfast: 1
plan: question
inputs:
  n: {type: integer}
steps:
  - id: which
    ask: {question: "Which one?", schema: {type: string}}
  - id: told
    tool: bench.put
    with: {n: "{{ inputs.n }}", which: "{{ steps.which.output }}"}
"""


async def wait(folder: Path, runs: int) -> dict[str, object]:
    """When each run made its call."""
    from holdfast.plan.load import load_source

    at: dict[int, float] = {}

    @holdfast.tool("bench.put", effect="write", idempotency="key")
    async def put(n: int, which: str) -> None:  # noqa: ARG001 - what a call is about
        at[n] = time.monotonic()

    async with holdfast.open(f"sqlite:{folder}/runs.db", tools=[put]) as hf:
        plan = load_source(PLAN, "question.yaml")
        started = [await hf.start(plan, inputs={"n": n}, task=str(n)) for n in range(runs)]
        for run in started:
            await run.result()
        print("ready", flush=True)
        for run in started:
            assert (await run.wait()).status == "succeeded"
    return {"at": [at[n] for n in range(runs)]}


async def give(folder: Path, runs: int) -> dict[str, object]:
    """When each answer was begun, and how long it took to be recorded."""
    began: list[float] = []
    recorded: list[float] = []
    moments = random.Random(7)
    async with holdfast.open(f"sqlite:{folder}/runs.db") as hf:
        rows = {row.run: row for row in await hf.reviews(limit=runs)}
        tasks = {row.task: row.run for row in await hf.runs(limit=runs)}
        for n in range(runs):
            await asyncio.sleep(moments.uniform(0.01, 0.08))
            began.append(time.monotonic())
            await hf.answer(rows[tasks[str(n)]].review.id, "this one", by="ana")
            recorded.append(time.monotonic() - began[-1])
    return {"began": began, "recorded": recorded}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["wait", "give"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--loop", choices=["uvloop", "asyncio"], default="asyncio")
    args = parser.parse_args()
    with asyncio.Runner(loop_factory=loop_factory(args.loop)) as runner:
        print(json.dumps(runner.run((wait if args.what == "wait" else give)(args.folder, args.runs))))
