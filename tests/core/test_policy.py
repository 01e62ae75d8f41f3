"""The policy of the installation, as plain data and as runs obey it (5-humans, rules 4, 9 and 10)."""

from __future__ import annotations

import dataclasses
from math import inf

import pytest

from holdfast.core.actions import CallTool
from holdfast.core.events import CallWithheld, PolicyInForce, ReviewRequested, ReviewSampledOut
from holdfast.core.keys import draw
from holdfast.core.policy import Policy, PolicyRule, QueueLimit, policy
from holdfast.plan.program import Escalation
from tests.core.world import World


def test_the_hash_of_a_policy_is_of_what_it_decides() -> None:
    """The same rules and limits have the same hash, every difference another one."""
    rule = PolicyRule(name="dear", to="finance", when="amount > 500", timeout=60.0)
    chief = Escalation(to="cfo", timeout=60.0)
    changed = [
        policy([]),
        policy([rule]),
        policy([rule], [QueueLimit(queue="finance", reviews=60, per=86400.0)]),
        policy([PolicyRule(name="dear", to="finance", when="amount > 600", timeout=60.0)]),
        policy([PolicyRule(name="dear", to="finance", on_timeout="escalate", escalate=chief)]),
    ]
    assert policy([rule]) == Policy(hash=policy([rule]).hash, rules=(rule,))
    assert len({one.hash for one in changed}) == len(changed)


def test_the_condition_of_a_rule_is_an_expression_or_always() -> None:
    """Parsed from its source; empty holds always."""
    condition = PolicyRule(name="a", to="ops", when="amount > 5").condition
    assert condition is not None
    assert (True, None) == (condition.evaluate({"amount": 6}), PolicyRule(name="b", to="ops").condition)


def test_the_mark_of_a_rule_changes_with_what_it_says() -> None:
    """An approval is kept under it."""
    mark = PolicyRule(name="a", to="ops").standing().mark
    assert mark.startswith("a@")
    again, other = PolicyRule(name="a", to="ops").standing().mark, PolicyRule(name="a", to="law").standing().mark
    assert (mark, True) == (again, mark != other)


# --- in a run ---------------------------------------------------------------------------------------------------------

DEAR = PolicyRule(name="dear", to="finance", when="amount and amount > 500", timeout=60.0)
TWICE = """
steps:
  - {id: cheap, tool: t.write, with: {amount: 5}}
  - {id: pay, tool: t.write, with: {amount: 700}%s}
"""


def _under(world_plan: str, *rules: PolicyRule, inputs: dict[str, object] | None = None) -> World:
    """A world whose installation has a policy from the start."""
    return World(world_plan, inputs, policy=policy(rules))


def _force(world: World, *rules: PolicyRule) -> None:
    new = policy(rules)
    world.observe(PolicyInForce(policy=new.hash, rules=new.rules))


def test_a_rule_is_added_to_every_call_it_holds_for() -> None:
    """Without the plan's doing; its name and the policy are in the review, and the requester does not decide."""
    world = _under(TWICE % "", DEAR)
    assert world.in_flight() == ["cheap"]
    world.returns("cheap")
    (review,) = world.state.reviews.values()
    assert ("finance", ("dear",), (), ("u",)) == (review.to, review.rules, review.triggers, review.excluded)
    assert (review.policy, review.reason) == (policy([DEAR]).hash, "amount and amount > 500")
    world.answers("approve", by="u")
    assert world.in_flight() == []
    world.answers("approve")
    assert world.in_flight() == ["pay"]


def test_rules_hold_for_reads_and_compensations_too() -> None:
    """What a rule is about, it says itself; an undoing call is a call."""
    rule = PolicyRule(name="all", to="ops", timeout=60.0)
    assert len(_under("steps: [{id: a, tool: t.read}]", rule).state.reviews) == 1
    undo = PolicyRule(name="undo", to="ops", when="tool.name == 't.undo'", timeout=60.0)
    world = _under(
        "steps: [{id: a, tool: t.put, compensate: {tool: t.undo}}, {id: b, stop: {status: aborted, reason: no}}]", undo
    )
    world.returns("a")
    assert [review.tool for review in world.state.reviews.values()] == ["t.undo"]
    world.answers("approve")
    assert world.in_flight() == ["a~undo"]


def test_a_plans_trigger_and_a_rule_for_one_queue_are_one_review() -> None:
    """The stricter of both holds: the rule keeps the requester out."""
    world = _under(TWICE % ", human: [{to: finance, timeout: 1h, on_timeout: approve, reason: Mine}]", DEAR)
    world.returns("cheap")
    (review,) = world.state.reviews.values()
    assert ("Mine; amount and amount > 500", (0,), ("dear",)) == (review.reason, review.triggers, review.rules)
    assert ("reject", 60.0) == (review.on_timeout, (review.due or 0) - world.now)


def test_an_approval_given_before_a_policy_change_still_needs_the_new_rules() -> None:
    """The policy in force at the moment of the call decides; what did not change is not asked again."""
    world = _under("steps: [{id: pay, tool: t.write, with: {amount: 700}}]", DEAR)
    _force(world, DEAR, PolicyRule(name="all", to="ops", timeout=60.0))
    world.answers("approve", review="r.1")
    assert ([], ["ops"]) == (world.in_flight(), [review.to for review in world.state.reviews.values()])
    world.answers("approve", review="r.2")
    assert world.in_flight() == ["pay"]


