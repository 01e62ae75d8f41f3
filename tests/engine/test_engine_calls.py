"""What tools may do to the engine, and what they may not: every call ends, says one thing, and harms nobody."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from pathlib import Path

import anyio
import pytest

import holdfast
from holdfast import ToolError, tool
from holdfast.core.events import CallFailed, CallIntended, CallReturned, Entry
from tests.engine.world import STORES, journal, kinds, plan, session

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("store", STORES)]

ONE = "steps: [{id: a, tool: probe.it}]\noutput: '{{ steps.a.output }}'"


def failures(entries: list[Entry]) -> list[tuple[str, bool | None]]:
    """Codes of failed calls, and whether their effects happened."""
    return [(one.event.error.code, one.event.error.happened) for one in entries if isinstance(one.event, CallFailed)]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), MemoryError(), StopIteration()])
@pytest.mark.parametrize("threaded", [False, True])
async def test_whatever_a_tool_raises_is_its_own_failure(
    store: str, tmp_path: Path, error: BaseException, *, threaded: bool
) -> None:
    """Exceptions that usually end programs or loops fail the call with `internal`, and the engine lives on."""

    def fail() -> None:
        raise error

    async def fail_async() -> None:
        raise error

    made = tool("probe.it", effect="read", retry=1)(fail if threaded else fail_async)
    async with session(store, tmp_path, made) as hf:
        run = await hf.start(plan(ONE))
        assert "failed" == (await run.result()).status
        assert [("internal", False)] == failures(await journal(run))


async def test_a_tool_that_cancels_itself_is_told_apart_from_a_closing_engine(store: str, tmp_path: Path) -> None:
    """`CancelledError` out of a tool is a failure of the call."""

    @tool("probe.it", effect="read")
    async def cancelled() -> None:
        raise asyncio.CancelledError

    async with session(store, tmp_path, cancelled) as hf:
        run = await hf.start(plan(ONE))
        assert "failed" == (await run.result()).status
        assert [("cancelled", False)] == failures(await journal(run))


async def test_a_tool_that_ignores_its_cancellation_is_abandoned(store: str, tmp_path: Path) -> None:
    """The call fails with `timeout` in time, what the tool gives later is dropped, and closing does not hang."""
    tries: list[int] = []

    @tool("probe.it", effect="read")
    async def stubborn() -> str:
        tries.append(1)
        number = len(tries)
        if number == 2:
            return "second"
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                await asyncio.sleep(0.3)

    text = ONE.replace("probe.it", "probe.it, timeout: 100ms, retry: {attempts: 2, delay: 10ms}")
    began = time.monotonic()
    async with session(store, tmp_path, stubborn, call_grace=0.05) as hf:
        run = await hf.start(plan(text))
        assert "second" == (await run.result()).output
        assert [("timeout", False)] == failures(await journal(run))
        assert 1 == (await kinds(run)).count("CallReturned")
    assert time.monotonic() - began < 3


async def test_a_write_that_times_out_is_unknown_and_asked_again_under_its_key(store: str, tmp_path: Path) -> None:
    """A timeout of a write says nothing of its effect, so it is settled by the same key."""
    asked: list[str] = []

    @tool("probe.it", effect="write", idempotency="key")
    async def slow(ctx: holdfast.Context) -> str:
        asked.append(ctx.idempotency_key)
        await asyncio.sleep(60 if len(asked) == 1 else 0)
        return "done"

    async with session(store, tmp_path, slow) as hf:
        run = await hf.start(plan(ONE.replace("probe.it", "probe.it, timeout: 50ms")))
        assert "done" == (await run.wait()).output
        assert [("timeout", None)] == failures(await journal(run))
        assert (2, 1) == (len(asked), len(set(asked)))


async def test_a_thread_that_never_returns_is_left_behind(store: str, tmp_path: Path) -> None:
    """A plain function that blocks for ever times out; its thread keeps nobody."""
    block = threading.Event()

    @tool("probe.it", effect="read", timeout=0.1)
    def blocked() -> None:
        block.wait(30)

    began = time.monotonic()
    async with session(store, tmp_path, blocked) as hf:
        run = await hf.start(plan(ONE))
        assert "failed" == (await run.result()).status
        assert [("timeout", False)] == failures(await journal(run))
    assert time.monotonic() - began < 3
    block.set()


async def test_a_thread_is_used_again(store: str, tmp_path: Path) -> None:
    """Plain functions run one after the other share a thread, which is not the event loop's."""
    seen: set[int] = set()

    @tool("probe.it", effect="read")
    def where() -> int:
        seen.add(threading.get_ident())
        return 1

    async with session(store, tmp_path, where) as hf:
        await (await hf.start(plan("steps: [{id: a, tool: probe.it}, {id: b, tool: probe.it}]"))).result()
    assert 1 == len(seen)
    assert threading.get_ident() not in seen


