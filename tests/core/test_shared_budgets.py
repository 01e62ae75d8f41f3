"""Children side by side share what is left of the budget: what is used and what is lent never exceed it together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.events import ChildAsked, ShareGiven
from holdfast.core.explain import explain
from holdfast.core.lineage import Usage
from tests.core.family import Family, Member
from tests.core.world import World

MANY = "budget: {calls: 12, tokens: 100, cost: 3}\nsteps:\n  - id: all\n    each: {in: '[1, 2, 3, 4, 5]', concurrency: 3}\n"
CHILDREN = MANY + "    do: [{id: one, plan: part, optional: true}]\n"


def _lent(world: World) -> list[tuple[object, ...]]:
    return [(one.lineage.calls, one.lineage.tokens, one.lineage.cost) for one in world.children()]


def test_children_side_by_side_get_equal_shares() -> None:
    """By how many may run beside them; what one did not use is there for those after it."""
    world = World(CHILDREN)
    assert [(4, 33, 1.0), (4, 33, 1.0), (4, 34, 1.0)] == _lent(world)
    world.child_ends("all[0]/one", spent=Usage(calls=1, tokens=3, cost=0.5))
    assert [(4, 33, 1.0), (4, 34, 1.0), (3, 30, 0.5)] == _lent(world)
    world.child_ends("all[1]/one", spent=Usage(calls=3))
    assert [(4, 34, 1.0), (3, 30, 0.5), (1, 33, 1.0)] == _lent(world)


def test_a_child_alone_gets_all_that_is_left() -> None:
    """One after the other nothing is divided; a branch beside it that has not ended is thought of."""
    world = World("budget: {calls: 5}\nsteps: [{id: a, plan: part}, {id: b, plan: part}]")
    assert [(5, None, None)] == _lent(world)
    world.child_ends("a", spent=Usage(calls=2))
    assert [(3, None, None)] == _lent(world)
    branches = "{l: [{id: a, plan: part}, {id: b, plan: part}], r: [{id: c, tool: t.read}]}"
    beside = World(f"budget: {{calls: 8}}\nsteps: [{{id: p, parallel: {branches}}}]")
    assert [(4, None, None)] == _lent(beside)
    beside.returns("p/r/c")
    beside.child_ends("p/l/a", spent=Usage(calls=1))
    assert [(6, None, None)] == _lent(beside)


def test_what_finds_everything_lent_waits_until_something_comes_back() -> None:
    """A call, a retried one, and a child; nothing of the budget is used up, so nobody is asked and nothing aborts."""
    world = World(
        """
budget: {calls: 3, on_exceeded: ask}
steps:
  - id: p
    parallel:
      a: [{id: sub, plan: part}]
      b: [{id: one, plan: part}]
      c: [{id: two, plan: part}]
      d: [{id: three, plan: part}]
      e: [{id: read, tool: t.read}, {id: write, tool: t.write}]
