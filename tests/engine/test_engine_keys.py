"""Two steps of one run under one idempotency key: one effect."""

from __future__ import annotations

import anyio
import pytest

import holdfast
from holdfast import tool
from holdfast.api.decisions import Decision
from holdfast.plan.load import load_source

PLAN = """
holdfast: 1
plan: twice
steps:
  - id: both
    parallel:
      left: [{id: a, tool: post.once, with: {n: 1}, idempotency_key: same}]
      right: [{id: b, tool: post.once, with: {n: 1}, idempotency_key: same}]
"""


@pytest.mark.anyio
@pytest.mark.parametrize("strategy", ["none", "key"])
async def test_parallel_steps_with_one_key_make_one_effect(strategy: str, tmp_path) -> None:
    """The second waits until the first is known, and reuses its result."""
    effects: list[int] = []

    @tool("post.once", effect="write", idempotency=strategy)
    async def post(n: int) -> int:
        effects.append(n)
        await anyio.sleep(0.05)
        return len(effects)

    async with holdfast.open(f"sqlite:{tmp_path}/r.db", tools=[post]) as hf:
        run = await hf.start(load_source(PLAN))
        result = await run.wait()
    assert ("succeeded", [1]) == (result.status, effects)


UNDONE = """
holdfast: 1
plan: hotel
on_failure: compensate
inputs: {nights: {type: integer}}
steps:
  - id: hold
    tool: hotel.hold
    with: {nights: "{{ inputs.nights }}"}
    idempotency_key: "room-for-ada"
    compensate: {tool: hotel.release, with: {hold: "{{ output }}"}}
  - {id: pay, tool: hotel.pay, with: {hold: "{{ steps.hold.output }}"}}
output: "{{ steps.hold.output }}"
"""


@pytest.mark.anyio
@pytest.mark.parametrize("nights", [1, 2])
async def test_a_key_whose_effect_was_undone_does_not_answer_for_the_next_run(nights: int, tmp_path) -> None:
    """The hotel remembers keys: under the first one it would give the room that was released."""
    rooms: dict[str, str] = {}
    held: set[str] = set()

    @tool("hotel.hold", effect="write", idempotency="key")
    async def hold(nights: int, ctx: holdfast.Context) -> str:
        if ctx.idempotency_key not in rooms:
            rooms[ctx.idempotency_key] = f"room-{len(rooms) + 1}"
            held.add(rooms[ctx.idempotency_key])
        return rooms[ctx.idempotency_key]

    @tool("hotel.release", effect="write", idempotency="natural")
    async def release(hold: str) -> None:
        held.discard(hold)

    @tool("hotel.pay", effect="write", idempotency="key")
    async def pay(hold: str) -> None:
        if len(rooms) == 1:
            raise holdfast.ToolError("denied", "no money")

    async with holdfast.open(f"sqlite:{tmp_path}/r.db", tools=[hold, release, pay]) as hf:
        first = await (await hf.start(load_source(UNDONE), inputs={"nights": 1})).wait()
        assert ("failed", set()) == (first.status, held)
        second = await (await hf.start(load_source(UNDONE), inputs={"nights": nights})).wait()
        third = await (await hf.start(load_source(UNDONE), inputs={"nights": nights})).wait()
    assert ("succeeded", "room-2", {"room-2"}) == (second.status, second.output, held)
    assert {"room-for-ada", "room-for-ada#2"} == set(rooms)
    assert ("succeeded", "room-2") == (third.status, third.output)


UNUSABLE = """
holdfast: 1
plan: once
steps: [{id: pay, tool: post.once, with: {n: 1}, idempotency_key: same}]
output: "{{ steps.pay.output }}"
"""


@pytest.mark.anyio
@pytest.mark.parametrize("store", ["memory:", "sqlite:{}/r.db"])
async def test_another_run_does_not_take_an_unusable_result(store: str, tmp_path) -> None:
    """The first run's payment took place and gave nonsense: the second neither pays nor goes on with nothing."""
    effects: list[int] = []

    @tool("post.once", effect="write", idempotency="key")
    async def post(n: int) -> int:
        effects.append(n)
        return object()  # type: ignore[return-value]

    async with holdfast.open(store.format(tmp_path), tools=[post]) as hf:
        runs = []
        for task in ("first", "second"):
            runs.append(await hf.start(load_source(UNUSABLE), task=task))
            assert "waiting" == (await runs[-1].result()).status
        for number, run in enumerate(runs):
            (row,) = await hf.reviews(run=run.id)
            await hf.decide(row.review.id, Decision("output", number, by="ana"))
        results = [await run.wait() for run in runs]
        (effect,) = await hf.effects()
    assert ([1], [0, 1]) == (effects, [result.output for result in results])
    assert ("succeeded", 0) == (effect.state, effect.value)
