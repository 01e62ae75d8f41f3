"""Signals to runs that are live, queued or parked."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import anyio
import pytest

from holdfast import tool
from holdfast.core.events import SignalReceived
from holdfast.errors import EventRefused
from tests.engine.world import STORES, plan, session

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("store", STORES)]


async def test_events_taken_up_during_a_call_count_for_what_the_run_keeps(store: str, tmp_path: Path) -> None:
    """While a call is in flight the run's row says how many there are, so that one more is refused."""
    going = anyio.Event()

    @tool("probe.slow", effect="read")
    async def slow() -> None:
        await going.wait()

    text = """
        events: {keep: 2}
        steps: [{id: slow, tool: probe.slow}, {id: first, wait: {event: paid}}, {id: second, wait: {event: paid}}]
    """
    async with session(store, tmp_path, slow) as hf:
        run = await hf.start(plan(text))
        for number in range(2):
            await hf.signal(run.id, "paid", number)
        async with aclosing(run.entries(follow=True)) as entries:
            taken = 0
            async for entry in entries:
                taken += isinstance(entry.event, SignalReceived)
                if taken == 2:
                    break
        assert 2 == ((await run.row()).result or {}).get("events")
        with pytest.raises(EventRefused, match="its plan keeps 2"):
            await hf.signal(run.id, "paid", 3)
        going.set()
        assert "succeeded" == (await run.result()).status
