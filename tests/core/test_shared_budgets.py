"""Children side by side share what is left of the budget: what is used and what is lent never exceed it together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.lineage import Usage
from tests.core.family import Family
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
    """Whatever ends when: calls are counted over the whole tree."""
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
