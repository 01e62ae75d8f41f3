"""Refunds: who is asked about which, and what a person's word comes to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import holdfast
from tests.plans.stage import PLANS, Stage, stage

WAITING = 3


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Stage]:
    """The shop, which has given nothing back yet."""
    with stage("refund", "SHOP_URL", tmp_path) as found:
        yield found


def complain(order: str, complaint: str) -> tuple[str, ...]:
    """Somebody complains."""
    return ("--input", f"order={order}", "--input", f"complaint={complaint}", "--task", f"{order} {complaint}")


def paid(shop: Stage) -> list[tuple[str, float]]:
    """What was given back."""
    return shop.rows("SELECT ordered, amount FROM refunds WHERE NOT stopped ORDER BY id")


def test_a_sure_opinion_on_little_money_needs_nobody(shop: Stage) -> None:
    """It is paid, and the customer is told."""
    assert {"refunded": 200} == shop.run(*complain("A2", "broken"))["output"]
    assert [("A2", 200)] == paid(shop)
    assert [("customer-2", "You get 200.0 dollars back.")] == shop.rows("SELECT recipient, text FROM messages")


def test_much_money_goes_to_finance(shop: Stage) -> None:
    """Nothing is paid before it is approved."""
    parked = shop.run(*complain("A5", "broken"), expect=WAITING)
    ((review, address, to),) = shop.inbox()
    assert ("pay", "finance", []) == (address, to, paid(shop))
    shop.holdfast("decide", review, "approve", "--by", "ana")
    shop.holdfast("resume", parked["run"])
    assert [("A5", 500)] == paid(shop)


def test_what_the_clerk_says_is_untrusted_until_somebody_stood_by_it(shop: Stage) -> None:
    """A doubtful refund goes to support as `untrusted`; once it is approved, its letter asks nobody again."""
    parked = shop.run(*complain("A2", "Hm."), expect=WAITING)
    ((review, address, to),) = shop.inbox()
    assert ("pay", "support", []) == (address, to, paid(shop))
    assert ["given", "untrusted"] == shop.holdfast("inbox", review)["labels"]
    shop.holdfast("decide", review, "approve", "--by", "sue")
    assert {"refunded": 20} == shop.holdfast("resume", parked["run"])["output"]
    assert [("customer-2", "You get 20.0 dollars back.")] == shop.rows("SELECT recipient, text FROM messages")


def test_a_person_pays_less(shop: Stage) -> None:
    """An edit gives other arguments, and the customer hears of the sum that was paid."""
    parked = shop.run(*complain("A5", "broken"), expect=WAITING)
    ((review, _, _),) = shop.inbox()
    shop.holdfast("decide", review, "edit", "--args", '{"order": "A5", "amount": 250}', "--by", "ana")
    assert {"refunded": 250} == shop.holdfast("resume", parked["run"])["output"]
    assert [("A5", 250)] == paid(shop)


def test_the_policy_wants_two_people_for_very_much_money(shop: Stage) -> None:
    """The plan asks for one of finance; the installation for two, and a stranger to the queue for nothing."""
    parked = shop.run(*complain("A9", "broken"), expect=WAITING)
    ((review, _, _),) = shop.inbox()
    shop.holdfast("decide", review, "approve", "--by", "sam", expect=1)
    shop.holdfast("decide", review, "approve", "--by", "ana")
    shop.holdfast("resume", parked["run"], expect=WAITING)
    assert [] == paid(shop)
    shop.holdfast("decide", review, "approve", "--by", "ben")
    shop.holdfast("resume", parked["run"])
    assert [("A9", 900)] == paid(shop)


def test_a_person_says_no(shop: Stage) -> None:
    """A rejection is no failure of the run: the customer gets a letter of regret, and nothing else."""
    parked = shop.run(*complain("A5", "broken"), expect=WAITING)
    ((review, _, _),) = shop.inbox()
    shop.holdfast("decide", review, "reject", "--by", "ana")
    assert {"refunded": 0} == shop.holdfast("resume", parked["run"])["output"]
    assert ([], 1) == (paid(shop), len(shop.rows("SELECT * FROM messages")))


@pytest.mark.anyio
async def test_of_fair_opinions_some_are_looked_at(
    shop: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of sixty about twelve; for each of the others the draw and the rate are on record."""
    monkeypatch.setenv(shop.variable, shop.url)
    waiting, drawn = 0, []
    async with holdfast.open(f"sqlite:{tmp_path}/many.db", tools=[PLANS / "refund" / "tools"]) as hf:
        for number in range(60):
            inputs = {"order": f"A{number % 9 + 1}", "complaint": "It came late."}
            run = await hf.start(PLANS / "refund" / "refund.yaml", inputs=inputs, task=f"t{number}")
            result = await run.result()
            waiting += result.status == "waiting"
            drawn += [
                entry.event.why async for entry in run.entries() if type(entry.event).__name__ == "ReviewSampledOut"
            ]
    assert 60 == waiting + len(drawn)
    assert 1 <= waiting <= 30  # one draw in half a million is outside of that
    assert all(why["rate"] == 0.2 and why["drawn"] >= 0.2 for why in drawn)
