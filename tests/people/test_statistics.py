"""Figures about reviews, how far they can be relied on, and what they recommend."""

from __future__ import annotations

import dataclasses

import pytest

from holdfast.core.review import Review
from holdfast.journal.store import Given, ReviewRow
from holdfast.people.policy.load import read_book
from holdfast.people.statistics.advice import advice
from holdfast.people.statistics.figures import Stage, by_queue, by_reviewer, by_rule, rules_of
from holdfast.people.statistics.interval import quantile, wilson

NOON = 1_750_000_000.0


def row(
    decision: str = "", by: str = "ana", *, took: float = 60.0, state: str = "closed", outcome: str = "",
    to: str = "desk", rules: tuple[str, ...] = ("big",), triggers: tuple[int, ...] = (), address: str = "pay",
    trigger_on: str = "before", number: int = 1, opened: float = NOON, stage: int = 0,
) -> ReviewRow:  # fmt: skip
    """A review that was decided so, or by nobody."""
    review = Review(
        id=f"r.{number}", address=address, kind="approve", decisions=("approve", "edit", "reject"), to=to, rules=rules,
        triggers=triggers, trigger_on=trigger_on, stage=stage, follows=f"r.{number - 1}" if stage else "",
    )  # fmt: skip
    return ReviewRow(
        review=review, run="r", plan="bill", user="u", state=state, opened_at=opened, decision=decision,
        by=by if decision else "", answered_at=opened + took if decision else None,
        outcome=outcome or decision or "expired",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)  # fmt: skip
def test_the_interval_is_wilsons(count: int, of: int, low: float, high: float) -> None:
    """The published values (Newcombe 1998, table I, for 81 of 263); shares of 0 and 1 do not leave [0, 1]."""
    share = wilson(count, of)
    assert share is not None
    assert (low, high) == (pytest.approx(share.low, abs=5e-5), pytest.approx(share.high, abs=5e-5))
    assert share.low <= share.rate <= share.high


def test_nothing_counted_has_no_interval() -> None:
    """Not even a wide one; nor a median."""
    assert (None, None) == (wilson(0, 0), quantile([], 0.5))


