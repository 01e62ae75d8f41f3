"""Signals to runs that are live, queued or parked."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import anyio
import pytest

from holdfast import InputError, tool
from holdfast.core.events import SignalReceived
from holdfast.errors import EventRefused
from tests.engine.world import STORES, journal, plan, session

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


NOTE = """
    inputs: {name: {type: string}}
    steps: [{id: note, tool: probe.note, with: {name: "{{ inputs.name }}"}}]
"""
CHILD = "holdfast: 1\nplan: child\nsteps: [{id: go, wait: {event: go}}]\n"


async def test_a_queued_run_is_put_before_others_and_after_them(store: str, tmp_path: Path) -> None:
    """The order in which runs get their turn is the order of their new priorities."""
    going, order = anyio.Event(), list[str]()

    @tool("probe.note", effect="read")
    async def note(name: str) -> None:
        order.append(name)
        await going.wait()

    async with session(store, tmp_path, note, max_live=1) as hf:
        runs = {name: await hf.start(plan(NOTE), inputs={"name": name}) for name in "abcd"}
        await hf.prioritise(runs["d"].id, 5, by="ana")
        await hf.prioritise(runs["b"].id, -5)
        going.set()
        for run in runs.values():
            await run.result()
        journals = [await journal(run) for run in runs.values()]
    assert ["a", "d", "c", "b"] == order
    said = [entry.event.payload for one in journals for entry in one if isinstance(entry.event, SignalReceived)]
    assert [-5, 5] == said


async def test_another_process_puts_a_queued_run_first(store: str, tmp_path: Path) -> None:
    """The engine sees it at its next look at the store, without the run being in memory."""
    going, order = anyio.Event(), list[str]()

    @tool("probe.note", effect="read")
    async def note(name: str) -> None:
        order.append(name)
        await going.wait()

    async with session(store, tmp_path, note, max_live=1) as hf:
        runs = {name: await hf.start(plan(NOTE), inputs={"name": name}) for name in "abc"}
        await hf._store.signal(runs["c"].id, SignalReceived(signal="prioritise", payload=9), 0.0)
        await anyio.sleep(1.2)
        going.set()
        for run in runs.values():
            await run.result()
    assert ["a", "c", "b"] == order


async def test_children_started_later_inherit_a_priority(store: str, tmp_path: Path) -> None:
    """A parked run takes the signal up, and its next child begins with the new priority."""
    (tmp_path / "child.yaml").write_text(CHILD)
    parent = tmp_path / "parent.yaml"
    parent.write_text("holdfast: 1\nplan: parent\nsteps: [{id: w, wait: {event: go}}, {id: c, plan: ./child.yaml}]\n")
    async with session(store, tmp_path, linger=0.0) as hf:
        run = await hf.start(parent)
        await run.result()
        await hf.prioritise(run.id, 3)
        await hf.signal(run.id, "go")
        await run.result()
        assert [("child", 3), ("parent", 3)] == [(row.plan, row.priority) for row in await hf.runs()]


@pytest.mark.parametrize("wrong", ["high", True, 1.5, 1_000_001, None])
async def test_a_priority_that_is_none_is_refused(store: str, tmp_path: Path, wrong: object) -> None:
    """With what it may be."""
    async with session(store, tmp_path) as hf:
        run = await hf.start(plan("steps: [{id: go, wait: {event: go}}]"))
        with pytest.raises(InputError, match="is no priority: a whole number from -1,000,000 to 1,000,000"):
            await hf.prioritise(run.id, wrong)  # type: ignore[arg-type]
