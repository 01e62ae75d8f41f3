"""A store that fails now and then loses nothing, and nothing is done that it did not take."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast import Context, Fenced, Outcome, StoreError, tool
from holdfast.api.completing import completed
from holdfast.api.run import Run
from holdfast.engine.engine import Engine
from holdfast.engine.request import record
from holdfast.engine.settings import Settings
from holdfast.journal.memory import Memory
from holdfast.journal.store import Append, RunFilter
from holdfast.registry import load_registry
from holdfast.registry.context import digest_of
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


class Failing(Memory):
    """A store that does what it is asked and says once that it failed."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self._method = method

    def __getattribute__(self, name: str) -> Any:
        own = super().__getattribute__(name)
        if name != object.__getattribute__(self, "__dict__").get("_method"):
            return own

        async def failing(*args: object) -> object:
            self._method = ""
            await own(*args)
            raise StoreError("connection lost")

        return failing


@pytest.mark.parametrize("method", ["create", "acquire"])
async def test_a_run_that_was_taken_while_the_store_failed_is_not_kept_from_everybody(method: str) -> None:
    """The worker cannot know that it has the run, so it gives it up: else nobody would take what a living one owns."""
    calls: list[str] = []
    settings = Settings(follow_all=True, poll=0.005)
    async with Failing(method) as store, Engine(store, load_registry([probe(calls)]), settings) as engine:
        if method == "create":
            with pytest.raises(StoreError, match="connection lost"):
                await engine.start(plan(TWO))
        else:
            await record(store, engine.registry, plan(TWO), time.time())
        async with asyncio.timeout(10):
            while [row.status for row in await store.runs(RunFilter())] != ["succeeded"]:  # noqa: ASYNC110 - it is done elsewhere
                await asyncio.sleep(0.005)
    assert 2 == len(calls)


async def test_a_run_that_could_not_be_given_up_is_given_up_later() -> None:
    """The disk was full just then: another worker gets it once there is space again."""
    full = [True]

    class Full(Memory):
        async def release(self, run: str, worker: str) -> None:
            if full:
                raise StoreError("disk full")
            await super().release(run, worker)

    async with Full() as store, Engine(store, load_registry([]), Settings(poll=0.005)) as engine:
        ward = await engine.start(plan("steps: [{id: a, wait: {event: go, timeout: 1h}}]"))
        await ward.until({"parked"})
        assert engine.worker == (await store.run(ward.run)).owner
        full.clear()
        async with asyncio.timeout(10):
            while (await store.run(ward.run)).owner:  # noqa: ASYNC110 - the same
                await asyncio.sleep(0.005)


async def test_a_call_whose_result_came_with_its_intent_is_not_begun() -> None:
    """Who takes a run over meets the result of a deferred call in the same append that would call again."""
    calls: list[str] = []

    @tool("probe.order", effect="write", idempotency="key")
    async def order(ctx: Context) -> Outcome[int]:
        calls.append(await ctx.callback())
        await asyncio.sleep(3600)
        return Outcome(deferred="1h")

    registry = load_registry([order])
    ordered = "steps: [{id: a, tool: probe.order}, {id: nap, wait: 50ms}]\noutput: '{{ steps.a.output }}'"
    async with Memory() as store:
        async with Engine(store, registry, Settings(grace=0.0)) as first:
            ward = await first.start(plan(ordered))
            while not calls:  # noqa: ASYNC110 - the same
                await asyncio.sleep(0)
        store.bury(first.worker)
        await store.complete(digest_of(calls[0]), completed("a", "", 7, None, "", ""), 1.0)
        async with Engine(store, registry) as second:
            again = await second.resume(ward.run)
            assert 7 == (await Run(second, ward.run, again).result()).output
    assert 1 == len(calls)


async def test_a_run_that_waits_gives_its_place_to_one_that_could_go_on() -> None:
    """Also when it waits for a short time only: it may be the other one that it waits for."""
    naps = plan("steps: [{id: a, wait: 20s}]", "naps")
    settings = Settings(max_live=1)
    async with Memory() as store, Engine(store, load_registry([probe([])]), settings) as engine:
        first = await engine.start(naps)
        await asyncio.sleep(0)
        second = await engine.start(plan(TWO))
        async with asyncio.timeout(10):
            await second.until({"over"})
        assert "parked" == first.state
