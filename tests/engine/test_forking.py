"""A fork is carried out like any run: its own effects, its own questions, and nothing of the other run's again."""

from __future__ import annotations

from pathlib import Path

import pytest

import holdfast
from holdfast import InputError, tool
from holdfast.core.events import CallReturned, Event, ReviewRequested, RunForked, StepSkipped
from tests.engine.world import STORES, journal, kinds, plan, session

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("store", STORES)]


@tool("probe.echo", effect="read")
async def echo(text: str = "x") -> str:
    """The text."""
    return text


@tool("probe.put", effect="write", idempotency="key")
async def put(text: str, ctx: holdfast.Context) -> str:
    """The text and the key."""
    return f"{text} {ctx.idempotency_key}"


TWICE = """
    inputs: {name: {type: string, default: Ana}}
    steps:
      - {id: first, tool: probe.put, with: {text: one}}
      - {id: second, tool: probe.put, idempotency_key: "order-7", with: {text: "{{ inputs.name }}"}}
    output: ["{{ steps.first.output }}", "{{ steps.second.output }}"]
"""


async def place(run: holdfast.Run, kind: type[Event]) -> int:
    """The number of the first entry of a kind."""
    return next(entry.seq for entry in await journal(run) if isinstance(entry.event, kind))


async def test_a_fork_does_the_rest_by_itself(store: str, tmp_path: Path) -> None:
    """What was done stays done, once; what it does has keys with its id; both journals replay."""
    async with session(store, tmp_path, put) as hf:
        run = await hf.start(plan(TWICE), task="t")
        assert (await run.wait()).ok
        fork = await run.fork(await place(run, CallReturned), inputs={"name": "Bo"}, by="ana")
        assert [fork.id] == [row.run for row in await hf.runs(status=["running"])]
        result = await (await hf.resume(fork.id)).wait()
        assert ["one local:probe:t:first", f"Bo order-7@{fork.id}"] == result.output
        keys = [row.key for row in await hf.effects(run=fork.id)]
        assert [f"order-7@{fork.id}"] == keys
        assert 2 == len(await hf.effects(run=run.id))
        assert (run.id, fork.id) == ((await fork.row()).origin, (await fork.row()).task)
        assert [None, None] == [(await one.replay()).divergence for one in (run, fork)]
        beside = await fork.diff(run)
        assert (2, True) == (beside.shared - 1, beside.same_plan)
        second = await fork.fork(await place(fork, RunForked))
        assert (await (await hf.resume(second.id)).wait()).ok
        assert None is (await second.replay()).divergence


async def test_a_fork_asks_again(store: str, tmp_path: Path) -> None:
    """An approval was bound to the other run's key; its question stays open, and is another one."""
    guarded = TWICE.replace(
        "with: {text: one}}",
        "with: {text: one}, human: [{reason: Look, to: finance, timeout: 1h, on_timeout: reject}]}",
    )
    async with session(store, tmp_path, put, linger=0.0) as hf:
        run = await hf.start(plan(guarded))
        assert "waiting" == (await run.result()).status
        fork = await run.fork(await place(run, ReviewRequested))
        assert "waiting" == (await (await hf.resume(fork.id)).result()).status
        open_now = {row.review.id: row.run for row in await hf.reviews()}
        assert {f"{run.id}.1": run.id, f"{fork.id}.2": fork.id} == open_now
        await hf.decide(f"{fork.id}.2", holdfast.Approve(by="ana"))
        assert (await (await hf.resume(fork.id)).wait()).ok
        assert "waiting" == (await run.row()).status


async def test_nothing_is_forked_out_of_the_air(store: str, tmp_path: Path) -> None:
    """A write under way, the end, an entry or an input that is not there: refused, with what would do."""
    async with session(store, tmp_path, put) as hf:
        run = await hf.start(plan(TWICE))
        await run.wait()
        flying = await place(run, CallReturned) - 1
        near = f"`first` was calling probe.put; entry {flying - 1} or {flying + 1} would do"
        with pytest.raises(InputError, match=near):
            await run.fork(flying)
        last = (await run.row()).last_seq
        with pytest.raises(InputError, match="the run was ending, or over; entry"):
            await run.fork(last)
        with pytest.raises(InputError, match=f"has the entries 1 to {last}"):
            await run.fork(last + 1)
        with pytest.raises(InputError, match="input `name`"):
            await run.fork(1, inputs={"name": 7})
        with pytest.raises(InputError, match=r"has no fact `city` \(it has no facts\)"):
            await run.fork(1, facts={"city": "Rome"})
        assert 1 == len(await hf.runs())


async def test_what_another_run_holds_is_held_against_a_fork(store: str, tmp_path: Path) -> None:
    """Its first append is refused; it learns why, decides again, and its journal still replays."""
    held = """
    steps:
      - {id: look, tool: probe.echo}
      - {id: send, tool: probe.put, with: {text: a}, subject: "mail:x", pending: {event: synced, timeout: 1h}}
      - {id: nap, wait: 1h}
    """
    async with session(store, tmp_path, put, echo, linger=0.0) as hf:
        run = await hf.start(plan(held))
        assert "waiting" == (await run.result()).status
        fork = await run.fork(await place(run, CallReturned))
        assert "waiting" == (await (await hf.resume(fork.id)).result()).status
        assert StepSkipped.__name__ in await kinds(fork)
        assert None is (await fork.replay()).divergence
        with pytest.raises(InputError, match="an effect was not confirmed yet"):
            await run.fork((await run.row()).last_seq)


async def test_a_fact_is_otherwise_in_a_fork(store: str, tmp_path: Path) -> None:
    """It is not found out again, and a value that nobody may answer is refused."""
    facts = """
    facts:
      city:
        infer: {tool: probe.echo, with: {text: Bonn}}
        ask: {to: requester, question: Where?, schema: {type: string}}
    steps:
      - {id: a, tool: probe.put, with: {text: "{{ facts.city }}"}}
    output: "{{ steps.a.output }}"
    """
    async with session(store, tmp_path, put, echo) as hf:
        run = await hf.start(plan(facts))
        await run.wait()
        with pytest.raises(InputError, match="the fact `city`"):
            await run.fork(1, facts={"city": 7})
        fork = await run.fork(1, facts={"city": "Rome"})
        result = await (await hf.resume(fork.id)).wait()
        assert "Rome local:probe:" in str(result.output)
        assert "FactResolved" not in await kinds(fork)
