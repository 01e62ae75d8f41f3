"""Every table beside the journals follows from them, and can be set right when it is not what they say."""

from __future__ import annotations

import dataclasses
import sqlite3
import textwrap
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import pytest

import holdfast
from holdfast import Outcome, ToolError, tool
from holdfast.api.session import Holdfast
from holdfast.errors import StoreError
from holdfast.journal.keeping import Difference
from holdfast.journal.memory import Memory
from holdfast.journal.open import open_store
from holdfast.plan.load import load_source
from tests.engine.world import STORES, plan, session

pytestmark = pytest.mark.anyio

FAR = 4_000_000_000.0
MESSY = """
inputs: {n: {type: integer}}
steps:
  - {id: pay, tool: pay, with: {amount: "{{ inputs.n }}"}, compensate: {tool: refund, with: {amount: 1}}}
  - {id: ship, tool: ship, optional: true, retry: 2}
  - id: mail
    tool: mail
    subject: "mail:{{ inputs.n }}"
    pending: {event: seen, timeout: 1h, on_timeout: continue}
  - {id: sure, ask: {to: requester, question: "Sure?", options: ["yes", "no"], timeout: 1h}}
"""


@tool("pay", effect="write", idempotency="key")
async def pay(amount: int) -> dict[str, int]:
    """Pay."""
    return {"paid": amount, "blob": 0}


@tool("refund", effect="write", idempotency="natural")
async def refund(amount: int) -> None:
    """Give it back."""


@tool("ship", effect="write", idempotency="key")
async def ship() -> None:
    """Never works."""
    raise ToolError("conflict", "sold out", happened=False)


@tool("mail", effect="write", idempotency="check")
async def mail() -> Outcome[str]:
    """Send."""
    return Outcome(value="sent")


@mail.check
async def mailed() -> str | None:
    """Whether it was sent."""
    return None


TOOLS = (pay, refund, ship, mail)


async def _differences(hf: Holdfast) -> list[Difference]:
    return await hf._store.differences(load_source, FAR)


async def _played(hf: Holdfast) -> list[str]:
    """A run that waits for a person, one that is over, and one that was undone."""
    undoing = f"on_failure: compensate\n{textwrap.dedent(MESSY).strip()}\n  - {{id: no, tool: ship}}\n"
    runs = [
        await hf.start(some, inputs={"n": n}, task=f"t{n}", user="ana")
        for n, some in ((1, plan(MESSY)), (2, plan(MESSY)), (3, plan(undoing, "undone")))
    ]
    for run in runs:
        await run.result()
    for run in runs[1:]:
        (review,) = await hf.reviews(run=run.id)
        await hf.decide(review.review.id, holdfast.Choose(option="yes", by="ana"))
        await hf.signal(run.id, "seen")
        with anyio.fail_after(5):
            await run.wait()
    assert ["waiting", "succeeded", "failed"] == [(await run.row()).status for run in runs]
    return [run.id for run in runs]


@pytest.mark.parametrize("kind", STORES)
async def test_what_stands_is_what_the_journals_say(kind: str, tmp_path: Path) -> None:
    """Runs that wait, ended and were undone leave nothing that their journals do not tell."""
    async with session(kind, tmp_path, *TOOLS) as hf:
        await _played(hf)
        assert [] == await _differences(hf)


HARM = (
    ("run", "UPDATE runs SET status = 'succeeded', wake_at = 5, result = NULL, waiting = NULL WHERE task = 't1'"),
    ("effect", "UPDATE ledger SET state = 1, value = '7', settled_at = 5 WHERE tool = 'ship'"),
    ("effect", "DELETE FROM ledger WHERE tool = 'pay'"),
    ("effect", "INSERT INTO ledger SELECT key || 'x', tool, run, digest, state, 1, 2, 'a', value FROM ledger"),
    ("review", "UPDATE reviews SET state = 'open', decision = '', by = 'eve', answered_at = NULL WHERE by = 'ana'"),
    ("review", "DELETE FROM reviews"),
    ("pending", "DELETE FROM pending"),
    ("pending", "UPDATE pending SET subject = subject || 'x', state = 'held', due = 9e9"),
)


