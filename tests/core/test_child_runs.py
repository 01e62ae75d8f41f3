"""Sub-plans as their parent sees them: a child is intended, ends, and leaves its effects (2-plan-language 3)."""

from __future__ import annotations

import pytest

from holdfast.core.actions import EffectMarked, ParentTold, SignalChild, StartChild
from holdfast.core.contract import Contract
from holdfast.core.events import (
    ChildFinished,
    ChildIntended,
    ChildSignalled,
    ChildStarted,
    CompensationIntended,
    ShareGiven,
    SignalReceived,
)
from holdfast.core.failure import Failure
from holdfast.core.lineage import MAX_DEPTH, Lineage, SecretPlace, Undoable, Usage
from tests.core.world import World

ONE = """
inputs: {n: {type: integer}, token: {type: string, secret: true}}
steps:
  - id: sub
    plan: part
    with: {n: "{{ inputs.n }}", token: "{{ inputs.token }}", same: "{{ inputs.n }}"}
output: "{{ steps.sub.output }}"
"""
GIVEN = {"n": 3, "token": "env:TOKEN"}
LINEAGE = Lineage(parent="above", prefix="outer/sub", plan="top")
DONE = Undoable(run="part-1", address="pay", tool="t.write", key="k", undo="t.undo", args={"of": 1}, revision=2)


def started(world: World) -> StartChild:
    """The one child that the world's run waits for."""
    (action,) = world.children()
    return action


def test_a_child_is_intended_and_its_output_is_the_steps() -> None:
    """What the engine is asked for, in which words, and what comes of the answer."""
    world = World(ONE, GIVEN)
    action = started(world)
    assert [action] == [one for one in world.turn.actions if isinstance(one, StartChild)]
    assert ("sub", "c" * 32, {"n": 3, "token": "env:TOKEN", "same": 3}) == (
        action.address,
        action.plan_hash,
        action.inputs,
    )
    assert frozenset({"token"}) == action.secrets
    assert Lineage(parent="r", prefix="sub", plan="demo") == action.lineage
    assert ("t", "u", False) == (action.task, action.user, action.started)
    assert "running" == world.status
    world.child_starts("sub")
    assert started(world).started
    assert "waiting" == world.status
    assert [{"for": "run", "address": "sub", "run": action.child, "due": None}] == list(world.mind.summary().waiting)
    world.child_ends("sub", output={"a": 1}, spent=Usage(calls=2, tokens=7, cost=0.5, failures=1))
    assert ("succeeded", {"a": 1}) == (world.outcome.status, world.outcome.output)
    assert (2, 7, 0.5, 1) == (
        world.state.spent.calls,
        world.state.spent.tokens,
        world.state.spent.cost,
        world.state.spent.failures,
    )


def test_a_child_keeps_its_id_over_a_crash_and_the_next_has_another() -> None:
    """The id hangs on the parent and on how many children it had, not on chance or on who asks."""
    world = World("steps: [{id: a, plan: part}, {id: b, plan: part}]")
    first = world.child("a")
    world.crashes()
    assert first == world.child("a")
    assert first.startswith("part-")
    world.child_ends("a")
    assert first != world.child("b")


def test_what_a_child_says_after_its_end_changes_nothing() -> None:
    """A second end, or a start that comes late, is recorded and no more."""
    world = World("steps: [{id: a, plan: part}, {id: b, plan: part}]")
    child = world.child("a")
    world.child_ends("a")
    world.observe(ChildFinished(child=child, status="failed"))
    world.observe(ChildStarted(child=child))
    assert ["ChildStarted"] == world.kinds()
    assert ["b"] == [action.address for action in world.children()]


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        ("failed", Failure(code="conflict", message="sold", address="x/y"), ("conflict", "sold", "sub/x/y")),
        ("aborted", Failure(code="budget", message="all gone"), ("budget", "all gone", "sub")),
        ("cancelled", None, ("cancelled", "was cancelled", "sub")),
    ],
)
def test_a_childs_failure_fails_the_step_where_it_was(
    status: str, error: Failure | None, expected: tuple[str, str, str]
) -> None:
    """Code and message are the child's, the address goes on from the step's."""
    world = World(ONE, GIVEN)
    world.child_ends("sub", status, error=error)
    failed = world.outcome.error
    assert (expected[0], expected[2]) == (failed.code, failed.address)
    assert failed.message.endswith(expected[1])


