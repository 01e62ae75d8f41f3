"""The policy of the installation around live runs: from the start, as it changes, and at the moment of a call."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import holdfast
from holdfast.api.session import Holdfast
from holdfast.core.events import CallWithheld, PolicyInForce, ReviewSettled
from holdfast.core.policy import PolicyRule, QueueLimit, policy
from holdfast.core.replay import replay
from holdfast.journal.store import ReviewRow
from tests.engine.world import STORES, journal, kinds, plan, session

pytestmark = pytest.mark.anyio

ALL = policy([PolicyRule(name="all", to="ops", timeout=3600.0)])
PAYS = plan("""
    steps:
      - {id: look, tool: shop.look}
      - id: a
        tool: bank.pay
        with: {amount: 7}
    output: "{{ steps.a.output }}"
""")


@holdfast.tool("shop.look", effect="read")
async def look() -> str:
    """Look."""
    return "seen"


@holdfast.tool("bank.pay", effect="write", idempotency="natural")
async def pay(amount: int) -> int:
    """Pay."""
    return amount


@pytest.mark.parametrize("kind", STORES)
async def test_a_run_starts_under_the_policy_and_obeys_it(kind: str, tmp_path: Path) -> None:
    """Before anything is decided; a replay of the journal agrees."""
    async with session(kind, tmp_path, look, pay) as hf:
        hf._engine.use_policy(ALL)
        run = await hf.start(PAYS, user="u")
        await run.result()
        assert ["RunRequested", "PolicyInForce"] == (await kinds(run))[:2]
        for _ in range(2):
            (row,) = await hf.reviews()
            with pytest.raises(holdfast.ReviewError, match="`u` started this run"):
                await hf.decide(row.review.id, holdfast.Approve(by="u"))
            await hf.decide(row.review.id, holdfast.Approve(by="ana"))
            result = await run.result()
        assert ("succeeded", 7, 1) == (result.status, result.output, (await kinds(run)).count("PolicyInForce"))


@pytest.mark.parametrize("kind", STORES)
async def test_without_a_policy_there_is_no_word_of_it(kind: str, tmp_path: Path) -> None:
    """Not one more entry."""
    async with session(kind, tmp_path, look, pay) as hf:
        run = await hf.start(PAYS)
        await run.result()
        assert "PolicyInForce" not in await kinds(run)


async def test_a_policy_that_changes_while_a_run_waits_holds_when_it_goes_on(tmp_path: Path) -> None:
    """The approval given under the old one stands, and the new rule asks as well; after a restart too."""
    more = policy([*ALL.rules, PolicyRule(name="late", to="law", when="tool.effect == 'write'", timeout=3600.0)])
    async with session("sqlite", tmp_path, look, pay) as hf:
        hf._engine.use_policy(ALL)
        run = await hf.start(PAYS)
        await run.result()
        await hf.decide((await hf.reviews())[0].review.id, holdfast.Approve(by="ana"))
        await run.result()
        hf._engine.use_policy(more)
        await hf.decide((await hf.reviews())[0].review.id, holdfast.Approve(by="ana"))
        await run.result()
        assert ["law"] == [row.review.to for row in await hf.reviews()]
    async with session("sqlite", tmp_path, look, pay) as hf:
        hf._engine.use_policy(more)
        run = await hf.resume(run.id)
        await hf.decide((await hf.reviews())[0].review.id, holdfast.Approve(by="bob"))
        assert 7 == (await run.result()).output
        forces = [entry.event.policy for entry in await journal(run) if isinstance(entry.event, PolicyInForce)]
        assert [ALL.hash, more.hash] == forces


async def _asked(hf: Holdfast) -> list[ReviewRow]:
    """The open reviews, as soon as there are some."""
    while not (rows := await hf.reviews()):  # noqa: ASYNC110 - the store is the subject
        await asyncio.sleep(0.01)
    return rows


async def test_a_call_that_waits_for_its_turn_is_looked_at_once_more(tmp_path: Path) -> None:
    """Its approval expires, then the policy changes, while a limit holds it back: it is withheld and decided again."""
    now, busy = [1_000_000.0], asyncio.Event()

    @holdfast.tool("t.slow", effect="read")
    async def slow() -> None:
        """Keep the only place."""
        await busy.wait()

    two = plan("""
        steps:
          - id: both
            parallel:
              one: [{id: hold, tool: t.slow}]
              two:
                - {id: a, tool: bank.pay, with: {amount: 7}, human: [{to: ops, timeout: 1d, valid_for: 1m}]}
    """)
    async with session("memory", tmp_path, slow, pay, clock=lambda: now[0], max_calls=1) as hf:
        run = await hf.start(two)
        rows = await _asked(hf)
        await hf.decide(rows[0].review.id, holdfast.Approve(by="ana"))
        while "CallIntended" not in (await kinds(run))[-2:]:  # noqa: ASYNC110 - the journal is the subject
            await asyncio.sleep(0.01)
        now[0] += 120
        hf._engine.use_policy(ALL)
        busy.set()
        rows = await _asked(hf)
        assert ["ops"] == [row.review.to for row in rows]
        events = [entry.event for entry in await journal(run)]
        assert ["policy"] == [event.reason for event in events if isinstance(event, CallWithheld)]
        assert (("all",), (0,)) == (rows[0].review.rules, rows[0].review.triggers)
        await hf.decide(rows[0].review.id, holdfast.Approve(by="ana"))
        assert "succeeded" == (await run.result()).status
        assert ["approve", "approve"] == [event.outcome for event in events if isinstance(event, ReviewSettled)] + [
            entry.event.outcome
            for entry in (await journal(run))[len(events) :]
            if isinstance(entry.event, ReviewSettled)
        ]


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize(("over", "status"), [("park", "waiting"), ("shed", "waiting"), ("reject", "failed")])
async def test_a_queue_over_its_capacity_has_its_declared_consequence(
    kind: str, over: str, status: str, tmp_path: Path
) -> None:
    """The second run of two finds the queue full: it waits for room, asks beyond, or is rejected; a replay agrees."""
    rule = PolicyRule(name="pays", to="ops", when="tool.effect == 'write'", timeout=3600.0)
    limit = QueueLimit(queue="ops", reviews=1, per=3600.0, over=over)  # type: ignore[arg-type]
    pays = plan("steps: [{id: a, tool: bank.pay, with: {amount: 7}}]")
    async with session(kind, tmp_path, look, pay) as hf:
        hf._engine.use_policy(policy([rule], [limit]))
        await (await hf.start(pays)).result()
        second = await hf.start(pays)
        result = await second.result()
        assert (status, 2 if over == "shed" else 1) == (result.status, len(await hf.reviews()))
        events = await kinds(second)
        assert "QueueFull" in events
        assert ("ReviewDeferred" in events) == (over == "park")
        assert replay(pays, await journal(second)).divergence is None