"""
    )
    assert [(1, None, None)] * 3 == _lent(world)
    assert ([], {}) == (world.in_flight(), world.state.reviews)
    world.crashes()
    world.child_ends("p/a/sub", spent=Usage(calls=0))
    assert ["p/d/three"] == [action.address for action in world.children()][2:]
    world.child_ends("p/b/one", spent=Usage(calls=1))
    world.child_ends("p/c/two", spent=Usage(calls=0))
    assert ["p/e/read"] == world.in_flight()
    world.child_ends("p/d/three")
    world.returns("p/e/read")
    world.returns("p/e/write")
    assert ("succeeded", 3) == (world.status, world.state.spent.calls)


def test_cleanup_and_undoing_wait_for_no_budget() -> None:
    """They have their own allowance, as they are not refused for a budget that is used up."""
    world = World(
        "budget: {calls: 2}\nsteps: [{id: a, tool: t.read}, {id: b, tool: t.read}]\n"
        "cleanup: [{id: p, parallel: {l: [{id: sub, plan: part}], r: [{id: c, tool: t.read}]}}]"
    )
    world.returns("a")
    world.returns("b")
    assert ["~cleanup/p/r/c"] == world.in_flight()


@settings(max_examples=30, deadline=None)
@given(st.data())
@pytest.mark.parametrize("limit", [1, 5, 9])
def test_a_family_never_makes_more_calls_than_the_budget_of_its_plan(limit: int, data: st.DataObject) -> None:
    """Whatever ends when: calls are counted over the whole tree; and no child is refused before all of it is used up."""
    top = (
        f"budget: {{calls: {limit}}}\nsteps: "
        "[{id: p, parallel: {l: [{id: x, plan: middle, optional: true}], "
        "r: [{id: e, each: {in: '[1, 2, 3]', concurrency: 2}, do: [{id: y, plan: part, optional: true}]}], "
        "s: [{id: a, tool: t.read}, {id: b, tool: t.read}]}, on_failure: collect}]"
    )
    middle = "steps: [{id: m, tool: t.read}, {id: q, parallel: {u: [{id: z, plan: part}], v: [{id: w, plan: part}]}}]"
    part = "steps: [{id: i, tool: t.read}, {id: j, tool: t.read}]"
    family = Family(top, {"middle": middle, "part": part}, law=False)
    for _ in range(60):
        busy = [member for member in family.live() if member.state.calls]
        if not busy:
            break
        member = data.draw(st.sampled_from(busy))
        family.do(member.returns, member.in_flight()[0], 1)
        assert limit >= sum(one.state.call_count for one in family.members.values())
    assert family.top.state.finished
    if any(one.status == "aborted" for one in family.members.values()):
        assert limit == sum(one.state.call_count for one in family.members.values())


# --- a child that needs more than its share ------------------------------------------------------------------------------

THREE = "steps: [{id: i, tool: t.read}, {id: j, tool: t.read}, {id: k, tool: t.read}]"
ONE = "steps: [{id: i, tool: t.read}]"


def _pair(budget: str, left: str = THREE, right: str = ONE, more: str = "") -> Family:
    steps = f"{{l: [{{id: a, plan: left}}], r: [{{id: b, plan: right}}{more}]}}"
    top = f"budget: {{{budget}}}\nsteps: [{{id: p, parallel: {steps}, on_failure: collect}}]"
    return Family(top, {"left": left, "right": right})


def _runs(member: Member, *steps: str, **more: Any) -> None:
    for step in steps:
        member.family.do(member.returns, step, 1, **more)


def test_a_child_that_has_used_up_its_share_gets_what_is_free() -> None:
    """It asks instead of aborting, and goes on with what those beside it do not need; the whole budget can be used."""
    family = _pair("calls: 5")
    left, right = family.child("left"), family.child("right")
    assert (2, 3) == (left.state.lineage.calls, right.state.lineage.calls)  # type: ignore[union-attr]
    _runs(right, "i")
    _runs(left, "i", "j")
    assert (["k"], 4) == (left.in_flight(), left.state.lineage.calls)  # type: ignore[union-attr]
    _runs(left, "k")
    assert ("succeeded", 4) == (family.top.status, family.top.state.spent.calls)


def test_a_child_waits_for_what_those_beside_it_may_leave() -> None:
    """Nothing is free, but not all is used up: it is given what the other one has left, whoever dies meanwhile."""
    for crash in (False, True):
        family = _pair("calls: 4")
        left, right = family.child("left"), family.child("right")
        _runs(left, "i", "j")
        assert ([], [{"for": "budget", "address": "", "run": "r"}]) == (
            left.in_flight(),
            list(left.mind.summary().waiting),
        )
        if crash:
            family.do(left.crashes)
            family.do(family.top.crashes)
        _runs(right, "i")
        if crash:
            family.do(family.top.crashes)
        assert ["k"] == left.in_flight()
        _runs(left, "k")
        assert ("succeeded", 4) == (family.top.status, family.top.state.spent.calls)


def test_a_child_is_refused_when_nothing_can_come_back() -> None:
    """All under way ask: who asked last aborts with `budget`; what it leaves may do for the other."""
    family = _pair("calls: 4", right=THREE)
    left, right = family.child("left"), family.child("right")
    _runs(left, "i", "j")
    _runs(right, "i", "j")
    assert ("aborted", "the 2 calls that the parent run gave it are used up") == (
        right.status,
        right.outcome.error.message,
    )
    assert "aborted" == left.status, "nothing came back"
    said = [explain(entry.event) for member in family.members.values() for entry in member.entries]
    assert {
        "what the parent run gave of its budget is used up: it is asked for more",
        "there is no more of the budget for the child run of p/r/b",
        "the parent run has no more",
    } <= set(said)
    assert ("succeeded", 4) == (family.top.status, family.top.state.spent.calls)


def test_what_a_refused_child_leaves_is_given_to_the_others() -> None:
    """Its calls are used up, but not its tokens: who waits for tokens goes on."""
    family = _pair(
        "calls: 7, tokens: 10",
        left="steps: [{id: i, tool: t.read}, {id: j, tool: t.read}]",
        right=THREE + "\nbudget: {calls: 1}",
    )
    left, right = family.child("left"), family.child("right")
    _runs(left, "i", tokens=5)
    assert [] == left.in_flight()
    _runs(right, "i")
    assert "aborted" == right.status, "by its own budget"
    _runs(left, "j")
    assert "succeeded" == left.status
    said = [explain(entry.event) for entry in family.top.entries]
    assert ["the child run of p/l/a may use 3 calls, 7 tokens in all"] == [one for one in said if "in all" in one]


def test_more_is_asked_for_through_every_level() -> None:
    """A grandchild asks its parent, which has nothing either and asks on; what is said comes down the same way."""
    middle = "steps: [{id: m, plan: leaf}]"
    top = "budget: {calls: 4}\nsteps: [{id: p, parallel: {l: [{id: a, plan: middle}], r: [{id: b, plan: right}]}, on_failure: collect}]"
    for right_calls, ends in (("i", "succeeded"), ("i j", "aborted")):
        family = Family(top, {"middle": middle, "leaf": THREE, "right": THREE if ends == "aborted" else ONE})
        leaf, right = family.child("leaf"), family.child("right")
        _runs(leaf, "i", "j")
        assert ([], True) == (leaf.in_flight(), family.child("middle").state.asked)
        family.do(family.child("middle").crashes)
        _runs(right, *right_calls.split())
        if ends == "succeeded":
            _runs(leaf, "k")
        assert ends == leaf.status
        assert family.top.state.finished


def test_a_person_may_allow_more_for_children_too() -> None:
    """`on_exceeded: ask` at the top: nothing is left for a child that asks, so the person is; once for all."""
    family = _pair("calls: 4, on_exceeded: ask", right=THREE)
    left, right = family.child("left"), family.child("right")
    _runs(left, "i", "j")
    assert {} == family.top.state.reviews, "the other one may leave something"
    _runs(right, "i", "j")
    (review,) = family.top.state.reviews.values()
    assert ("p/l/a", "budget") == (review.address, review.trigger_on)
    family.do(family.top.answers, "approve")
    assert ([["k"]] * 2) == [left.in_flight(), right.in_flight()]
    _runs(left, "k")
    _runs(right, "k")
    assert ("succeeded", 6) == (family.top.status, family.top.state.spent.calls)
    refused = _pair("calls: 2, on_exceeded: ask", right=THREE)
    _runs(refused.child("left"), "i")
    _runs(refused.child("right"), "i")
    refused.do(refused.top.answers, "reject")
    assert ("aborted", "aborted") == (refused.top.status, refused.child("left").status.replace("cancelled", "aborted"))


def test_a_question_for_more_is_withdrawn_when_something_comes_back() -> None:
    """Somebody stops the other child: what it has not used serves the one that asked."""
    family = _pair(
        "calls: 4, tokens: 100, on_exceeded: ask", right="steps: [{id: i, tool: t.read}, {id: j, tool: t.read}]"
    )
    left, right = family.child("left"), family.child("right")
    _runs(left, "i", "j")
    _runs(right, "i", tokens=50)
    assert [("p/l/a", "budget")] == [(one.address, one.trigger_on) for one in family.top.state.reviews.values()]
    family.do(right.signals, "cancel")
    assert ({}, ["k"]) == (family.top.state.reviews, left.in_flight())


def test_cost_that_went_over_a_share_is_known_above() -> None:
    """What was in flight may cost more than the share: nobody is given what is not there any more."""
    family = _pair("cost: 2", right=THREE)
    left, right = family.child("left"), family.child("right")
    _runs(left, "i", cost=1.9)
    assert ([], 1.9) == (left.in_flight(), round(family.top.state.lent.cost - 1.0, 6))
    _runs(right, "i", cost=0.2)
    _runs(right, "j", cost=0.0)
    _runs(right, "k", cost=0.0)
    assert ("succeeded", "aborted", ["budget"]) == (right.status, left.status, [left.outcome.error.code])
    assert round(family.top.state.spent.cost, 6) == 2.1  # type: ignore[operator]


def test_a_child_that_is_stopped_asks_no_more() -> None:
    """Its step's time is up while it waits: the other one is not refused for that, and late words change nothing."""
    left = THREE
    top = "budget: {calls: 4}\nsteps: [{id: p, parallel: {l: [{id: a, plan: left, timeout: 60s}], r: [{id: b, plan: right}]}, on_failure: collect}]"
    family = Family(top, {"left": left, "right": THREE})
    left_run, right = family.child("left"), family.child("right")
    _runs(left_run, "i", "j")
    family.do(family.top.tick)
    assert "cancelled" == left_run.status
    _runs(right, "i", "j")
    assert "aborted" == right.status, "nothing is left: four calls were made"
    for late in (ChildAsked(child="part-9", ask=1), ChildAsked(child=right.id, ask=1)):
        family.do(family.top.observe, late)
    fresh = _pair("calls: 5").child("left")
    fresh.family.do(fresh.observe, ShareGiven(ask=7, calls=99))
    assert 2 == fresh.state.lineage.calls  # type: ignore[union-attr]
