"""Queues that have taken on all they can: the policy says what becomes of more (5-humans, rule 4 of the hard cases)."""

from __future__ import annotations

import dataclasses

import pytest

from holdfast.core.actions import ReviewOpened
from holdfast.core.events import PolicyInForce, QueueFull, ReviewDeferred, ReviewRequested, ReviewSampledOut
from holdfast.core.keys import draw
from holdfast.core.policy import PolicyRule, QueueLimit, policy
from tests.core.world import World

PAY = "steps: [{id: pay, tool: t.put, with: {amount: 700}%s, fallback: [{id: other, tool: t.read}]}]"
RULE = PolicyRule(name="dear", to="finance", when="tool.effect == 'write'", timeout=3600.0)


def _world(over: str, *rules: PolicyRule, more: str = "", full: bool = True) -> World:
    """A run whose first review the store refuses once, as it would be: nothing of that turn is written."""
    limit = QueueLimit(queue="finance", reviews=2, per=86400.0, over=over)  # type: ignore[arg-type]
    world = World(PAY.replace("steps: [", "steps: [{id: before, tool: t.read}, ") % more, policy=policy(rules, [limit]))
    if full:
        _say_full(world)
    world.returns("before")
    return world


def _say_full(world: World) -> None:
    world.observe(QueueFull(queue="finance", opened=3, capacity=2, per=86400.0, free_at=world.now + 60))


def test_a_review_is_asked_for_within_the_limit_of_its_queue() -> None:
    """The store is told how many there may be; a queue without a limit is not counted."""
    world = _world("park", RULE, more=", human: [{to: ops, timeout: 1h}]", full=False)
    opened = [change for change in world.turn.changes if isinstance(change, ReviewOpened)]
    assert [("ops", ()), ("finance", (2, 86400.0))] == [(change.review.to, change.limit) for change in opened]


def test_park_waits_for_room_and_asks_then() -> None:
    """The step looks again when there should be room; the numbers are on record."""
    world = _world("park", RULE)
    deferred = world.last(ReviewDeferred)
    assert ({}, 60.0) == (world.state.reviews, deferred.due - world.now)
    assert {"code": "capacity", "queue": "finance", "opened": 3, "capacity": 2, "seconds": 86400.0} == deferred.why
    assert [("timer", "room")] == [(one["for"], one["kind"]) for one in world.mind.summary().waiting]
    world.tick()
    assert ["finance"] == [review.to for review in world.state.reviews.values()]
    world.answers("approve")
    assert world.in_flight() == ["pay"]


def test_a_call_parked_for_one_queue_is_not_made_before_it_was_asked() -> None:
    """Another queue's approval meanwhile is not enough."""
    world = _world("park", RULE, more=", human: [{to: ops, timeout: 1h}]")
    assert ["ops"] == [review.to for review in world.state.reviews.values()]
    world.tick()
    world.answers("approve")
    assert ([], ["finance"]) == (world.in_flight(), [review.to for review in world.state.reviews.values()])


def test_a_parked_call_that_is_rejected_meanwhile_waits_no_more() -> None:
    """Its timer goes with it."""
    world = _world("park", RULE, more=", human: [{to: ops, timeout: 1h}]")
    world.answers("reject")
    assert (["pay/other"], []) == (world.in_flight(), [name for name in world.state.timers.due if "room" in name])


def test_reject_fails_the_step_with_the_numbers() -> None:
    """As a person would have; nobody is asked, not even another queue."""
    world = _world("reject", RULE, more=", human: [{to: ops, timeout: 1h}]")
    assert (["pay/other"], {}) == (world.in_flight(), world.state.reviews)
    error = world.state.frames["pay"].inner.names["error"]  # type: ignore[union-attr]
    assert ("rejected", "the queue `finance` is full: 3 reviews in 86400 s, 2 at most") == (
        error["code"],  # type: ignore[index]
        error["message"],  # type: ignore[index]
    )


def test_shed_asks_sheddable_rules_less() -> None:
    """By the same draw against a lower rate; the numbers are on record."""
    rule = PolicyRule(name="often", to="finance", when="tool.effect == 'write'", sheddable=True, timeout=3600.0)
    drawn = draw("sample", "r", "pay", "often")
    assert 0.25 < drawn < 0.9  # so it is asked at its own rate, and not at a quarter of it
    often = dataclasses.replace(rule, sample=0.9)
    assert len(_world("shed", often, full=False).state.reviews) == 1
    world = _world("shed", often)
    numbers = {"queue": "finance", "opened": 3, "capacity": 2}
    expected = {"code": "shed", "drawn": round(drawn, 6), "rate": 0.225, **numbers}
    assert (["pay"], expected) == (world.in_flight(), world.last(ReviewSampledOut).why)


def test_shed_asks_the_other_rules_beyond_the_limit() -> None:
    """What may not be shed is asked, with the numbers on record."""
    world = _world("shed", RULE)
    asked = world.last(ReviewRequested)
    assert (("dear",), (), "capacity", 3) == (asked.review.rules, asked.limit, asked.why["code"], asked.why["opened"])


def test_a_sheddable_rule_without_a_rate_is_asked_in_a_quarter_of_its_cases() -> None:
    """Over many steps."""
    rule = PolicyRule(name="often", to="finance", when="tool.effect == 'write'", sheddable=True, timeout=3600.0)
    limit = QueueLimit(queue="finance", reviews=2, per=86400.0, over="shed")
    plan = "steps: [{id: r, tool: t.read}, {id: a, do: [{id: x, tool: t.put}], each: {in: '%s', concurrency: 400}}]"
    world = World(plan % list(range(400)), policy=policy([rule], [limit]), law=False)
    _say_full(world)
    world.returns("r")
    assert 70 <= len(world.state.reviews) <= 130
    assert len(world.state.reviews) + len(world.in_flight()) == 400


@pytest.mark.parametrize("over", ["park", "shed", "reject"])
def test_that_a_queue_was_full_holds_for_that_instant(over: str) -> None:
    """Later the store is asked anew."""
    limit = QueueLimit(queue="finance", reviews=2, per=86400.0, over=over)  # type: ignore[arg-type]
    new = policy([RULE], [limit])
    world = World("steps: [{id: before, tool: t.read}, {id: pay, tool: t.put}]")
    world.observe(PolicyInForce(policy=new.hash, rules=new.rules, limits=new.limits))
    _say_full(world)
    world.now += 1
    world.returns("before")
    assert (1, (2, 86400.0)) == (len(world.state.reviews), world.last(ReviewRequested).limit)