async def test_changing_arguments_harms_nobody(store: str, tmp_path: Path) -> None:
    """A tool that changes what it was given changes neither the journal nor its next attempt."""
    got: list[object] = []

    @tool("probe.it", effect="read")
    async def greedy(items: list[object]) -> int:
        got.append(list(items))
        items.append("mine")
        items[0]["deep"] = "mine"
        if len(got) == 1:
            raise ToolError("unavailable")
        return len(items)

    text = """
        inputs: {given: {type: array}}
        steps: [{id: a, tool: probe.it, with: {items: "{{ inputs.given }}"}, retry: {attempts: 2, delay: 1ms}}]
        output: "{{ inputs.given }}"
    """
    async with session(store, tmp_path, greedy) as hf:
        run = await hf.start(plan(text), inputs={"given": [{"deep": 1}]})
        assert [{"deep": 1}] == (await run.result()).output
        args = [entry.event.args for entry in await journal(run) if isinstance(entry.event, CallIntended)]
        assert {"items": [{"deep": 1}]} == args[0]
        assert 1 == len(got[1])


async def test_changing_an_output_afterwards_harms_nobody(store: str, tmp_path: Path) -> None:
    """What a tool returned is copied before it is looked at."""
    held: list[object] = [1]

    @tool("probe.it", effect="read")
    async def sly() -> list[object]:
        asyncio.get_running_loop().call_soon(held.append, 2)
        return held

    async with session(store, tmp_path, sly) as hf:
        run = await hf.start(plan(ONE))
        assert [1] == (await run.result()).output


@pytest.mark.parametrize("output", ["x" * 5000, ["y" * 50] * 100, {"z": {"deep": "z" * 5000}}, [1] * 5000])
async def test_an_output_above_the_limit_is_unusable(store: str, tmp_path: Path, output: object) -> None:
    """Too much is `bad_output`; the message says how much, what the limit is and what to do."""

    @tool("probe.it", effect="read")
    async def big() -> object:
        return output

    async with session(store, tmp_path, big, max_value=4096) as hf:
        result = await (await hf.start(plan(ONE))).result()
        assert result.error is not None
        assert "bad_output" == result.error["code"]
        assert "the limit is 4,096 (max_value)" in str(result.error["message"])


async def test_an_output_of_100_mb_ends_in_seconds(store: str, tmp_path: Path) -> None:
    """The default limit holds: nothing of it reaches the journal."""

    @tool("probe.it", effect="write", idempotency="natural")
    def huge() -> str:
        return "x" * 100_000_000

    async with session(store, tmp_path, huge) as hf:
        run = await hf.start(plan(ONE))
        await run.result()
        entries = await journal(run)
        assert [("bad_output", True)] == failures(entries)
        assert len(repr(entries)) < 20_000