@pytest.mark.parametrize(("table", "harm"), HARM)
async def test_a_table_that_is_not_what_the_journals_say_is_found_and_set_right(
    table: str, harm: str, tmp_path: Path
) -> None:
    """Whatever is done to a table: the comparison names it, and a rebuild makes it what it was."""
    async with session("sqlite", tmp_path, *TOOLS) as hf:
        await _played(hf)
    before = _all(tmp_path)
    with closing(sqlite3.connect(tmp_path / "runs.db", isolation_level=None)) as db:
        db.execute(harm)
    async with open_store(f"sqlite:{tmp_path}/runs.db") as store:
        found = await store.differences(load_source, FAR)
        assert {table} == {one.table for one in found}
        assert found == await store.rebuild(load_source, FAR)
        assert [] == await store.differences(load_source, FAR)
    assert before == _all(tmp_path)


def _all(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What stands in the tables that are derived, apart from who was told of a review."""
    with closing(sqlite3.connect(folder / "runs.db")) as db:
        tables = {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in ("runs", "ledger", "pending")}
        columns = (
            "review, run, body, queue, state, opened_at, due, decision, value, by, answered_at, outcome, why, remark"
        )
        return {
            **tables,
            "reviews": db.execute(f"SELECT {columns}, answers, given FROM reviews ORDER BY review").fetchall(),
        }


async def test_a_store_in_memory_is_set_right_too() -> None:
    """The same rows come out of the same journals in memory."""
    async with session("memory", Path(), *TOOLS) as hf:
        await _played(hf)
        store = hf._store
        assert isinstance(store, Memory)
        effects, reviews, pending = dict(store._ledger), dict(store._reviews), await store.pending(0)
        name = next(iter(effects))
        store._ledger[name] = dataclasses.replace(effects[name], state="unknown")
        store._reviews.clear()
        store._operations.put(pending[0], None)
        assert {"effect", "review", "pending"} == {one.table for one in await store.rebuild(load_source, FAR)}
        assert (effects, reviews, pending) == (store._ledger, store._reviews, await store.pending(0))


async def test_rebuilding_is_refused_while_a_worker_lives(tmp_path: Path) -> None:
    """What a worker holds in memory would be overtaken."""
    async with session("sqlite", tmp_path, *TOOLS) as hf:
        await _played(hf)
        with pytest.raises(StoreError, match="refused while 1 worker use"):
            await hf._store.rebuild(load_source, FAR)


@pytest.mark.parametrize("kind", STORES)
async def test_an_operators_word_is_on_record(kind: str, tmp_path: Path) -> None:
    """What became of an effect, and that a subject is free: in the journal, also of a run that is over."""

    @tool("lost", effect="write", idempotency="none")
    async def lost() -> None:
        """Nobody knows."""
        raise ToolError("timeout")

    text = f"{textwrap.dedent(MESSY).strip()}\n  - {{id: lost, tool: lost}}\n"
    async with session(kind, tmp_path, *TOOLS, lost) as hf:
        run = await hf.start(plan(text.replace("timeout: 1h, on_timeout", "timeout: 1ms, on_timeout")), inputs={"n": 1})
        await run.result()
        (review,) = await hf.reviews(run=run.id)
        await hf.decide(review.review.id, holdfast.Choose(option="yes", by="ana"))
        store = hf._store
        with anyio.fail_after(5):
            while (await run.result()).status != "waiting" or not (unknown := await store.effects(state="unknown")):
                await anyio.lowlevel.checkpoint()
        await store.resolve_effect("lost", unknown[0].key, "failed", None, hf._engine.clock(), "op")
        assert [] == await _differences(hf)
        (asked,) = await hf.reviews(run=run.id)
        await hf.decide(asked.review.id, holdfast.Decision("fail", by="ana"))
        with anyio.fail_after(5):
            assert "failed" == (await run.wait()).status
        ended = (await run.row()).updated_at
        (held,) = await hf.pending(state="held")
        await hf.release_pending(run.id, held.address, by="ana", reason="seen")
        kinds = [type(entry.event).__name__ for entry in await store.entries(run.id)]
        assert ("PendingReleased", True) == (kinds[-1], "EffectResolved" in kinds)
        assert ended == (await run.row()).updated_at
        assert [] == await store.differences(load_source, ended)