def test_a_failed_child_is_tried_again_as_another_run_and_then_the_fallback_is_taken() -> None:
    """`retry`, `fallback` and `optional` mean on a plan what they mean on any step."""
    world = World(
        """
steps:
  - id: sub
    plan: part
    retry: {attempts: 2, on: [internal], delay: 1s, jitter: none}
    fallback: [{id: other, plan: spare, optional: true}]
output: "{{ steps.sub.via }}"
"""
    )
    first = world.child("sub")
    world.child_ends("sub", "failed", error=Failure(code="internal"))
    assert world.children() == []
    world.tick()
    assert first != world.child("sub")
    assert 2 == world.last(ChildIntended).attempt
    world.child_ends("sub", "failed", error=Failure(code="internal"))
    assert world.child("sub/other").startswith("spare-")
    world.child_ends("sub/other")
    assert "other" == world.outcome.output


def test_a_child_that_takes_too_long_is_stopped_and_the_step_times_out() -> None:
    """`timeout` is for one child run; it is waited for, since its writes have to be settled."""
    world = World("steps: [{id: sub, plan: part, timeout: 5s, fallback: [{id: other, tool: t.read}]}]")
    child = world.child("sub")
    world.child_starts("sub")
    turn = world.tick()
    assert (SignalChild(child=child, signal="stop", by="run r"),) == turn.actions
    assert [SignalChild(child=child, signal="stop", by="run r")] == [world.mind.outstanding()[1]]
    world.child_ends("sub", "cancelled")
    assert ["sub/other"] == world.in_flight()


def test_a_child_that_ends_well_just_before_it_hears_counts() -> None:
    """What is done is done: its output is taken although its time was up."""
    world = World("steps: [{id: sub, plan: part, timeout: 5s}]\noutput: '{{ steps.sub.output }}'")
    world.tick()
    world.child_ends("sub", output=1)
    assert 1 == world.outcome.output


def test_cancelling_the_parent_stops_the_child_and_waits_for_it() -> None:
    """The run is over only when its child is; it is told once."""
    world = World(ONE, GIVEN)
    world.signals("cancel")
    assert "stop" == world.last(ChildSignalled).signal
    assert not world.state.finished
    world.signals("cancel")
    assert 1 == world.count(ChildSignalled)
    world.child_ends("sub", "cancelled")
    assert "cancelled" == world.outcome.status


def test_the_deadline_of_a_plan_step_stops_its_child() -> None:
    """The step's deadline, not a timeout: nothing is tried after it."""
    world = World("steps: [{id: sub, plan: part, deadline: 5s, optional: true}]")
    world.tick()
    assert "stop" == world.last(ChildSignalled).signal
    world.child_ends("sub", "cancelled")
    assert "succeeded" == world.outcome.status


def test_a_child_that_succeeds_while_it_is_stopped_has_succeeded() -> None:
    """Its end was on the way already: what it did, and what undoes the step, is known."""
    world = World(
        """
steps:
  - id: race
    join: any
    parallel:
      fast: [{id: quick, tool: t.read}]
      slow: [{id: sub, plan: part, compensate: {tool: t.undo, with: {x: "{{ output }}"}}}]
"""
    )
    world.returns("race/fast/quick")
    world.child_ends("race/slow/sub", output=7)
    assert ["race/slow/sub~undo"] == world.in_flight()


def test_pausing_passes_to_the_children() -> None:
    """A pause and its end reach them; one that is to stop hears nothing else."""
    world = World(ONE, GIVEN)
    for said in ("pause", "unpause"):
        turn = world.signals(said)
        assert [said] == [action.signal for action in turn.actions if isinstance(action, SignalChild)]
    world.signals("cancel")
    assert () == world.signals("pause").actions


