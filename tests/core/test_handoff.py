"""A run in the hands of a person: given by a step, by a trigger, or because the plan failed (2-plan-language 7)."""

from __future__ import annotations

import pytest

from holdfast.core.events import CallIntended, ReviewRequested, ReviewSettled
from tests.core.world import World

STEP = """
steps:
  - {id: look, tool: t.read}
  - id: hand
    handoff:
      to: ops
      reason: "it is {{ steps.look.output }}"
      context: {seen: "{{ steps.look.output }}"}
      timeout: 1h
output: "{{ steps.hand.output }}"
"""
FAILING = """
on_failure: handoff
steps:
  - {id: pay, tool: t.write, with: {amount: 1}}
  - {id: look, tool: t.read}
output: "{{ steps.look.output }}"
"""


def handed(text: str) -> World:
    """A world whose run stands at its handoff."""
    world = World(text)
    world.returns("look", "odd")
    return world


def test_a_handoff_parks_the_run_with_what_the_person_needs() -> None:
    """Queue, reason and context as the author has them; the run waits."""
    world = handed(STEP)
    review = world.last(ReviewRequested).review
    assert ("handoff", "ops", ("output", "close"), {"seen": "odd"}) == (
        review.kind,
        review.to,
        review.decisions,
        review.context,
    )
    assert "it is odd" in review.question
    assert "waiting" == world.status


def test_what_the_person_gives_back_is_the_steps_output() -> None:
    """The run goes on."""
    world = handed(STEP)
    world.answers("output", {"done": True})
    assert ("succeeded", {"done": True}) == (world.outcome.status, world.outcome.output)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"status": "succeeded", "output": 5}, ("succeeded", 5, None)),
        ({"status": "aborted", "reason": "enough"}, ("aborted", None, "enough")),
        (None, ("failed", None, "closed by a person")),
    ],
)
def test_a_person_closes_the_run(value: object, expected: tuple[str, object, str | None]) -> None:
    """With a status, an output and a reason of theirs; failed, where they say nothing."""
    world = handed(STEP)
    world.answers("close", value)
    outcome = world.outcome
    assert expected == (outcome.status, outcome.output, outcome.error and outcome.error.message)
    assert "person" == outcome.via


def test_a_handoff_that_does_not_come_back_fails_or_aborts() -> None:
    """`on_timeout`; a fallback may take over."""
    world = handed(STEP)
    world.tick()
    assert ("failed", "expired") == (world.outcome.status, world.outcome.error.code)
    aborting = handed(STEP.replace("timeout: 1h", "timeout: 1h, on_timeout: abort".replace(", ", "\n      ")))
    aborting.tick()
    assert "aborted" == aborting.outcome.status


def test_a_handoff_that_is_stopped_is_withdrawn() -> None:
    """Nobody needs to see to a run that was cancelled."""
    world = handed(STEP)
    world.signals("cancel")
    assert "withdrawn" == world.last(ReviewSettled).outcome
    assert "cancelled" == world.outcome.status


def test_a_handoff_whose_reason_cannot_be_made_fails() -> None:
    """As every template does."""
    world = World("steps: [{id: look, tool: t.read}, {id: hand, handoff: {reason: '{{ steps.look.output.x }}'}}]")
    world.returns("look", {})
    assert "invalid" == world.outcome.error.code


def test_a_failed_plan_is_handed_over_and_tried_again_where_it_failed() -> None:
    """What was written stays written; the rest runs again. A second failure hands it over again."""
    world = World(FAILING)
    world.returns("pay", "P1")
    for _ in range(2):
        world.fails("look", "denied")
        review = world.last(ReviewRequested).review
        assert ("", "handoff", ("retry", "output", "close")) == (review.address, review.kind, review.decisions)
        world.answers("retry")
        world.tick()
    assert ["look"] == world.in_flight()
    assert 1 == world.count(CallIntended, lambda event: event.tool == "t.write")
    world.returns("look", 3)
    assert ("succeeded", 3) == (world.outcome.status, world.outcome.output)


