"""Triggers of a parent guard the calls of its children, and of theirs (11-hard-cases 8, 9)."""

from __future__ import annotations

import pytest

from holdfast.core.actions import StartChild
from holdfast.core.events import PolicyInForce, ReviewSampledOut
from holdfast.core.failure import Failure
from holdfast.core.guarding import Guard, GuardNames
from holdfast.core.lineage import Lineage
from holdfast.core.policy import PolicyRule, policy
from holdfast.plan.expressions.errors import Fault
from tests.core.world import World

PARENT = """
human: [{when: amount > 500, to: finance, timeout: 1h, valid_for: 2h, reason: dear}]
steps:
  - id: sub
    plan: part
    human:
      - {to: ops, timeout: 1h}
      - {on: unknown_outcome, to: bank}
      - {on: failure, to: nobody}
"""
PAY = "steps: [{id: pay, tool: t.write, with: {amount: 700}}]"


def below(plan: str, *guards: Guard, inputs: dict[str, object] | None = None, **lineage: object) -> World:
    """A child that runs of a plan with these guards."""
    above = Lineage(parent="above", prefix="sub", plan="top", guards=guards, **lineage)  # type: ignore[arg-type]
    return World(plan, inputs, lineage=above)


def started(world: World) -> StartChild:
    (action,) = world.children()
    return action


def waiting(world: World) -> list[tuple[str, str, tuple[str, ...]]]:
    """Who is asked about which step, because of what above."""
    return [(review.to, review.address, review.guards) for review in world.state.reviews.values()]


def test_what_guards_a_plan_step_goes_down_with_its_child() -> None:
    """The step's own triggers about calls and the inherited ones, by its address; those about the step itself stay."""
    expected = (
        Guard(mark="sub!0", to="ops", timeout=3600.0),
        Guard(mark="sub!1", on="unknown_outcome", to="bank"),
        Guard(mark="sub!3", when="amount > 500", to="finance", timeout=3600.0, valid_for=7200.0, reason="dear"),
    )
    assert expected == started(World(PARENT)).lineage.guards


def test_a_grandchild_is_guarded_by_all_that_are_above() -> None:
    """What came down goes on, before what holds at the step."""
    top = Guard(mark="sub!0", to="ops")
    world = below("steps: [{id: inner, plan: part, human: [{to: law}]}]", top)
    assert (top, Guard(mark="sub//inner!0", to="law")) == started(world).lineage.guards


def test_a_steps_triggers_apply_to_every_writing_call_inside_its_child() -> None:
    """Each is evaluated on and bound to that call's own arguments; an approval is not asked for twice."""
    dear = Guard(mark="sub!0", when="amount > 500", to="finance", reason="dear")
    world = below(
        """
steps:
  - {id: look, tool: t.read, with: {amount: 900}}
  - {id: cheap, tool: t.write, with: {amount: 5}}
  - id: pay
    tool: t.write
    with: {amount: 700}
    retry: {attempts: 2, delay: 1s}
    fallback: [{id: other, tool: t.put, with: {amount: 900}, human: [{to: finance, reason: mine}]}]
""",
        dear,
        Guard(mark="sub!1", to="finance", when="tool.name == 't.put'", valid_for=60.0),
    )
    world.returns("look")
    world.returns("cheap")
    assert [("finance", "pay", ("sub!0",))] == waiting(world)
    world.crashes()
    world.answers("approve")
    assert ["pay"] == world.in_flight()
    world.fails("pay", "unavailable", happened=False)
    world.tick()
    assert ["pay"] == world.in_flight()
    world.fails("pay", "invalid")
    (review,) = world.state.reviews.values()
    assert ("pay/other", (0,), ("sub!0", "sub!1")) == (review.address, review.triggers, review.guards)
    world.answers("approve")
    assert ["pay/other"] == world.in_flight()


@pytest.mark.parametrize(
    "when", ["inputs.amount > 5", "facts.dear | default(false)", "spent.cost > 5", "item is defined"]
)
def test_a_trigger_that_reads_its_own_plan_holds_in_a_child(when: str) -> None:
    """What belongs to the parent's plan or run cannot be seen, also where a default would take its place."""
    world = below(PAY, Guard(mark="sub!0", when=when, to="ops", reason="dear"), inputs={"amount": 1})
    (review,) = world.state.reviews.values()
    assert "belongs to a run above and cannot be seen from here" in review.reason
    world.answers("reject")
    assert "rejected" == world.outcome.error.code