@pytest.mark.parametrize("output", [{1, 2}, b"bytes", float("nan"), object(), {"a": float("inf")}, "\ud800"])
async def test_an_output_that_is_not_json_is_unusable(store: str, tmp_path: Path, output: object) -> None:
    """What the journal cannot hold is `bad_output`, for a read a plain failure."""

    @tool("probe.it", effect="read")
    async def odd() -> object:
        return output

    async with session(store, tmp_path, odd) as hf:
        run = await hf.start(plan(ONE))
        assert "failed" == (await run.result()).status
        assert ["bad_output"] == [code for code, _ in failures(await journal(run))]


async def test_wrong_arguments_are_refused_before_the_call(store: str, tmp_path: Path) -> None:
    """The message names the tool and the argument; the write did not happen."""
    called: list[int] = []

    @tool("probe.it", effect="write", idempotency="none")
    async def strict(count: int) -> None:
        called.append(count)

    async with session(store, tmp_path, strict) as hf:
        run = await hf.start(plan("steps: [{id: a, tool: probe.it, with: {count: \"{{ 'many' }}\"}}]"))
        result = await run.result()
        assert result.error is not None
        assert 'tool `probe.it`: argument `count` must be a whole number, not "many"' == result.error["message"]
        assert ([], [("invalid", False)]) == (called, failures(await journal(run)))


async def test_a_context_tells_about_its_call(store: str, tmp_path: Path) -> None:
    """Run, task, user, address, attempt, key and deadline are those of the call."""
    seen: list[holdfast.Context] = []

    @tool("probe.it", effect="write", idempotency="key")
    async def look(ctx: holdfast.Context) -> None:
        seen.append(ctx)
        if len(seen) == 1:
            raise ToolError("unavailable", happened=False)

    text = "steps: [{id: out, do: [{id: a, tool: probe.it, timeout: 5s, retry: {attempts: 2, delay: 1ms}}]}]"
    async with session(store, tmp_path, look, clock=lambda: 1000.0) as hf:
        run = await hf.start(plan(text), task="t", user="u")
        while not seen:  # noqa: ASYNC110 - the tool has no event to set
            await asyncio.sleep(0.01)
        ctx = seen[0]
        assert (run.id, "t", "u", "out/a", 1) == (ctx.run, ctx.task, ctx.user, ctx.step, ctx.attempt)
        assert ("u:probe:t:out/a", 1005.0) == (ctx.idempotency_key, ctx.deadline)


async def test_attempts_are_numbered_and_share_their_key(store: str, tmp_path: Path) -> None:
    """What a tool is told of its second try differs in that."""
    seen: list[tuple[int, str]] = []

    @tool("probe.it", effect="write", idempotency="key")
    async def look(ctx: holdfast.Context) -> None:
        seen.append((ctx.attempt, ctx.idempotency_key))
        if len(seen) == 1:
            raise ToolError("unavailable", happened=False)

    text = "steps: [{id: a, tool: probe.it, retry: {attempts: 2, delay: 1ms}}]"
    async with session(store, tmp_path, look) as hf:
        assert "succeeded" == (await (await hf.start(plan(text), task="t", user="u")).result()).status
    assert [(1, "u:probe:t:a"), (2, "u:probe:t:a")] == seen


async def test_a_tool_may_open_scopes_and_time_out_by_itself(store: str, tmp_path: Path) -> None:
    """A call has a task of its own: anyio's and asyncio's scopes work in it, also over the first wait."""

    @tool("probe.it", effect="read")
    async def scoped() -> str:
        with anyio.move_on_after(0.02):
            await anyio.sleep(5)
        async with asyncio.timeout(5), anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 0.01)
        return "well"

    async with session(store, tmp_path, scoped) as hf:
        assert "well" == (await (await hf.start(plan(ONE))).result()).output


async def test_an_outcome_carries_what_the_tool_knows(store: str, tmp_path: Path) -> None:
    """Confidence, reasoning, tokens and cost reach the journal and what the run has spent."""

    @tool("probe.it", effect="read")
    async def model() -> holdfast.Outcome[str]:
        return holdfast.Outcome("guess", confidence=0.4, reasoning="it looked so", tokens=12, cost=0.5)

    async with session(store, tmp_path, model) as hf:
        run = await hf.start(plan(ONE))
        result = await run.result()
        (returned,) = [entry.event for entry in await journal(run) if isinstance(entry.event, CallReturned)]
        assert (0.4, "it looked so") == (returned.confidence, returned.reasoning)
        assert ("guess", 12, 0.5) == (result.output, result.spent["tokens"], result.spent["cost"])