def test_quantiles_are_values_that_occurred() -> None:
    """By the nearest rank."""
    values = [5.0, 1.0, 4.0, 2.0, 3.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    assert (5.0, 9.0, 10.0, 1.0) == tuple(quantile(values, share) for share in (0.5, 0.9, 1.0, 0.01))


def test_what_asked_has_a_name() -> None:
    """A rule of the policy, a trigger by plan, step and number whatever the loop, and a question."""
    assert ("big", "bill/send", "bill/send#3") == rules_of(row(triggers=(0, 2), address="each[7]/send#2"))
    assert ("bill/pay (question)",) == rules_of(row(rules=(), trigger_on=""))
    assert ("bill/pay (unknown_outcome)",) == rules_of(row(rules=(), trigger_on="unknown_outcome"))


def test_a_rule_s_figures() -> None:
    """Every review counts once, people's decisions apart from silence; overrides are edits and rejections."""
    rows = [
        *[row("approve", took=10.0 * n) for n in range(1, 7)], row("edit", took=2.0), row("reject", took=4.0),
        row("retry"), row(), row(outcome="approve"), row(outcome="withdrawn"), row(state="open", outcome=" "),
        row("approve", rules=("x",)),
    ]  # fmt: skip
    big, other = by_rule(rows)
    assert ("big", 13, 1, 6, 1, 1, 1, 2, 1) == (
        big.name, big.asked, big.waiting, big.approved, big.edited, big.rejected, big.answered, big.expired,
        big.withdrawn,
    )  # fmt: skip
    assert (wilson(2, 8), wilson(2, 9), 30.0, 60.0) == (big.overrides, big.hasty, big.median, big.p90)
    assert ("x", 1) == (other.name, other.asked)


def test_what_was_escalated_counts_once() -> None:
    """As what became of it in the end, from the first question on; and queue by queue how far it went."""
    rows = [
        row(outcome="escalated"),
        row("reject", "dee", number=2, stage=1, to="board", opened=NOON + 3600, took=60.0),
        row("approve", number=4),
        row(outcome="escalated", number=6),
        row(outcome="escalated", number=7, stage=1, to="board"),
        row(number=8, stage=2, to="owner"),
    ]
    (big,) = by_rule(rows)
    assert (3, 1, 1, 1, 0, 3660.0) == (big.asked, big.approved, big.rejected, big.expired, big.waiting, big.p90)
    assert big.stages == (
        Stage(number=0, to="desk", asked=3, passed_on=2),
        Stage(number=1, to="board", asked=2, passed_on=1),
        Stage(number=2, to="owner", asked=1, passed_on=0),
    )
    dee = next(one for one in by_reviewer(rows) if one.name == "dee")
    assert (1, 60.0, ()) == (dee.asked, dee.median, dee.stages)


def test_a_stage_whose_beginning_is_not_there_counts_too() -> None:
    """It was asked before `--since`."""
    (big,) = by_rule([row("approve", number=2, stage=1, to="board", took=5.0)])
    assert (1, 1, 5.0, ["board"]) == (big.asked, big.approved, big.median, [one.to for one in big.stages])


def test_a_queue_that_lets_others_decide_is_pointed_out() -> None:
    """More than one in five, of twenty or more."""
    rows = [row("approve", number=100 + n) for n in range(15)]
    rows += [row(outcome="escalated", number=n) for n in range(1, 10, 2)]
    rows += [row("approve", number=n + 1, stage=1, to="board") for n in range(1, 10, 2)]
    (found,) = advice(by_rule(rows), [], [], None)
    assert ("passed_on", True) == (found.kind, "`desk` lets 5 of 20 reviews of `big` go on" in found.text)


def test_a_reviewer_s_figures() -> None:
    """Whoever decided, the busiest first; nobody else."""
    rows = [row("approve"), row("reject"), row("approve", "ben"), row()]
    assert [("ana", 2, 1), ("ben", 1, 0)] == [(one.name, one.asked, one.rejected) for one in by_reviewer(rows)]


def test_a_queue_s_depth_against_its_capacity() -> None:
    """Open, late, oldest, how many came of late, and how many were decided as soon as was meant."""
    book = read_book("queues: {desk: {capacity: 2/hour, service_level: 1m}, idle: {}}")
    rows = [row(state="open"), row("approve", took=30), row("approve", took=90), row("approve", to="else")]
    desk, other, idle = by_queue(rows, book, NOON + 120)
    assert ("desk", 1, 1, 120.0, 3, 2, 3600.0, wilson(1, 2)) == (
        desk.queue, desk.waiting, desk.late, desk.oldest, desk.recent, desk.capacity, desk.per, desk.in_time,
    )  # fmt: skip
    assert ["else", "idle"] == [other.queue, idle.queue]
    assert (0, None, None) == (idle.waiting, idle.oldest, idle.capacity)
    assert ["over_capacity"] == [one.kind for one in advice([], [], [desk, other, idle], book)]


@pytest.mark.parametrize(
    ("approved", "rejected", "kinds"),
    [(72, 0, []), (73, 0, ["sample_less"]), (73, 5, []), (0, 4, ["ask_more"]), (3, 1, []), (6, 6, ["ask_more"])],
)
def test_recommendations_need_evidence(approved: int, rejected: int, kinds: list[str]) -> None:
    """Seventy-three approvals in a row, or overrides that cannot be chance; in between nothing is said."""
    rows = [row("approve")] * approved + [row("reject")] * rejected
    assert kinds == [one.kind for one in advice(by_rule(rows), [], [], None)]


def test_recommendations_name_the_setting() -> None:
    """How much to sample, from what it samples now; what is often overridden and sampled is asked every time."""
    book = read_book("rules: [{name: big, to: desk, sample: 0.5, timeout: 1d}]")
    (less,) = advice(by_rule([row("approve")] * 500), [], [], book)
    assert "(0 of 500, at most 0.8%): `sample: 0.05` would be enough" in less.text
    (more,) = advice(by_rule([row("reject")] * 9), [], [], book)
    assert "(9 of 9, at least 70.1%): ask every time: leave out its `sample`" in more.text


def test_haste_and_silence_are_pointed_out() -> None:
    """Somebody who decides in seconds, and a rule that nobody gets to in time."""
    hasty = by_reviewer([row("approve", took=1.0)] * 20)
    assert ["look_longer"] == [one.kind for one in advice([], hasty, [], None)]
    late = by_rule([row()] * 5 + [row("approve")] * 15)
    assert ["too_late"] == [one.kind for one in advice(late, [], [], None)]


def test_several_approvals_are_several_people_s_words() -> None:
    """Each of them counts for who said it, with how long it was looked at; the rule counts the review once."""
    asked = row("approve", "ben", took=90.0)
    said = (
        Given(by="ana", decision="approve", at=NOON + 60, looked=3.0),
        Given(by="ben", decision="approve", at=NOON + 90, looked=40.0),
    )
    rows = [dataclasses.replace(asked, given=said)]
    assert [("ana", 60.0, wilson(1, 1)), ("ben", 90.0, wilson(0, 1))] == [
        (one.name, one.median, one.hasty) for one in by_reviewer(rows)
    ]
    (big,) = by_rule(rows)
    assert (1, 1, 90.0) == (big.asked, big.approved, big.median)
    half = dataclasses.replace(rows[0], state="open", given=said[:1], decision="", answered_at=None)
    (big,) = by_rule([half])
    assert (1, 1, 0) == (big.asked, big.waiting, big.approved)
