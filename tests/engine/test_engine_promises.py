"""What the embedded engine promises beside its parts: one barrier per step, nothing left behind, time that goes on."""

from __future__ import annotations

import asyncio
import gc
import sys
from pathlib import Path
from typing import Any

import pytest

import holdfast
from holdfast import Context, ToolError, tool
from holdfast.core.events import CallIntended, CallReturned, TimerFired
from holdfast.core.state import RunState
from holdfast.engine.engine import Engine
from holdfast.engine.live import LiveRun
from holdfast.engine.settings import Settings
from holdfast.journal.memory import Memory
from holdfast.journal.store import Append
from holdfast.registry import load_registry
from tests.engine.world import STORES, kinds, plan, session

pytestmark = pytest.mark.anyio


def counting(calls: list[str]) -> Any:
    """A writing tool that notes the keys it is called under."""

    @tool("probe.put", effect="write", idempotency="key")
    async def put(ctx: Context, fact: str = "") -> str:
        calls.append(ctx.idempotency_key)
        return fact or "done"

    return put


async def test_the_end_of_a_step_and_the_beginning_of_the_next_are_one_append() -> None:
    """One barrier per step: a run of five writing steps waits for the disk six times."""
    appended: list[Append] = []

    class Noting(Memory):
        async def append(self, append: Append) -> None:
            appended.append(append)
            await super().append(append)

    steps = ", ".join(f"{{id: s{number}, tool: probe.put}}" for number in range(5))
    async with Noting() as store, Engine(store, load_registry([counting([])])) as engine:
        await (await engine.start(plan(f"steps: [{steps}]"))).until({"over"})
    assert 6 == len(appended)
    for append in appended[1:5]:
        there = {type(event) for event in append.events}
        assert {CallReturned, CallIntended} <= there


@pytest.mark.parametrize("store", STORES)
async def test_no_task_outlives_its_owner(store: str, tmp_path: Path) -> None:
    """One task for each live run, one that watches, one for each call; none of them when the session is closed."""
    before = asyncio.all_tasks()
    hanging: list[str] = []

    @tool("probe.hang", effect="read")
    async def hang(ctx: Context) -> None:
        hanging.append(ctx.run)
        await asyncio.sleep(3600)

    async with session(store, tmp_path, hang) as hf:
        parked = await hf.start(plan("steps: [{id: a, wait: 1h}]"))
        await parked.result()
        runs = [await hf.start(plan("steps: [{id: a, tool: probe.hang}]")) for _ in range(3)]
        while len(hanging) < len(runs):  # noqa: ASYNC110 - the tool has no event to set
            await asyncio.sleep(0.001)
        names = sorted(task.get_name().rpartition("-")[0] for task in asyncio.all_tasks() - before)
        mine = [name for name in names if name.startswith("holdfast run")]
        assert len(runs) == len(mine)
        assert 1 == sum(task.get_name() == "holdfast watch" for task in asyncio.all_tasks() - before)
    await asyncio.sleep(0)
    assert set() == asyncio.all_tasks() - before


@pytest.mark.parametrize("store", STORES)
async def test_a_parked_run_leaves_nothing_of_it_in_memory(store: str, tmp_path: Path) -> None:
    """Neither its interpreter nor its state; a name and a due time are left."""

    def held(run: str) -> list[object]:
        gc.collect()
        return [one for one in gc.get_objects() if isinstance(one, LiveRun | RunState) and one.run == run]

    async with session(store, tmp_path, counting([])) as hf:
        run = await hf.start(plan("steps: [{id: a, tool: probe.put}, {id: b, wait: 1h}]"))
        while not held(run.id):  # noqa: ASYNC110 - nothing tells it
            await asyncio.sleep(0)
        await run.result()
        assert [] == held(run.id)


@pytest.mark.parametrize("store", STORES)
async def test_a_refusal_is_not_reused_by_another_run(store: str, tmp_path: Path) -> None:
    """A permanent failure is the run's that met it: the next one under the same key asks for itself."""
    answers = [ToolError("invalid", "not today"), None]

    @tool("probe.book", effect="write", idempotency="key")
    async def book() -> str:
        if (refusal := answers.pop(0)) is not None:
            raise refusal
        return "booked"

    text = plan("steps: [{id: a, tool: probe.book, idempotency_key: shared}]\noutput: '{{ steps.a.output }}'")
    async with session(store, tmp_path, book) as hf:
        first = await (await hf.start(text, task="one")).wait()
        again = await hf.start(text, task="two")
        assert ("failed", "booked") == (first.status, (await again.wait()).output)
        assert "CallReused" not in await kinds(again)
        assert [] == answers