@pytest.mark.parametrize("found", [True, False])
async def test_an_unknown_write_is_settled_by_its_check(store: str, tmp_path: Path, *, found: bool) -> None:
    """The check is given arguments and key; what it finds counts as the result, else the call is retried."""
    asked: list[tuple[str, str]] = []
    calls: list[int] = []

    @tool("probe.it", effect="write", idempotency="check")
    async def send(to: str) -> str:
        calls.append(1)
        if len(calls) == 1:
            raise ToolError("unavailable")
        return "sent"

    @send.check
    def sent(to: str, ctx: holdfast.Context) -> str | None:
        asked.append((to, ctx.idempotency_key))
        return "found" if found else None

    text = """
        steps: [{id: a, tool: probe.it, with: {to: ana}, retry: {attempts: 2, delay: 1ms}}]
        output: "{{ steps.a.output }}"
    """
    async with session(store, tmp_path, send) as hf:
        run = await hf.start(plan(text), task="t")
        assert ("found" if found else "sent") == (await run.wait()).output
        assert [("ana", "local:probe:t:a")] == asked
        assert (1 if found else 2) == len(calls)


async def test_a_check_that_fails_settles_nothing(store: str, tmp_path: Path) -> None:
    """A failing check is journaled and asked again."""
    asked: list[int] = []

    @tool("probe.it", effect="write", idempotency="check")
    async def send() -> str:
        raise ToolError("timeout")

    @send.check
    async def sent() -> str | None:
        asked.append(1)
        if len(asked) == 1:
            raise SystemExit(1)
        return "found"

    async with session(store, tmp_path, send) as hf:
        run = await hf.start(plan(ONE))
        assert "found" == (await run.wait()).output
        assert 1 == (await kinds(run)).count("CheckFailed")


async def test_a_tool_that_forks_does_not_double_the_engine(store: str, tmp_path: Path) -> None:
    """The child of a tool that forks and forgets to leave ends where it comes back; the run goes on once."""
    if store == "memory":
        return
    made: list[int] = []

    @tool("probe.it", effect="write", idempotency="none")
    async def fork() -> str:
        child = os.fork()
        if child:
            made.append(child)
        return "parent" if child else "child"

    @tool("probe.mark", effect="write", idempotency="none")
    async def mark(path: str) -> None:
        with Path(path).open("a") as file:  # noqa: ASYNC230 - one byte
            file.write("x")

    file = tmp_path / "marks"
    text = f"steps: [{{id: a, tool: probe.it}}, {{id: b, tool: probe.mark, with: {{path: {file}}}}}]"
    async with session(store, tmp_path, fork, mark) as hf:
        assert "succeeded" == (await (await hf.start(plan(text))).result()).status
    _, status = os.waitpid(made[0], 0)  # noqa: ASYNC222 - it is dead already
    assert 70 == os.waitstatus_to_exitcode(status)
    assert "x" == file.read_text()


async def test_a_read_that_nobody_waits_for_is_dropped(store: str, tmp_path: Path) -> None:
    """When one branch is enough, the others' reads are cancelled."""
    ended: list[str] = []

    @tool("probe.wait", effect="read")
    async def wait(seconds: float) -> float:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise
        return seconds

    text = """
        steps:
          - id: first
            join: any
            parallel:
              quick: [{id: q, tool: probe.wait, with: {seconds: 0.01}}]
              slow: [{id: s, tool: probe.wait, with: {seconds: 60}}]
    """
    async with session(store, tmp_path, wait) as hf:
        assert "succeeded" == (await (await hf.start(plan(text))).result()).status
        await asyncio.sleep(0)
    assert ["cancelled"] == ended