def test_a_guard_sees_its_call_and_the_time() -> None:
    """And can say what it sees."""
    names = GuardNames({"args": {"a": 1}}, 0.0)
    assert ["args", "now"] == list(names)
    assert (2, {"a": 1}, "1970-01-01T00:00:00.000Z") == (len(names), names["args"], names["now"])
    with pytest.raises(Fault):
        names["spent"]


def test_a_guard_stands_beside_the_policy() -> None:
    """Both ask; a change of the policy leaves the guards."""
    world = below("steps: [{id: a, tool: t.read}, {id: pay, tool: t.write}]", Guard(mark="sub!0", to="ops"))
    rules = policy([PolicyRule(name="all", to="law", when="tool.effect == 'write'")])
    world.observe(PolicyInForce(policy=rules.hash, rules=rules.rules))
    world.returns("a")
    assert [("ops", "pay", ("sub!0",)), ("law", "pay", ())] == waiting(world)


def test_a_guard_that_is_drawn_not_to_ask_is_not_drawn_again() -> None:
    """The draw hangs on the run, the address and the guard alone."""
    world = below(PAY, Guard(mark="sub!0", to="ops", sample=0.0))
    assert (["pay"], "sub!0") == (world.in_flight(), world.last(ReviewSampledOut).rule)
    world.fails("pay", "unavailable", happened=False)
    assert 1 == world.count(ReviewSampledOut)


def test_undoing_is_not_guarded_as_it_is_not_in_the_parent_either() -> None:
    """A trigger is about the call that makes an effect."""
    world = below(
        "steps: [{id: a, tool: t.put, compensate: {tool: t.undo}}, {id: b, stop: {status: aborted, reason: no}}]",
        Guard(mark="sub!0", to="ops", when="tool.name != 't.put'"),
    )
    world.returns("a")
    assert ["a~undo"] == world.in_flight()


def test_a_guard_says_who_is_asked_whether_a_write_took_place() -> None:
    """Where no trigger of the child's own says it."""
    guards = [
        Guard(mark="sub!0", on="unknown_outcome", to="nobody", when="error.code == 'other'"),
        Guard(mark="sub!1", to="nobody", when="amount"),
        Guard(mark="sub!2", on="unknown_outcome", to="bank", separate=True),
    ]
    world = below("steps: [{id: pay, tool: t.once}]", *guards)
    world.fails("pay", "unavailable")
    (review,) = world.state.reviews.values()
    assert ("unknown", "bank", ("u",)) == (review.kind, review.to, review.excluded)
    alone = below("steps: [{id: pay, tool: t.once}]", guards[0])
    alone.fails("pay", "unavailable")
    assert ["requester"] == [review.to for review in alone.state.reviews.values()]


def test_people_choose_from_what_a_guard_says_of_the_call() -> None:
    """Options are rendered from the call's arguments; what they read of the parent's plan leaves nothing to choose."""
    parent = World(
        """
steps:
  - id: sub
    plan: part
    human: [{decision: choose, options: "{{ [{'amount': args.amount}, {'amount': 1}] }}", to: ops}]
"""
    )
    (guard,) = started(parent).lineage.guards
    world = below(PAY, guard)
    world.answers("choose", "2")
    assert {"amount": 1} == world.state.frames["pay"].call.args
    blind = below(PAY, Guard(mark="sub!0", decision="choose", options="{{ steps.a.output }}"))
    assert [()] == [review.options for review in blind.state.reviews.values()]


