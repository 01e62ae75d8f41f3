"""Two steps of one run under one idempotency key: one effect."""

from __future__ import annotations

import anyio
import pytest

import holdfast
from holdfast import tool
from holdfast.plan.load import load_source

PLAN = """
holdfast: 1
plan: twice
steps:
  - id: both
    parallel:
      left: [{id: a, tool: post.once, with: {n: 1}, idempotency_key: same}]
      right: [{id: b, tool: post.once, with: {n: 1}, idempotency_key: same}]
"""


@pytest.mark.anyio
@pytest.mark.parametrize("strategy", ["none", "key"])
async def test_parallel_steps_with_one_key_make_one_effect(strategy: str, tmp_path) -> None:
    """The second waits until the first is known, and reuses its result."""
    effects: list[int] = []

    @tool("post.once", effect="write", idempotency=strategy)
    async def post(n: int) -> int:
        effects.append(n)
        await anyio.sleep(0.05)
        return len(effects)

    async with holdfast.open(f"sqlite:{tmp_path}/r.db", tools=[post]) as hf:
        run = await hf.start(load_source(PLAN))
        result = await run.wait()
    assert ("succeeded", [1]) == (result.status, effects)
