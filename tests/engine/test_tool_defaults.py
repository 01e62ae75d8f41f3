"""What a tool's contract says where nobody else does: time, tries, money."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from holdfast import Outcome, ToolError, tool
from tests.engine.world import plan, session

pytestmark = pytest.mark.anyio


async def test_timeout_and_retry_hold_where_nobody_else_says(tmp_path: Path) -> None:
    """The step goes before the plan's defaults, these before the contract."""
    calls = 0

    @tool("probe.slow", effect="read", timeout="20ms", retry={"attempts": 3, "delay": "1ms", "jitter": "none"})
    async def slow() -> None:
        nonlocal calls
        calls += 1
        await asyncio.sleep(60)

    step = "steps: [{id: one, tool: probe.slow"
    async with session("memory", tmp_path, slow) as hf, asyncio.timeout(20):
        for text, tries, within in (
            (f"{step}}}]", 3, "0.02 s"),
            (f"defaults: {{retry: 2, timeout: 30ms}}\n{step}}}]", 2, "0.03 s"),
            (f"defaults: {{retry: 2, timeout: 30ms}}\n{step}, retry: 1, timeout: 40ms}}]", 1, "0.04 s"),
        ):
            calls = 0
            result = await (await hf.start(plan(text))).result()
            assert result.error is not None
            assert (tries, "timeout", f"no answer within {within}") == (
                calls, result.error["code"], result.error["message"],
            )  # fmt: skip


async def test_what_a_call_costs_counts_for_the_run(tmp_path: Path) -> None:
    """As the contract says, or as the tool says itself; a call that failed costs nothing of its own."""

    @tool("probe.paid", effect="read", cost=0.5, retry=1)
    async def paid(way: str) -> Outcome[str] | str:
        if way == "fails":
            raise ToolError("invalid", "no")
        return Outcome("x", cost=0.125) if way == "says" else "x"

    steps = ", ".join(
        f"{{id: {way}, tool: probe.paid, with: {{way: {way}}}, optional: true}}" for way in ("plain", "says", "fails")
    )
    async with session("memory", tmp_path, paid) as hf:
        result = await (await hf.start(plan(f"steps: [{steps}]"))).result()
    assert (3, 0.625) == (result.spent["calls"], result.spent["cost"])