def test_a_rule_that_changed_asks_anew_and_one_that_is_gone_does_not() -> None:
    """Approvals are kept under what the rule said."""
    world = _under("steps: [{id: pay, tool: t.write, with: {amount: 700}}]", DEAR)
    _force(world, dataclasses.replace(DEAR, to="board"))
    world.answers("approve", review="r.1")
    assert [review.to for review in world.state.reviews.values()] == ["board"]
    _force(world)
    world.answers("approve", review="r.2")
    assert world.in_flight() == ["pay"]


@pytest.mark.parametrize("when", ["nothing.there > 1", "labels.unheard_of > 3", "((", "amount > 'x'"])
def test_a_rule_that_cannot_be_evaluated_holds_and_the_fault_is_reported(when: str) -> None:
    """Also one that is not in the language, which no lint has seen."""
    world = _under("steps: [{id: a, tool: t.put}]", PolicyRule(name="broken", to="ops", when=when, timeout=60.0))
    (review,) = world.state.reviews.values()
    assert ("could not be evaluated" in review.reason, review.rules) == (True, ("broken",))


def test_a_sampled_rule_is_on_record_once_either_way() -> None:
    """Drawn not to ask: one entry, however often the call is looked at; drawn to ask: the draw is in the reason."""
    never = PolicyRule(name="never", to="ops", sample=0.0)
    always = PolicyRule(name="always", to="law", sample=1.0, timeout=60.0)
    world = _under("steps: [{id: a, tool: t.put, human: [{to: boss, timeout: 1h}]}]", never, always)
    world.answers("approve", review="r.1")
    world.answers("approve", review="r.2")
    assert (["a"], 1, "never") == (
        world.in_flight(),
        world.count(ReviewSampledOut),
        world.last(ReviewSampledOut).rule,
    )
    asked = [entry.event.review.reason for entry in world.entries if isinstance(entry.event, ReviewRequested)]
    assert " (drawn: 0." in asked[1]


def test_sampling_comes_out_at_its_rate_and_the_same_for_the_same_run() -> None:
    """Over 10,000 decisions within 1 % of the rate; the draw depends on run, address and rule alone."""
    rate, runs = 0.15, 10_000

    def drawn(rule: str) -> list[bool]:
        return [draw("sample", f"run-{number}", "pay", rule) < rate for number in range(runs)]

    assert abs(sum(drawn("borderline")) / runs - rate) < 0.01
    assert drawn("borderline") == drawn("borderline")
    assert drawn("borderline") != drawn("another")


def test_the_same_run_draws_the_same_whatever_else_is_in_the_policy() -> None:
    """Rules around it, their order and the plan's triggers change nothing."""
    half = PolicyRule(name="half", to="ops", sample=0.5, timeout=60.0)
    other = PolicyRule(name="other", to="law", sample=0.5, timeout=60.0)
    plan = "steps: [{id: a, do: [{id: x, tool: t.put}], each: {in: '[1, 2, 3, 4, 5, 6, 7, 8]', concurrency: 8}}]"

    def asked(*rules: PolicyRule) -> list[str]:
        world = _under(plan, *rules)
        return [review.address for review in world.state.reviews.values() if "half" in review.rules]

    assert asked(half) == asked(other, half) == asked(half, other)
    assert 0 < len(asked(half)) < 8


# --- at the moment of the call ----------------------------------------------------------------------------------------


def test_a_call_carries_what_it_was_allowed_under() -> None:
    """The policy and the approvals of a first attempt; a later attempt settles the same effect and carries neither."""
    world = _under("steps: [{id: pay, tool: t.write, with: {amount: 700}, retry: 2}]", DEAR)
    world.answers("approve")
    first = world.turn.actions[-1]
    assert isinstance(first, CallTool)
    assert (first.policy, first.approved) == (policy([DEAR]).hash, (world.state.frames["pay"].call.digest, inf))
    world.fails("pay", "timeout")
    world.tick()
    again = world.turn.actions[-1]
    assert isinstance(again, CallTool)
    assert (2, None, None) == (again.attempt, again.policy, again.approved)


def test_a_call_that_is_withheld_was_not_made() -> None:
    """It is neither counted nor in the ledger as anything but failed, and it is decided again."""
    world = World(
        "steps: [{id: pay, tool: t.write, with: {amount: 700}, human: [{to: f, timeout: 1h, valid_for: 1m}]}]"
    )
    world.answers("approve")
    world.now += 120
    world.observe(CallWithheld(call=world.call("pay"), reason="expired"))
    assert ([], 0, "failed") == (world.in_flight(), world.state.spent.calls, world.ledger["t.write", "u:demo:t:pay"])
    assert len(world.state.reviews) == 1
    world.answers("approve")
    assert (["pay"], 1) == (world.in_flight(), world.state.spent.calls)
    world.observe(CallWithheld(call=99, reason="expired"))
    world.returns("pay")
    assert world.outcome.status == "succeeded"


def test_a_policy_that_came_into_force_before_the_call_is_asked_first() -> None:
    """The call is withheld and its new rule asks."""
    world = World("steps: [{id: pay, tool: t.write, with: {amount: 700}, subject: s}]")
    call = world.call("pay")
    _force(world, DEAR)
    world.observe(CallWithheld(call=call, reason="policy"))
    assert (["finance"], {}) == ([review.to for review in world.state.reviews.values()], world.state.subjects)
    world.answers("approve")
    assert (["pay"], ["s"]) == (world.in_flight(), list(world.state.subjects))