def test_what_is_doubtful_about_a_childs_inputs_is_known_below() -> None:
    """A trigger that asks for labels or confidence sees through the child, and the child's child."""
    parent = World(
        """
facts:
  who: {infer: {tool: t.read}}
steps:
  - {id: page, tool: t.web}
  - {id: sub, plan: part, with: {x: "{{ steps.page.output }}", y: "{{ facts.who }}"}}
"""
    )
    parent.returns("page", "text")
    parent.returns("~facts/who/infer", 1, confidence=0.4)
    lineage = started(parent).lineage
    assert ({"x": ("untrusted",), "y": ("inferred",)}, {"y": 0.4}) == (lineage.doubts, lineage.certainties)
    assert ((), 1.0) == (lineage.labels, lineage.confidence), "nothing is said of what is around the step"
    plan = "inputs: {x: {}}\nsteps: [{id: pay, tool: t.write, with: {x: '{{ inputs.x }}'}}]"
    guards = [Guard(mark="sub!0", when="'untrusted' in labels", to="ops"), Guard(mark="sub!1", when="confidence < 0.5")]
    world = below(plan, *guards, inputs={"x": 1}, doubts={"x": ("untrusted",)}, confidence=0.4)
    assert [("ops", "pay", ("sub!0",)), ("requester", "pay", ("sub!1",))] == waiting(world)
    plain = below(plan, *guards, inputs={"x": 1})
    assert ["pay"] == plain.in_flight()
    middle = below(
        "inputs: {x: {}}\nsteps: [{id: sub, plan: part, with: {x: '{{ inputs.x }}'}}]",
        labels=("untrusted",),
        inputs={"x": 1},
    )
    assert {"x": ("untrusted",)} == started(middle).lineage.doubts


def test_labels_go_down_with_each_input_of_a_child_on_its_own() -> None:
    """What is given stays given beside what is not: a call below is asked about for what it reads itself, no more."""
    about = {"doubts": {"page": ("untrusted",), "guess": ("inferred",)}, "certainties": {"guess": 0.4}}
    inputs = {"page": "text", "guess": 1, "sure": 2}
    guards = [Guard(mark="sub!0", when="'untrusted' in labels", to="ops"), Guard(mark="sub!1", when="confidence < 0.5")]

    def asked(read: str) -> tuple[set[str], list[str], tuple[str, ...]]:
        plan = f"inputs: {{page: {{}}, guess: {{}}, sure: {{}}}}\nsteps: [{{id: pay, tool: t.write, with: {{x: '{read}'}}}}]"
        world = below(plan, *guards, inputs=inputs, **about)
        reads = next(entry.event.reads for entry in reversed(world.entries) if getattr(entry.event, "reads", ()))
        return {review.to for review in world.state.reviews.values()}, world.in_flight(), reads

    assert (set(), ["pay"], ("inputs.sure",)) == asked("{{ inputs.sure }}")
    assert ({"ops"}, [], ("inputs.page",)) == asked("{{ inputs.page }}")
    assert ({"requester"}, [], ("inputs.guess",)) == asked("{{ inputs.guess }}")
    everything = ({"ops", "requester"}, [])
    assert everything == asked("{{ inputs }}")[:2]
    assert everything == asked("{{ inputs | length }}")[:2]
    deeper = below("inputs: {a: {}, b: {}}\nsteps: [{id: sub, plan: part, with: {x: '{{ inputs.a }}', y: '{{ inputs.b }}', z: 1}}]",
                   inputs={"a": 1, "b": 2}, doubts={"a": ("untrusted",)}, certainties={"b": 0.3})  # fmt: skip
    lineage = started(deeper).lineage
    assert ({"x": ("untrusted",)}, {"y": 0.3}) == (lineage.doubts, lineage.certainties)


def test_what_is_doubtful_about_whether_a_child_runs_is_known_of_all_that_it_does() -> None:
    """The step's condition, and those around it: also for a call that reads no input, and for the next try."""
    steps = "{id: sub, plan: part, when: \"steps.page.output == 'go'\", retry: {attempts: 2, on: [conflict]}}"
    around = "{id: b, when: \"steps.page.output == 'go'\", do: [{id: sub, plan: part, retry: {attempts: 2, on: [conflict]}}]}"
    for step, address in ((steps, "sub"), (around, "b/sub")):
        parent = World(f"steps: [{{id: page, tool: t.web}}, {step}]")
        parent.returns("page", "go")
        lineage = started(parent).lineage
        assert (("untrusted",), 1.0) == (lineage.text_labels, lineage.text_confidence)
        world = below(PAY, Guard(mark="sub!0", when="'untrusted' in labels"), text_labels=lineage.text_labels)
        assert [("requester", "pay", ("sub!0",))] == waiting(world)
        parent.child_ends(address, "failed", error=Failure(code="conflict"))
        parent.tick()
        assert ("untrusted",) == started(parent).lineage.text_labels