def test_a_failed_plan_is_given_its_output_or_closed() -> None:
    """The person's ending is the run's."""
    given = World(FAILING)
    given.returns("pay")
    given.fails("look", "denied")
    given.answers("output", 7)
    assert ("succeeded", 7, "person") == (given.outcome.status, given.outcome.output, given.outcome.via)
    closed = World(FAILING)
    closed.returns("pay")
    closed.fails("look", "denied", message="no")
    closed.answers("close")
    assert ("failed", "denied", "no") == (
        closed.outcome.status,
        closed.outcome.error.code,
        closed.outcome.error.message,
    )


def test_a_plan_that_runs_out_of_time_is_handed_over_without_another_try() -> None:
    """Everything in it was stopped first; then the person gives the output, and cleanup runs."""
    world = World(FAILING.replace("steps:", "deadline: 5s\ncleanup: [{id: tidy, tool: t.put}]\nsteps:", 1))
    world.returns("pay")
    world.tick()
    assert ("output", "close") == world.last(ReviewRequested).review.decisions
    world.answers("output", 1)
    world.returns("~cleanup/tidy")
    assert ("succeeded", 1) == (world.outcome.status, world.outcome.output)


def test_cancelling_what_was_handed_over_at_its_end_lets_it_end() -> None:
    """The ending that was decided holds."""
    world = World(FAILING.replace("steps:", "deadline: 5s\nsteps:", 1))
    world.returns("pay")
    world.tick()
    world.signals("cancel")
    assert ("failed", "timeout") == (world.outcome.status, world.outcome.error.code)


@pytest.mark.parametrize(
    ("on", "decision", "value", "expected"),
    [
        ("before", "approve", None, ["pay"]),
        ("before", "output", 4, []),
        ("failure", "retry", None, ["pay"]),
        ("failure", "output", 4, []),
        ("after", "approve", None, []),
        ("after", "output", 4, []),
    ],
)
def test_a_trigger_hands_the_run_over(on: str, decision: str, value: object, expected: list[str]) -> None:
    """Before a call, after a failure, after an output: the person goes on with it or gives the output themselves."""
    trigger = f"human: [{{on: {on}, decision: handoff, reason: mine}}]"
    world = World(f"steps: [{{id: pay, tool: t.write, {trigger}}}]\noutput: '{{{{ steps.pay.output }}}}'")
    if on != "before":
        world.returns("pay", 1) if on == "after" else world.fails("pay", "denied")
    review = world.last(ReviewRequested).review
    assert ("handoff", True) == (review.kind, decision in review.decisions)
    world.answers(decision, value)
    if decision == "retry":
        world.tick()
    assert expected == world.in_flight()
    assert (value or 1 if not expected else None) == (world.outcome.output if not expected else None)


@pytest.mark.parametrize("on", ["before", "failure", "after"])
def test_a_person_closes_the_run_at_a_trigger(on: str) -> None:
    """Whatever stands open there is closed with it."""
    trigger = f"human: [{{on: {on}, decision: handoff, reason: mine}}, {{to: other, on: before, timeout: 1h}}]"
    world = World(f"steps: [{{id: pay, tool: t.write, {trigger}}}]")
    if on != "before":
        world.answers("approve")
        world.returns("pay", 1) if on == "after" else world.fails("pay", "denied")
    mine = next(review.id for review in world.state.reviews.values() if review.kind == "handoff")
    world.answers("close", {"status": "succeeded", "output": 2}, review=mine)
    assert ("succeeded", 2, {}) == (world.outcome.status, world.outcome.output, world.state.reviews)


def test_a_person_who_is_asked_about_a_failed_plan_may_try_it_again() -> None:
    """A trigger of the plan itself: its steps run again, its writes keep their results."""
    world = World("human: [{on: failure}]\nsteps: [{id: pay, tool: t.write}, {id: look, tool: t.read}]")
    world.returns("pay")
    world.fails("look", "denied")
    world.answers("retry")
    world.tick()
    assert ["look"] == world.in_flight()


def test_a_run_that_is_ending_cannot_be_closed_otherwise() -> None:
    """In the cleanup only the step is done, as with `stop`."""
    world = World("steps: [{id: a, tool: t.read}]\ncleanup: [{id: hand, handoff: {reason: x}}, {id: b, tool: t.put}]")
    world.returns("a")
    world.answers("close", {"status": "failed"})
    world.returns("~cleanup/b")
    assert "succeeded" == world.outcome.status
