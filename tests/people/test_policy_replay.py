"""Past runs under another policy: what would be asked, what not any more, which overrides would have been missed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

import holdfast
from holdfast import tool
from holdfast.core.events import Entry
from holdfast.core.keys import draw
from holdfast.core.policy import Policy
from holdfast.core.review import Review
from holdfast.journal.store import ReviewRow
from holdfast.people.past import past_calls
from holdfast.people.policy.load import read_book
from holdfast.people.replay import Comparison, Missed, Replay
from holdfast.plan.load import load_source
from holdfast.plan.program import Plan

pytestmark = pytest.mark.anyio

BILLS = """
holdfast: 1
plan: bills
inputs: {bills: {type: array}}
steps:
  - id: each_bill
    each: {in: inputs.bills, as: bill}
    do:
      - {id: look, tool: bank.look, with: {name: "{{ bill.name }}"}}
      - {id: pay, tool: bank.pay, with: {amount: "{{ bill.amount }}", to: "{{ bill.name }}"}}
"""


@tool("bank.look", effect="read")
def look(name: str) -> str:
    """Whose bill it is."""
    return name


@tool("bank.pay", effect="write", idempotency="key", amount="amount", tags={"payment"})
def pay(amount: float, to: str) -> str:
    """Pay it."""
    return f"{amount} to {to}"


async def journal(amounts: Sequence[float]) -> tuple[Plan, list[Entry]]:
    """A run that paid these amounts."""
    plan = load_source(BILLS, "bills.yaml")
    async with holdfast.open("memory:", tools=[look, pay]) as hf:
        bills = [{"name": f"b{number}", "amount": amount} for number, amount in enumerate(amounts)]
        run = await hf.start(plan, inputs={"bills": bills}, task="t")
        assert "succeeded" == (await run.result()).status
        return plan, [entry async for entry in run.entries()]


def policy(rules: str) -> Policy:
    """These rules."""
    return read_book(f"rules: [{rules}]").policy


def reviewed(run: str, address: str, digest: str, decision: str, **more: object) -> ReviewRow:
    """A rule asked about this call, and it was decided so."""
    review = Review(
        id=f"{run}.1", address=address, kind="approve", decisions=("approve", "edit", "reject"), tool="bank.pay",
        digest=digest, trigger_on="before", rules=("old",), **more,  # type: ignore[arg-type]
    )  # fmt: skip
    return ReviewRow(
        review=review, run=run, plan="bills", user="u", state="closed", opened_at=0.0, decision=decision, by="ana"
    )


async def test_every_call_is_seen_as_rules_would_have_seen_it() -> None:
    """With its arguments, amount, tool and place, and what was spent before it; reads too."""
    plan, entries = await journal([10, 700])
    seen = [
        (call.address, call.names["amount"], call.contract.effect, call.names["spent"]["calls"])  # type: ignore[index]
        for call in past_calls(plan, entries)
    ]
    assert [
        ("each_bill[0]/look", None, "read", 0), ("each_bill[0]/pay", 10, "write", 1),
        ("each_bill[1]/look", None, "read", 2), ("each_bill[1]/pay", 700, "write", 3),
    ] == seen  # fmt: skip


async def test_what_a_new_policy_would_ask() -> None:
    """Where its rules hold, one review for each queue; a rule that cannot be evaluated holds."""
    plan, entries = await journal([10, 700, 900])
    replay = Replay(policy("{name: big, when: amount != null and amount > 500, to: desk}"), [])
    replay.run(past_calls(plan, entries))
    expected = Comparison(
        runs=1, calls=6, before=0, after=2, rules={"big": (0, 2)}, gained=2, lost=0, caught=0, missed=()
    )
    assert expected == replay.comparison()
    two = "{name: a, when: tool.effect == 'write', to: desk}, {name: b, when: args.nothing.here, to: desk}"
    replay = Replay(policy(two), [])
    replay.run(past_calls(plan, entries))
    assert (6, {"a": (0, 3), "b": (0, 6)}) == (replay.comparison().after, replay.comparison().rules)


async def test_samples_are_drawn_as_in_the_run() -> None:
    """The same run always draws the same."""
    plan, entries = await journal([1] * 20)
    replay = Replay(policy("{name: some, when: tool.effect == 'write', to: desk, sample: 0.5}"), [])
    replay.run(past_calls(plan, entries))
    run = entries[0].event.run  # type: ignore[union-attr]
    drawn = sum(draw("sample", run, f"each_bill[{number}]/pay", "some") < 0.5 for number in range(20))
    assert (drawn, True) == (replay.comparison().after, 0 < drawn < 20)


async def test_overrides_that_would_have_been_missed() -> None:
    """What a person rejected, and nobody would be asked about; not if the plan itself asks, or nobody overrode."""
    plan, entries = await journal([10, 700, 900, 950])
    calls = {call.address: (call.run, call.digest) for call in past_calls(plan, entries)}
    rows = []
    for number, decision in enumerate(("reject", "approve", "edit", "reject")):
        address = f"each_bill[{number}]/pay"
        rows.append(reviewed(calls[address][0], address, calls[address][1], decision))
    replay = Replay(policy("{name: big, when: amount != null and amount > 800, to: desk}"), rows)
    replay.run(past_calls(plan, entries))
    missed = Missed(
        review=rows[0].review.id, run=rows[0].run, address="each_bill[0]/pay", tool="bank.pay", rules=("old",),
        decision="reject", by="ana",
    )  # fmt: skip
    expected = Comparison(
        runs=1, calls=8, before=4, after=2, rules={"big": (0, 2), "old": (4, 0)}, gained=0, lost=2, caught=2,
        missed=(missed,),
    )  # fmt: skip
    assert expected == replay.comparison()
    own = dataclasses.replace(rows[0], review=dataclasses.replace(rows[0].review, triggers=(0,)))
    replay = Replay(policy("{name: none, when: 'false', to: desk}"), [own])
    replay.run(past_calls(plan, entries))
    assert ((), 1) == (replay.comparison().missed, replay.comparison().caught)


async def test_an_override_at_a_later_stage_is_one() -> None:
    """Nobody decided at first, others were asked and rejected it: one review, and its rejection would be missed."""
    plan, entries = await journal([10])
    ((address, run, digest),) = [
        (call.address, call.run, call.digest) for call in past_calls(plan, entries) if call.contract.effect == "write"
    ]
    first = dataclasses.replace(reviewed(run, address, digest, ""), outcome="escalated")
    then = reviewed(run, address, digest, "reject", stage=1, follows=f"{run}.1")
    then = dataclasses.replace(then, review=dataclasses.replace(then.review, id=f"{run}.2"))
    replay = Replay(policy("{name: big, when: false, to: desk}"), [first, then])
    replay.run(past_calls(plan, entries))
    found = replay.comparison()
    assert (1, [f"{run}.2"]) == (found.before, [one.review for one in found.missed])