def test_the_parent_undoes_what_its_child_left() -> None:
    """Its effects come with its end and are undone in their turn, marked in the ledger as the child's."""
    world = World(
        """
on_failure: compensate
steps:
  - {id: first, tool: t.put, with: {n: 1}, compensate: {tool: t.undo, with: {first: 1}}}
  - {id: sub, plan: part}
  - {id: last, tool: t.read}
"""
    )
    world.returns("first")
    undo = Contract(name="p.undo", effect="write", idempotency="natural")
    broken = Undoable(run="part-1", address="mail", tool="t.write", key="m", undo="p.undo", args={}, fault="no output")
    place = SecretPlace(place=("token",), name="env:X")
    told = Undoable(run="part-2", address="wire", tool="", key="w", undo="p.undo", args={"token": ""}, secrets=(place,))
    world.child_ends("sub", effects=(DONE, told, broken), contracts=(undo,))
    world.fails("last", "denied")
    assert "no output" in next(iter(world.state.reviews.values())).question
    world.answers("leave")
    assert ["sub/wire~undo"] == world.in_flight()
    (call,) = world.mind.outstanding()
    assert ((("token",), "env:X"),) == call.secrets  # type: ignore[union-attr]
    world.returns("sub/wire~undo")
    assert "sub/pay#2~undo" == world.last(CompensationIntended).address
    turn = world.returns("sub/pay#2~undo")
    marks = [change for change in turn.changes if isinstance(change, EffectMarked) and change.state == "compensated"]
    assert [EffectMarked(tool="t.write", key="k", state="compensated", run="part-1")] == marks
    assert ["first~undo"] == world.in_flight()


def test_a_childs_keys_begin_as_its_parents() -> None:
    """11-hard-cases 3: user, top plan and task of the parent, and an address that extends the step's."""
    world = World(
        """
steps:
  - {id: pay, tool: t.write, with: {n: 1}, compensate: {tool: t.undo, with: {n: "{{ args.n }}"}}}
  - {id: deeper, plan: part}
""",
        lineage=LINEAGE,
    )
    assert ("t.write", "u:top:t:outer/sub//pay") in world.ledger
    world.returns("pay")
    lineage = started(world).lineage
    assert ("r", "outer/sub//deeper", "top", 2) == (lineage.parent, lineage.prefix, lineage.plan, lineage.depth)


def test_a_child_leaves_its_effects_to_its_parent() -> None:
    """At its end: with the arguments that undo them, its secrets as references, and a fault where there are none."""
    world = World(
        """
inputs: {token: {type: string, secret: true}}
steps:
  - {id: a, tool: t.write, compensate: {tool: t.undo, with: {x: "{{ output.id }}", t: "{{ secrets.token }}"}}}
  - {id: b, tool: t.put, compensate: {tool: t.undo, with: {x: "{{ output.id }}"}}}
  - {id: c, plan: part}
""",
        {"token": "env:TOKEN"},
        lineage=LINEAGE,
    )
    world.returns("a", {"id": 7})
    world.returns("b", {"no": "id"})
    turn = world.child_ends("c", effects=(DONE,))
    (told,) = [change for change in turn.changes if isinstance(change, ParentTold)]
    first, second, third = told.said.effects
    assert ("above", "r", "succeeded", Usage(calls=2)) == (
        told.parent,
        told.said.child,
        told.said.status,
        told.said.spent,
    )
    assert ("r", "a", {"x": 7, "t": "secret:token"}) == (first.run, first.address, first.args)
    assert (SecretPlace(place=("t",), name="env:TOKEN"),) == first.secrets
    assert ({}, True) == (second.args, "no" in second.fault)
    assert ("part-1", "c/pay", 2, {"of": 1}) == (third.run, third.address, third.revision, third.args)
    assert ["t.undo"] == [contract.name for contract in told.said.contracts]


def test_a_child_that_is_stopped_leaves_undoing_to_its_parent() -> None:
    """`stop` ends it as cancelled with its effects standing; a person's `cancel` would undo them here."""
    text = "steps: [{id: a, tool: t.write, compensate: {tool: t.undo}}, {id: b, wait: 1h}]"
    told = World(text, lineage=LINEAGE)
    told.returns("a")
    told.signals("stop")
    assert ("cancelled", 1) == (told.outcome.status, len(told.outcome.effects))
    asked = World(text, lineage=LINEAGE)
    asked.returns("a")
    asked.signals("cancel")
    asked.returns("a~undo")
    assert ("cancelled", 0) == (asked.outcome.status, len(asked.outcome.effects))


def test_a_child_gets_at_most_what_is_left() -> None:
    """Of the budget and of what the parent itself was given, the least; nobody is asked for more of the latter."""
    world = World(
        """
budget: {calls: 5, cost: 2}
steps: [{id: a, tool: t.read}, {id: sub, plan: part}, {id: b, tool: t.read}, {id: c, tool: t.read}]
""",
        lineage=Lineage(parent="above", prefix="p", plan="top", calls=3, tokens=10),
    )
    world.returns("a", tokens=4, cost=0.5)
    lineage = started(world).lineage
    assert (2, 6, 1.5) == (lineage.calls, lineage.tokens, lineage.cost)
    world.child_ends("sub", spent=Usage(calls=1))
    world.returns("b")
    assert [] == world.in_flight(), "its parent is asked for more"
    world.observe(ShareGiven(ask=1, granted=False))
    assert ("aborted", "budget") == (world.outcome.status, world.outcome.error.code)
    assert "the 3 calls that the parent run gave it" in world.outcome.error.message


