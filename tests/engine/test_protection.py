"""Limits of tools, runs and the process; circuits that open and close; turns that are fair."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from holdfast import Holdfast, Settings, ToolError, tool
from holdfast.core.events import CallFailed, CallReturned
from holdfast.core.explain import explain
from holdfast.engine.breaker import Breaker
from holdfast.engine.gate import Gate, Lane
from tests.engine.world import journal, plan, session

pytestmark = pytest.mark.anyio


class Counted:
    """A tool body that notes how many run at once."""

    def __init__(self) -> None:
        self.now = self.most = self.calls = 0

    async def busy(self) -> None:
        self.now += 1
        self.calls += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1


def fan(count: int) -> str:
    """Parallel branches that call the busy tool."""
    return (
        "steps: [{id: all, parallel: {"
        + ", ".join(f"b{number}: [{{id: s{number}, tool: probe.busy}}]" for number in range(count))
        + "}}]"
    )


async def test_a_tools_concurrency_holds_over_all_runs(tmp_path: Path) -> None:
    """Two at once, however many runs and branches want the tool."""
    counted = Counted()

    @tool("probe.busy", effect="read", concurrency=2)
    async def busy() -> None:
        await counted.busy()

    async with session("memory", tmp_path, busy) as hf:
        runs = [await hf.start(plan(fan(8))) for _ in range(3)]
        assert {"succeeded"} == {(await run.result()).status for run in runs}
    assert (24, 2) == (counted.calls, counted.most)


async def test_the_processs_and_a_runs_concurrency_hold(tmp_path: Path) -> None:
    """Calls at once in the process and in one run are bounded."""
    for settings, most in (({"max_calls": 3}, 3), ({"max_calls_per_run": 2}, 4)):
        counted = Counted()

        @tool("probe.busy", effect="read")
        async def busy(counted: object = counted) -> None:
            await counted.busy()

        async with session("memory", tmp_path, busy, **settings) as hf:
            runs = [await hf.start(plan(fan(8))) for _ in range(2)]
            assert {"succeeded"} == {(await run.result()).status for run in runs}
        assert most == counted.most


async def test_a_tools_rate_holds(tmp_path: Path) -> None:
    """Three calls within any 200 ms: nine calls take at least 400 ms."""
    times: list[float] = []

    @tool("probe.busy", effect="read", rate="3/200ms")
    async def busy() -> None:
        times.append(time.monotonic())

    async with session("memory", tmp_path, busy) as hf:
        assert "succeeded" == (await (await hf.start(plan(fan(9)))).result()).status
    assert 9 == len(times)
    assert all(later - earlier >= 0.19 for earlier, later in zip(times, times[3:], strict=False))


@pytest.mark.parametrize(
    ("limits", "settings", "by"),
    [
        ({"rate": "2/100ms"}, {}, "the tool's rate"),
        ({"concurrency": 2}, {}, "the tool's concurrency"),
        ({}, {"max_calls": 2}, "max_calls"),
        ({}, {"max_calls_per_run": 2}, "max_calls_per_run"),
    ],
)
async def test_a_limit_that_delays_a_call_is_journaled(
    tmp_path: Path, limits: dict[str, object], settings: dict[str, int], by: str
) -> None:
    """How long which limit held a call back; nothing for calls that began at once."""

    @tool("probe.busy", effect="read", **limits)
    async def busy() -> None:
        await asyncio.sleep(0.05)

    async with session("memory", tmp_path, busy, **settings) as hf:
        run = await hf.start(plan(fan(3)))
        await run.result()
        returned = [entry.event for entry in await journal(run) if type(entry.event) is CallReturned]
    assert ["", "", by] == sorted(event.held_by for event in returned)
    (held,) = [event.held for event in returned if event.held]
    assert 0.03 < held < 5
    assert f"held back for {held:.3g} s by {by}" in explain(max(returned, key=lambda event: event.held))


async def test_a_circuit_that_opens_is_journaled(tmp_path: Path) -> None:
    """The failure that opened it says so, and for how long; those before and after do not."""

    @tool("probe.busy", effect="read", breaker={"failures": 2, "window": "1m", "open": "45s"})
    async def busy() -> None:
        raise ToolError("unavailable")

    async with session("memory", tmp_path, busy) as hf:
        run = await hf.start(
            plan("steps: [{id: a, tool: probe.busy, retry: {attempts: 3, delay: 0s, on: [unavailable]}}]")
        )
        await run.result()
        failed = [entry.event for entry in await journal(run) if type(entry.event) is CallFailed]
    assert [0.0, 45.0, 0.0] == [event.opened for event in failed]
    assert "its circuit opened for 45 s" in explain(failed[1])


async def test_arguments_are_looked_at_before_any_limit(tmp_path: Path) -> None:
    """A call that does not fit waits for no rate, takes no place, and closes no circuit as its probe."""

    @tool("probe.add", effect="read", concurrency=1, rate="1/h", retry=1)
    async def add(number: int) -> int:
        return number + 1

    @tool("probe.ask", effect="read", breaker={"failures": 1, "window": "1m", "open": "200ms"}, retry=1)
    async def ask(number: int) -> int:
        raise ToolError("unavailable", "down")

    async with session("memory", tmp_path, add, ask) as hf, asyncio.timeout(10):
        assert (None, "invalid") == (await code_of(hf, "probe.add", 1), await code_of(hf, "probe.add", "x"))
        assert ["unavailable", "invalid", "unavailable"] == [await code_of(hf, "probe.ask", one) for one in (1, "x", 1)]
        assert "circuit_open" == await code_of(hf, "probe.ask", 1, pause=0)


async def code_of(hf: Holdfast, name: str, number: object, pause: float = 0.25) -> object:
    """How a run that calls this tool fails, once a circuit that opened has had its rest."""
    await asyncio.sleep(pause)
    text = f"inputs: {{n: {{}}}}\nsteps: [{{id: one, tool: {name}, with: {{number: '{{{{ inputs.n }}}}'}}}}]"
    result = await (await hf.start(plan(text), inputs={"n": number})).result()
    return result.error and result.error["code"]


async def test_an_open_circuit_refuses_at_once(tmp_path: Path) -> None:
    """After two failures the tool is left alone: later calls fail without being made, and say when to come back."""
    calls: list[int] = []

    @tool("probe.busy", effect="write", idempotency="key", breaker={"failures": 2, "window": "1m", "open": "1m"})
    async def busy() -> None:
        calls.append(1)
        raise ToolError("unavailable", happened=False)

    async with session("memory", tmp_path, busy) as hf:
        runs, results = [], []
        for _ in range(4):
            runs.append(await hf.start(plan("steps: [{id: a, tool: probe.busy}]")))
            results.append(await runs[-1].result())
        errors = [entry.event.error for run in runs for entry in await journal(run) if type(entry.event) is CallFailed]
    assert {"failed"} == {result.status for result in results}
    assert 2 == len(calls)
    refused = [error for error in errors if error.code == "circuit_open"]
    assert [False, False] == [error.happened for error in refused]
    assert all(error.retry_after is not None and 50 < error.retry_after <= 60 for error in refused)


async def test_calls_that_wait_for_their_turn_are_refused_when_the_circuit_opens(tmp_path: Path) -> None:
    """A thousand calls waiting for a tool that breaks down are not made one after the other."""
    calls: list[int] = []

    @tool("probe.busy", effect="read", concurrency=1, breaker={"failures": 2, "window": "1m", "open": "1m"})
    async def busy() -> None:
        calls.append(1)
        raise ToolError("unavailable")

    each = "{in: inputs.items, concurrency: 1000, on_failure: continue}"
    text = f"steps: [{{id: all, each: {each}, do: [{{id: s, tool: probe.busy}}]}}]"
    async with session("memory", tmp_path, busy) as hf:
        run = await hf.start(plan(f"inputs: {{items: {{type: array}}}}\n{text}"), inputs={"items": list(range(1000))})
        await run.result()
    assert 2 == len(calls)


def test_a_breaker_opens_probes_and_closes() -> None:
    """Failures within the window open it; after its rest one probe decides."""
    breaker = Breaker(2, 10, 5)
    assert [None, False, None, True] == [
        breaker.refuses(0), breaker.record("timeout", 0), breaker.refuses(1), breaker.record("unavailable", 1),
    ]  # fmt: skip
    assert 4 == breaker.refuses(2)
    assert [None, 5] == [breaker.refuses(6), breaker.refuses(6)]
    assert breaker.record("timeout", 7)
    assert 5 == breaker.refuses(7)
    assert [None, False, None] == [breaker.refuses(12), breaker.record(None, 12), breaker.refuses(12)]


def test_failures_outside_the_window_and_refusals_do_not_open_a_breaker() -> None:
    """Old failures are forgotten; `invalid` and the like are answers, not trouble."""
    breaker = Breaker(2, 10, 5)
    assert [False, False, False] == [
        breaker.record("timeout", 0), breaker.record("timeout", 11), breaker.record("conflict", 12),
    ]  # fmt: skip
    assert breaker.refuses(12) is None


class Waiter:
    """Something at the gate that only notes its turn."""

    def __init__(self, run: str, begun: list[str], lane: Lane | None = None) -> None:
        self.run, self.lane, self._begun = run, lane, begun

    def begin(self) -> None:
        self._begun.append(self.run)


async def test_runs_take_turns_at_the_gate() -> None:
    """A run with many calls does not keep the others waiting."""
    begun: list[str] = []
    gate = Gate(Settings(max_calls=1), asyncio.get_running_loop())
    waiters = [Waiter(run, begun) for run in "aaaabbc"]
    for waiter in waiters:
        gate.enter(waiter)
    assert ["a"] == begun
    held = {run: [one for one in waiters if one.run == run] for run in "abc"}
    while begun and any(held.values()) and held[begun[-1]]:
        gate.leave(held[begun[-1]].pop())
    assert ["a", "a", "b", "c", "a", "b", "a"] == begun


async def test_who_withdraws_from_the_gate_leaves_no_trace() -> None:
    """A call that does not want to begin any more frees its place in every queue."""
    begun: list[str] = []
    lane = Lane(1)
    gate = Gate(Settings(max_calls=1), asyncio.get_running_loop())
    first, second, third = (Waiter(run, begun, lane) for run in "abc")
    for waiter in (first, second, third):
        gate.enter(waiter)
    gate.withdraw(second)
    gate.leave(first)
    gate.leave(third)
    fourth = Waiter("d", begun, lane)
    gate.enter(fourth)
    assert (["a", "c", "d"], 1) == (begun, lane.busy)
