"""The state that is lived is the state that is folded, in every part and not only in what can be seen of it."""

from __future__ import annotations

from typing import Any

import pytest

import holdfast
from holdfast.core.decide import turn
from holdfast.core.events import CallReturned, RunRequested
from holdfast.core.interpreter import Interpreter
from holdfast.plan.expressions import parse_expression
from holdfast.plan.load import load_source
from holdfast.registry import load_registry
from holdfast.simulate.cast import Cast
from holdfast.simulate.explorer import Bounds, Explorer
from holdfast.simulate.folded import difference

PLAN = """
holdfast: 1
plan: two
steps:
  - id: rows
    each: {in: [1, 2], as: n}
    do: [{id: put, tool: t.put, with: {n: "{{ n }}"}, timeout: 5s}]
  - {id: last, tool: t.put, with: {n: "{{ steps.put | length }}"}, timeout: 5s}
"""


@holdfast.tool("t.put", effect="write", idempotency="key")
async def put(n: int) -> str:
    """Do something that can be repeated under its key."""
    raise AssertionError


@pytest.fixture(scope="module")
def cast() -> Cast:
    """What the worlds of the plan are made of."""
    return Cast(load_source(PLAN, "two.yaml"), load_registry([put]))


def begun(cast: Cast, *calls: int) -> Interpreter:
    """A run in which some calls have returned."""
    mind = Interpreter(cast.plan)
    request = RunRequested(
        run="r", plan="two", plan_hash=cast.plan.hash, task="r", user="u", inputs={}, contracts=cast.contracts, plans={}
    )
    mind.observe(request, 1.0)
    for call in calls:
        mind.observe(CallReturned(call=call, value="x"), 2.0)
    return mind


def test_states_of_the_same_events_are_the_same(cast: Cast) -> None:
    """Loops, scopes and frames that know each other included."""
    assert difference(begun(cast, 1).state, begun(cast, 1).state) is None


def test_a_difference_is_shown_where_it_is(cast: Cast) -> None:
    """As a way into the state, down to what frames work on."""
    one = begun(cast, 1).state
    assert ".spent.calls" == difference(one, begun(cast).state)
    other = begun(cast, 1).state
    other.frames["rows[1]/put"].call.takeovers = 1
    assert ".frames[''].children['rows'].children['rows[1]'].children['rows[1]/put'].work.takeovers" == difference(
        one, other
    )
    third = begun(cast, 1).state
    third.frames["rows"].output[0] = "y"  # type: ignore[index]
    assert ".frames[''].children['rows'].output[0]" == difference(one, third)


def test_the_order_in_which_things_are_kept_counts(cast: Cast) -> None:
    """Effects are undone in the reverse of it, for one."""
    one, other = begun(cast).state, begun(cast).state
    one.kept, other.kept = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert ".kept" == difference(one, other)
    other.kept = {"a": 1, "b": "2"}
    assert ".kept['b']" == difference(one, other)
    other.kept = {"a": 1, "b": 2, "c": 3}
    assert ".kept" == difference(one, other)
    other.kept = one.kept
    one.notes, other.notes = ["a"], ["a", "b"]
    assert ".notes" == difference(one, other)


def test_what_is_changed_beside_the_journal_is_found_though_nobody_sees_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a world without a death too: neither summary nor calls show it."""
    own = turn.Deciding.done

    def done(self: Any) -> Any:
        self.state.stuck["nowhere"] = None
        return own(self)

    monkeypatch.setattr(turn.Deciding, "done", done)
    found = Explorer(Cast(cast.plan, cast.tools, faults=frozenset({"values"})), Bounds(depth=1, seeds=0)).run().found
    assert [("replay", "the state that is folded from the journal is not the one that was lived: `stuck`")] == [
        (one.law, one.said) for one in found.values()
    ]


def test_what_was_parsed_twice_is_the_same_if_it_is_written_the_same(cast: Cast) -> None:
    """Rules of policies and of runs above are parsed by whoever folds the events that bring them."""
    one, other = begun(cast).state, begun(cast).state
    one.memos["a"] = parse_expression("n > 1")  # type: ignore[assignment]
    other.memos["a"] = parse_expression("n > 1")  # type: ignore[assignment]
    assert difference(one, other) is None
    other.memos["a"] = parse_expression("n > 2")  # type: ignore[assignment]
    assert ".memos['a']" == difference(one, other)