def test_a_plan_step_without_budget_asks_or_aborts_as_a_call_does() -> None:
    """The child begins once a person has allowed more."""
    world = World(
        """
budget: {calls: 1, on_exceeded: ask}
steps: [{id: a, tool: t.read}, {id: sub, plan: part}]
"""
    )
    world.returns("a")
    assert [] == world.children()
    world.answers("approve")
    assert 1 == started(world).lineage.calls
    spent = World("budget: {calls: 1}\nsteps: [{id: a, tool: t.read}, {id: sub, plan: part}]")
    spent.returns("a")
    assert "aborted" == spent.outcome.status


def test_runs_wait_for_each_other_only_so_deep() -> None:
    """A plan that runs itself comes to an end, whatever its conditions say."""
    depth = MAX_DEPTH - 1
    world = World("steps: [{id: sub, plan: part}]", lineage=Lineage(parent="a", prefix="p", plan="t", depth=depth))
    assert "failed_precondition" == world.outcome.error.code
    deep = World("steps: [{id: sub, plan: part}]", lineage=Lineage(parent="a", prefix="p", plan="t", depth=depth - 1))
    assert depth == started(deep).lineage.depth


def test_inputs_that_cannot_be_rendered_fail_the_step() -> None:
    """As a call's arguments do."""
    world = World("steps: [{id: a, tool: t.read}, {id: sub, plan: part, with: {x: '{{ steps.a.output.no }}'}}]")
    world.returns("a", {})
    assert ("invalid", "sub") == (world.outcome.error.code, world.outcome.error.address)


def test_what_a_run_above_says_while_nothing_waits_is_only_recorded() -> None:
    """A signal passes through a run whose children have no ear for it."""
    world = World(ONE, GIVEN)
    world.observe(SignalReceived(signal="event", name="x"))
    assert ["SignalReceived"] == world.kinds()


def test_a_fact_that_nobody_knew_leaves_an_effect_that_a_person_undoes() -> None:
    """Nothing is asked when a child ends: what its undoing would need is said to the parent as missing."""
    world = World(
        "facts: {who: {ask: {question: Who?, schema: {type: string}}}}\n"
        'steps: [{id: a, tool: t.write, compensate: {tool: t.undo, with: {x: "{{ facts.who }}"}}}]',
        lineage=LINEAGE,
    )
    world.returns("a")
    (left,) = world.outcome.effects
    assert "`who`" in left.fault


def test_a_correction_undoes_what_an_ended_child_did_and_begins_another() -> None:
    """What rests on the wrong fact is done again, the child's effects first undone."""
    world = World(
        """
inputs: {a: {}}
facts: {city: {given: "{{ inputs.a }}"}}
steps: [{id: sub, plan: part, with: {x: "{{ facts.city }}"}}, {id: later, wait: 1h}]
""",
        {"a": 1},
    )
    first = world.child("sub")
    tools = (Contract(name="t.write", effect="write", idempotency="key"), Contract(name="t.undo", effect="write"))
    world.child_ends("sub", effects=(DONE,), contracts=tools)
    world.signals("correct", payload={"city": 2})
    assert (["sub/pay#2~undo"], []) == (world.in_flight(), world.children())
    world.returns("sub/pay#2~undo")
    again = started(world)
    assert (True, {"x": 2}) == (first != again.child, again.inputs)


def test_a_childs_step_and_an_alternative_of_its_plan_step_have_keys_of_their_own() -> None:
    """The same id, below the same step: two effects (11-hard-cases 3)."""
    child = World("steps: [{id: pay, tool: t.write}]", lineage=Lineage(parent="r", prefix="sub", plan="demo"))
    parent = World("steps: [{id: sub, plan: part, fallback: [{id: pay, tool: t.write}]}]")
    parent.child_ends("sub", "failed", error=Failure(code="conflict"))
    assert ("u:demo:t:sub//pay", "u:demo:t:sub/pay") == (child.key, parent.key)
