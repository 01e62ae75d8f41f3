"""`heartbeat`: a long call that has stopped reporting is given up (2-plan-language 5)."""

from __future__ import annotations

import time
from pathlib import Path

import anyio
import pytest

import holdfast
from holdfast import Context, tool
from holdfast.plan.load import load_source

PLAN = """
holdfast: 1
plan: long
steps:
  - {id: lively, tool: job.lively, timeout: 1m, heartbeat: 300ms}
  - {id: thread, tool: job.thread, timeout: 1m, heartbeat: 300ms}
  - {id: silent, tool: job.silent, timeout: 1m, heartbeat: 100ms, optional: true}
output: {error: "{{ steps.silent.error }}", done: ["{{ steps.lively.output }}", "{{ steps.thread.output }}"]}
"""


@pytest.mark.anyio
async def test_a_call_lives_as_long_as_it_reports(tmp_path: Path) -> None:
    """Async tools and tools in threads; the one that falls silent fails with `timeout` and what it said last."""

    @tool("job.lively", effect="read")
    async def lively(ctx: Context) -> str:
        for done in range(5):
            await anyio.sleep(0.1)
            ctx.heartbeat({"done": done})
        return "lively"

    @tool("job.thread", effect="read")
    def thread(ctx: Context) -> str:
        for _ in range(5):
            time.sleep(0.1)
            ctx.heartbeat()
        return "thread"

    @tool("job.silent", effect="read")
    async def silent(ctx: Context) -> None:
        ctx.heartbeat({"done": 7})
        await anyio.sleep(30)

    async with holdfast.open(f"sqlite:{tmp_path}/r.db", tools=[lively, thread, silent]) as hf:
        started = time.monotonic()
        result = await (await hf.start(load_source(PLAN))).wait()

    assert isinstance(result.output, dict)
    error = result.output["error"]
    assert ["lively", "thread"] == result.output["done"]
    assert ("timeout", "no heartbeat for 0.1 s", {"done": 7}) == (error["code"], error["message"], error["details"])
    assert time.monotonic() - started < 20


def test_a_tool_may_be_tried_without_an_engine() -> None:
    """A context of one's own hears nothing."""
    assert Context().heartbeat("x") is None
