"""From the policy file to people and back: rules ask where plans say nothing, and what they learn is counted."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

import holdfast
from holdfast import tool
from holdfast.journal.store import LIVE
from holdfast.people.past import past_calls, plan_of
from holdfast.people.policy.load import read_book
from holdfast.people.replay import Replay
from holdfast.people.statistics.evidence import thresholds
from holdfast.people.statistics.figures import by_rule

pytestmark = pytest.mark.anyio

PLAN = """
holdfast: 1
plan: bill
inputs: {amount: {type: number}}
steps:
  - {id: due, wait: {event: due, timeout: 1h}}
  - {id: pay, tool: bank.pay, with: {amount: "{{ inputs.amount }}"}}
"""
RULE = "{name: big, when: \"'payment' in tool.tags and amount > 500\", to: desk, timeout: 1h}"


@tool("bank.pay", effect="write", idempotency="key", amount="amount", tags={"payment"})
def pay(amount: float) -> float:
    """Pay it."""
    return amount


def write(folder: Path, policy: str) -> str:
    """The path of a configuration beside a policy and a plan."""
    (folder / "policy.yaml").write_text(policy)
    (folder / "bill.yaml").write_text(PLAN)
    (folder / "holdfast.toml").write_text('store = "memory:"\n')
    return str(folder / "holdfast.toml")


async def paying(hf: holdfast.Holdfast, folder: Path, amount: float) -> holdfast.Run:
    """A run that has come to the payment, or past it."""
    run = await hf.start(folder / "bill.yaml", inputs={"amount": amount}, task=f"bill-{amount}", user="cy")
    await hf.signal(run.id, "due")
    await moved(hf, run)
    return run


async def moved(hf: holdfast.Holdfast, run: holdfast.Run) -> None:
    """Until the run asks somebody, or is over."""
    with anyio.fail_after(20):
        while (await run.result()).status in LIVE and not await hf.reviews(run=run.id):  # noqa: ASYNC110
            await anyio.sleep(0.01)


async def test_a_rule_asks_where_the_plan_says_nothing(tmp_path: Path) -> None:
    """Its queue's members decide; below its bound nobody is asked."""
    config = write(tmp_path, f"rules: [{RULE}]\nqueues: {{desk: {{members: [ana]}}}}")
    async with holdfast.open(config=config, tools=[pay]) as hf:
        assert "succeeded" == (await (await paying(hf, tmp_path, 100)).wait()).status
        run = await paying(hf, tmp_path, 700)
        (row,) = await hf.reviews()
        assert (("big",), "desk", False, True) == (
            row.review.rules, row.review.to, hf.may_decide(row, "cy"), hf.may_decide(row, "ana"),
        )  # fmt: skip
        await hf.decide(row.review.id, holdfast.Approve(by="ana"))
        assert "succeeded" == (await run.wait()).status


async def test_a_changed_policy_reaches_a_run_that_is_under_way(tmp_path: Path) -> None:
    """It was started when nobody asked; a broken file in between changes nothing."""
    config = write(tmp_path, "queues: {desk: {members: [ana]}}")
    async with holdfast.open(config=config, tools=[pay]) as hf:
        office = hf._office
        assert office is not None
        run = await hf.start(tmp_path / "bill.yaml", inputs={"amount": 700}, task="t", user="cy")
        await run.result()
        write(tmp_path, f"rules: [{RULE}]\n")
        assert await office.look()
        write(tmp_path, "rules: [{name: big, to: 3}]\n")
        assert not await office.look()
        await hf.signal(run.id, "due")
        await moved(hf, run)
        assert [("big",)] == [row.review.rules for row in await hf.reviews(run=run.id)]


async def test_what_people_overrode_is_counted_and_tried_on_another_policy(tmp_path: Path) -> None:
    """The threshold that would have caught it is found, and so is a policy that would have missed it."""
    config = write(tmp_path, f"rules: [{RULE}]")
    book = read_book(f"rules: [{RULE}]")
    async with holdfast.open(config=config, tools=[pay]) as hf:
        for amount in (600, 700, 800, 900):
            run = await paying(hf, tmp_path, amount)
            (row,) = await hf.reviews()
            said = holdfast.Reject if amount > 750 else holdfast.Approve
            await hf.decide(row.review.id, said(by="ana"))
            await run.wait()
        store = hf._store
        rows = await store.review_history(0.0)
        (big,) = by_rule(rows)
        assert ("big", 4, 2, 2) == (big.name, big.asked, big.approved, big.rejected)
        (found,) = await thresholds(store, book.policy.rules[0], rows)
        assert ("amount >= 800", 2, 2) == (found.text, found.caught, found.spared)

        async def missed(policy: str) -> tuple[int, int, list[str]]:
            replay = Replay(read_book(policy).policy, rows)
            for row in await hf.runs():
                replay.run(past_calls(await plan_of(store, row), await store.entries(row.run)))
            found = replay.comparison()
            return found.before, found.after, sorted(one.rules[0] for one in found.missed)

        assert (4, 4, []) == await missed(f"rules: [{RULE}]")
        assert (4, 2, []) == await missed(f"rules: [{RULE.replace('500', '799')}]")
        assert (4, 1, ["big"]) == await missed(f"rules: [{RULE.replace('500', '850')}]")


async def test_a_replay_draws_as_the_runs_drew(tmp_path: Path) -> None:
    """Under the very policy they ran with, a sampled rule asks about the same calls."""
    sampled = RULE.replace("to: desk", "to: desk, sample: 0.5")
    config = write(tmp_path, f"rules: [{sampled}]")
    async with holdfast.open(config=config, tools=[pay]) as hf:
        for amount in range(600, 612):
            await paying(hf, tmp_path, amount)
        rows = await hf._store.review_history(0.0)
        replay = Replay(read_book(f"rules: [{sampled}]").policy, rows)
        for row in await hf.runs():
            replay.run(past_calls(await plan_of(hf._store, row), await hf._store.entries(row.run)))
        found = replay.comparison()
        assert (12, 0, 0, True) == (found.runs, found.gained, found.lost, 0 < found.before < 12)
