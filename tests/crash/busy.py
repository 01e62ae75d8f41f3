"""A worker that runs plans without a pause, for the tests of who keeps a store meanwhile.

    python -m tests.crash.busy STORE LEDGER NAME SECONDS

Each effect is a line in the file LEDGER. At the end it prints how its runs came out and the longest run's seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter

import holdfast
from holdfast import Context, tool
from holdfast.plan.load import load_source

PLAN = """
holdfast: 1
plan: busy
inputs: {who: {type: string}}
steps:
  - {id: a, tool: note, with: {text: "{{ inputs.who }}"}, timeout: 5s}
  - {id: b, tool: note, with: {text: "{{ steps.a.output }}"}, timeout: 5s}
  - {id: c, tool: note, with: {text: "{{ steps.b.output }}"}, timeout: 5s}
"""
TOGETHER = 4


async def main(store: str, ledger: str, name: str, seconds: float) -> None:
    """Run one after the other, some at a time."""
    file = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    @tool("note", effect="write", idempotency="none")
    async def note(ctx: Context, text: str) -> str:
        """Write a line; nobody could tell later whether it was."""
        os.write(file, f"{ctx.idempotency_key}\n".encode())
        return text

    plan, came, longest = load_source(PLAN, "busy.yaml"), Counter[str](), 0.0
    until = time.monotonic() + seconds

    async def work(hf: holdfast.Holdfast, part: int) -> None:
        nonlocal longest
        number = 0
        while time.monotonic() < until:
            began = time.monotonic()
            task = f"{name}-{part}-{number}"
            run = await hf.start(plan, inputs={"who": f"secret of {task}"}, task=task)
            came[(await run.result()).status] += 1
            longest = max(longest, time.monotonic() - began)
            number += 1

    async with holdfast.open(store, tools=[note], durability="process") as hf:
        await asyncio.gather(*[work(hf, part) for part in range(TOGETHER)])
    sys.stdout.write(json.dumps([came, longest]))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], float(sys.argv[4])))
