"""A store that fails now and then loses nothing, and nothing is done that it did not take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from holdfast import Fenced, StoreError, tool
from holdfast.api.run import Run
from holdfast.engine.engine import Engine
from holdfast.engine.settings import Settings
from holdfast.journal.memory import Memory
from holdfast.journal.store import Append
from holdfast.registry import load_registry
from tests.engine.world import plan

pytestmark = pytest.mark.anyio

TWO = "steps: [{id: a, tool: probe.put}, {id: b, tool: probe.put}]\noutput: '{{ steps.b.output }}'"


class Moody(Memory):
    """A store whose appends can be made to go wrong."""

    def __init__(self, mood: Callable[[Moody, Append], Awaitable[None]]) -> None:
        super().__init__()
        self._mood = mood

    async def append(self, append: Append) -> None:
        await self._mood(self, append)
        await super().append(append)


def probe(calls: list[str]) -> object:
    """A writing tool that notes its calls."""

    @tool("probe.put", effect="write", idempotency="none")
    async def put() -> int:
        calls.append("call")
        return len(calls)

    return put


async def test_a_full_disk_is_waited_out() -> None:
    """The run stands still and says why; once the store is well again it goes on and nothing is done twice."""
    calls: list[str] = []
    said: list[str] = []
    failures = [StoreError("disk full"), StoreError("disk full")]

    async def mood(store: Moody, append: Append) -> None:
        if calls and failures:
            raise failures.pop()

    async with Moody(mood) as store, Engine(store, load_registry([probe(calls)]), trouble=said.append) as engine:
        ward = await engine.start(plan(TWO))
        result = await Run(engine, ward.run, ward).result()
    assert ("succeeded", 2, 2) == (result.status, result.output, len(calls))
    still, well = "stands still, nothing is lost: disk full", "goes on: the store is usable again"
    assert [f"run {ward.run} {still}", f"run {ward.run} {well}"] == said


async def test_a_commit_that_only_seemed_to_fail_is_not_made_twice() -> None:
    """When the entries turn out to stand, the run goes on from them."""
    calls: list[str] = []
    lies = [1]

    async def mood(store: Moody, append: Append) -> None:
        if calls and lies:
            lies.pop()
            await Memory.append(store, append)
            raise StoreError("connection lost")

    async with Moody(mood) as store, Engine(store, load_registry([probe(calls)])) as engine:
        ward = await engine.start(plan(TWO))
        result = await Run(engine, ward.run, ward).result()
    assert ("succeeded", 2) == (result.status, len(calls))


async def test_a_store_that_stays_broken_leaves_the_run_resumable() -> None:
    """After the patience the error is raised; a later engine goes on from what was committed."""
    calls: list[str] = []
    broken = [True]

    async def mood(store: Moody, append: Append) -> None:
        if broken:
            raise StoreError("the file system is read-only")

    registry = load_registry([probe(calls)])
    async with Moody(mood) as store, Engine(store, registry, Settings(store_patience=0.15)) as engine:
        ward = await engine.start(plan(TWO))
        with pytest.raises(StoreError, match="read-only"):
            await Run(engine, ward.run, ward).result()
        assert [] == calls
        broken.clear()
        again = await engine.resume(ward.run)
        assert "succeeded" == (await Run(engine, ward.run, again).result()).status
    assert 2 == len(calls)


async def test_nothing_is_called_before_its_intent_is_committed() -> None:
    """While a commit is under way, the write it decides has not begun."""
    calls: list[str] = []
    seen: list[int] = []

    async def mood(store: Moody, append: Append) -> None:
        before = len(calls)
        await asyncio.sleep(0.02)
        seen.append(len(calls) - before)

    async with Moody(mood) as store, Engine(store, load_registry([probe(calls)])) as engine:
        ward = await engine.start(plan(TWO))
        await ward.until({"over"})
    assert (2, {0}) == (len(calls), set(seen))


async def test_a_read_may_begin_while_its_commit_is_under_way() -> None:
    """Reads change nothing, so they need not wait for the disk."""
    calls: list[str] = []
    seen: list[int] = []

    @tool("probe.put", effect="read")
    async def read() -> None:
        calls.append("call")

    async def mood(store: Moody, append: Append) -> None:
        await asyncio.sleep(0.02)
        seen.append(len(calls))

    async with Moody(mood) as store, Engine(store, load_registry([read])) as engine:
        ward = await engine.start(plan("steps: [{id: a, tool: probe.put}]"))
        await ward.until({"over"})
    assert [1, 1] == seen


async def test_a_fenced_run_is_not_acted_on() -> None:
    """A worker that finds that another one wrote stops at once and drops its calls."""
    calls: list[str] = []

    async def mood(store: Moody, append: Append) -> None:
        if len(calls) == 1:
            store._runs[append.run].row = store._runs[append.run].row.__class__(
                **{**_fields(store._runs[append.run].row), "owner": "another"}
            )
            raise Fenced(append.run, append.after, append.after + 3)

    async with Moody(mood) as store, Engine(store, load_registry([probe(calls)])) as engine:
        ward = await engine.start(plan(TWO))
        await ward.until({"elsewhere"})
        await asyncio.sleep(0.05)
        assert 1 == len(calls)


def _fields(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}


async def test_the_store_is_asked_about_nothing_while_nobody_wrote(tmp_path: Path) -> None:
    """An engine at rest costs one cheap question per look."""
    asked: list[str] = []

    class Counting(Memory):
        async def inbox(self, runs: object) -> list[object]:
            asked.append("inbox")
            return await super().inbox(runs)

    async with Counting() as store, Engine(store, load_registry([]), Settings(poll=0.005)) as engine:
        ward = await engine.start(plan("steps: [{id: a, wait: 1h}]"))
        await ward.until({"parked"})
        await asyncio.sleep(0.1)
        asked.clear()
        await asyncio.sleep(0.2)
    assert len(asked) <= 1
