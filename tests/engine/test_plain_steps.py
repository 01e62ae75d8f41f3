"""What follows from a call that ends alone is decided and done while the run's task sleeps: nobody can tell."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from pathlib import Path

import pytest

import holdfast
from holdfast.core.events import CallReturned, SignalReceived
from holdfast.engine.live import LiveRun
from holdfast.plan.load import load_source

pytestmark = pytest.mark.anyio

SEEN: ContextVar[str] = ContextVar("SEEN", default="nothing")
STEPS = "\n".join(f"  - {{id: s{number}, tool: t.put}}" for number in range(1, 6))
PLAN = f"holdfast: 1\nplan: five\nsteps:\n{STEPS}\n"


async def test_the_task_of_a_run_is_not_woken_by_plain_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five calls one after the other: it falls asleep once."""
    slept = 0
    sleep = LiveRun._sleep

    async def counted(live: LiveRun) -> None:
        nonlocal slept
        slept += 1
        await sleep(live)

    @holdfast.tool("t.put", effect="write", idempotency="key")
    async def put() -> None:
        pass

    monkeypatch.setattr(LiveRun, "_sleep", counted)
    async with holdfast.open(f"sqlite:{tmp_path}/runs.db", tools=[put]) as hf:
        run = await hf.start(load_source(PLAN, "five.yaml"))
        assert (await run.wait()).ok
    assert 1 == slept


@pytest.mark.parametrize("effect", ["read", "write"])
async def test_variables_of_one_tool_are_not_those_of_the_next(tmp_path: Path, effect: str) -> None:
    """What a tool puts into its context is gone with its call; what was there when the run began is there for all."""
    seen: list[str] = []

    @holdfast.tool("t.put", effect=effect, idempotency="key" if effect == "write" else None)
    async def put() -> None:
        seen.append(SEEN.get())
        SEEN.set("another tool's")

    async with holdfast.open(f"sqlite:{tmp_path}/runs.db", tools=[put]) as hf:
        SEEN.set("the caller's")
        run = await hf.start(load_source(PLAN, "five.yaml"))
        assert (await run.wait()).ok
    assert ["the caller's"] * 5 == seen


async def test_a_signal_during_plain_steps_is_heard(tmp_path: Path) -> None:
    """A run that is paused in its third call begins the fourth only once it may."""
    third, go_on, begun = asyncio.Event(), asyncio.Event(), 0

    @holdfast.tool("t.put", effect="write", idempotency="key")
    async def put() -> None:
        nonlocal begun
        begun += 1
        if begun == 3:
            third.set()
            await go_on.wait()

    async with holdfast.open(f"sqlite:{tmp_path}/runs.db", tools=[put]) as hf:
        run = await hf.start(load_source(PLAN, "five.yaml"))
        await third.wait()
        await hf.pause(run.id)
        async for entry in run.entries(follow=True):
            if isinstance(entry.event, SignalReceived):
                go_on.set()
            elif isinstance(entry.event, CallReturned) and entry.event.call == 3:
                break
        assert 3 == begun
        await hf.unpause(run.id)
        assert (await run.wait()).ok
    assert 5 == begun
