"""Compiled plans are kept for the next process, and nothing waits for that."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from holdfast import tool
from tests.engine.world import plan, session

pytestmark = pytest.mark.anyio


async def test_a_plan_is_kept_when_nothing_goes_on(tmp_path: Path) -> None:
    """While its first run goes on there is no file of it; once nothing does there is, though the session stays open."""
    seen: list[list[str]] = []

    @tool("probe.look", effect="read")
    async def look() -> None:
        await asyncio.sleep(0.1)  # four looks of the watch
        seen.append(kept(tmp_path))

    started = plan("steps: [{id: look, tool: probe.look}]")
    async with session("sqlite", tmp_path, look) as hf:
        hf.trust(started)  # else it is kept with what it was found clean against, before it starts
        run = await hf.start(started)
        await run.result()
        for _ in range(500):
            if not kept(tmp_path):
                await asyncio.sleep(0.01)
    assert [[]] == seen
    assert [f"{started.hash}.json"] == kept(tmp_path)


async def test_a_plan_is_kept_at_the_end_of_a_session(tmp_path: Path) -> None:
    """Who leaves before the run is over keeps its plan for who goes on with it."""
    started = plan("steps: [{id: wait, wait: 1h}]")
    async with session("sqlite", tmp_path, poll=60.0) as hf:
        await hf.start(started)
    assert [f"{started.hash}.json"] == kept(tmp_path)


def kept(folder: Path) -> list[str]:
    """The names of the files of compiled plans."""
    return sorted(file.name for file in (folder / "compiled").glob("*.json"))