async def test_after_a_crash_timers_fire_at_their_time_and_reviews_stay_open() -> None:
    """Those past due fire at once, those that are not keep their instant; nobody is asked anew."""
    now = [1_000_000.0]
    text = plan("""
        steps:
          - id: all
            parallel:
              soon: [{id: soon, wait: 1h}]
              late: [{id: late, wait: 3h}]
              person: [{id: person, ask: {question: "?", options: [x, "y"], timeout: 1d}}]
    """)
    settings = Settings(poll=0.005)
    async with Memory() as store:
        async with Engine(store, load_registry([]), settings, clock=lambda: now[0]) as first:
            ward = await first.start(text)
            await ward.until({"parked"})
            dead = first.worker
        store.bury(dead)
        now[0] += 2 * 3600
        async with Engine(store, load_registry([]), settings, clock=lambda: now[0]) as second:
            again = await second.resume(ward.run)
            await again.until({"parked"})
            entries = await store.entries(ward.run)
            fired = [(entry.event.timer, entry.at) for entry in entries if isinstance(entry.event, TimerFired)]
            assert [("wait:all/soon/soon", now[0])] == fired
            assert 1_000_000.0 + 3 * 3600 == again.wake_at
            (review,) = await store.reviews()
            assert ("open", 1_000_000.0) == (review.state, review.opened_at)


@pytest.mark.parametrize("store", STORES)
async def test_what_reaches_a_run_under_way_applies_within_one_observation(store: str, tmp_path: Path) -> None:
    """Also while a call is in flight: the next entries say what follows, and nothing else begins before."""
    began: list[str] = []
    answers = asyncio.Event()

    @tool("probe.look", effect="read")
    async def look(fact: str) -> str:
        began.append(fact)
        if fact != "LGA":
            await answers.wait()
        return fact

    text = plan("""
        facts: {airport: {given: JFK}}
        steps:
          - {id: look, tool: probe.look, with: {fact: "{{ facts.airport }}"}}
          - {id: more, tool: probe.look, with: {fact: LGA}}
          - {id: nap, wait: 1h}
    """)

    async def looking(hf: holdfast.Holdfast) -> holdfast.Run:
        count = len(began)
        run = await hf.start(text)
        while len(began) == count:  # noqa: ASYNC110 - the tool has no event to set
            await asyncio.sleep(0.001)
        return run

    async def follows(run: holdfast.Run) -> list[str]:
        while "SignalReceived" not in (found := await kinds(run)):  # noqa: ASYNC110 - a reader, not a follower
            await asyncio.sleep(0.001)
        return found[found.index("SignalReceived") + 1 :]

    async with session(store, tmp_path, look) as hf:
        cancelled, corrected, paused = [await looking(hf) for _ in range(3)]
        await hf.cancel(cancelled.id)
        assert "EndDecided" == (await follows(cancelled))[0]
        assert "cancelled" == (await cancelled.wait()).status
        await corrected.correct(airport="LGA")
        assert ["FactsCorrected", "StepsInvalidated"] == (await follows(corrected))[:2]
        assert "waiting" == (await corrected.result()).status
        assert ["JFK", "JFK", "JFK", "LGA", "LGA"] == began
        await hf.pause(paused.id)
        assert [] == await follows(paused)
        answers.set()
        assert "paused" == (await paused.result()).status
        assert ["CallReturned"] == await follows(paused)
        assert 5 == len(began)


@pytest.mark.parametrize("there", [True, False])
def test_uvloop_is_used_where_it_is_installed(*, there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not needed: without it the event loop is asyncio's own."""
    loops: list[str] = []

    @tool("probe.loop", effect="read")
    async def loop() -> None:
        loops.append(type(asyncio.get_running_loop()).__module__)

    if not there:
        monkeypatch.setitem(sys.modules, "uvloop", None)
    holdfast.run_sync(plan("steps: [{id: a, tool: probe.loop}]"), tools=[loop], store="memory:")
    try:
        import uvloop
    except ImportError:
        uvloop = None  # type: ignore[assignment]
    expected = "asyncio" if uvloop is None else "uvloop"
    assert [expected] == [one.partition(".")[0] for one in loops]
