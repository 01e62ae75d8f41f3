"""Corners that were open once: what happens where two features meet."""

from __future__ import annotations

import pytest

from holdfast.core.actions import CallTool
from holdfast.core.events import CallIntended, EffectKnown, EffectUnusable, ReviewRequested, StepSkipped
from tests.core.world import World

KEY = "u:demo:t:w"
KNOWN = EffectKnown(tool="t.write", key=KEY, value=5)


def _reused(step: str) -> World:
    """A run whose write `w` another run has made already."""
    world = World(
        f"steps: [{{id: first, tool: t.read}}, {{id: w, tool: t.write, {step}}}]\noutput: '{{{{ steps.w }}}}'"
    )
    world.observe(KNOWN)
    world.returns("first")
    return world


# --- a result out of the ledger ---------------------------------------------------------------------------------------


def test_a_reused_result_is_looked_at_like_any_other() -> None:
    """`on: after` asks about what the step gives, wherever that comes from."""
    world = _reused("human: [{on: after, reason: Look}]")
    (review,) = world.state.reviews.values()
    assert ("output", {"output": 5}) == (review.kind, review.context)
    world.answers("approve")
    assert (5, "reused") == (world.outcome.output["output"], world.outcome.output["via"])


def test_a_reused_result_can_be_refused() -> None:
    """Rejecting it fails the step; nothing is called."""
    world = _reused("human: [{on: after}]")
    world.answers("reject")
    assert ("failed", 0) == (world.outcome.status, world.count(CallIntended, lambda event: event.tool == "t.write"))


def test_a_write_that_an_operator_settled_is_looked_at_too() -> None:
    """An operator says `succeeded` of an unknown write; the trigger still has its say."""
    world = World("steps: [{id: w, tool: t.write, human: [{on: after}]}]")
    world.fails("w", "timeout")
    world.observe(KNOWN)
    world.tick()
    assert ["output"] == [review.kind for review in world.state.reviews.values()]
    world.answers("approve")
    assert "succeeded" == world.outcome.status


# --- an effect whose result cannot be used ----------------------------------------------------------------------------


def _unusable(step: str = "id: w, tool: t.write", rest: str = "") -> World:
    """A run whose write `w` another run has made, with a result that cannot be used."""
    world = World(f"steps: [{{id: first, tool: t.read}}, {{{step}}}{rest}]\noutput: '{{{{ steps.w }}}}'")
    world.observe(EffectUnusable(tool="t.write", key=KEY, run="other"))
    world.returns("first")
    return world


def test_an_unusable_result_is_not_succeeded_with_nothing() -> None:
    """The ledger tells other runs that it took place, and that what it gave is no result."""
    world = World("steps: [{id: w, tool: t.write}]")
    world.fails("w", "bad_output")
    assert "unusable" == world.ledger["t.write", KEY]
    world.answers("output", 5)
    assert "succeeded" == world.ledger["t.write", KEY]


def test_a_shared_unusable_result_is_asked_for() -> None:
    """The person's value is the step's output; nothing is called, and the ledger row stays the other run's."""
    world = _unusable()
    (review,) = world.state.reviews.values()
    assert (("output", "fail"), "run other made it" in review.question) == (review.decisions, True)
    world.answers("output", {"id": 3})
    assert ({"id": 3}, "reused") == (world.outcome.output["output"], world.outcome.output["via"])
    assert ({}, 0) == (world.ledger, world.count(CallIntended, lambda event: event.tool == "t.write"))


def test_a_shared_unusable_result_that_nobody_knows_fails_the_step() -> None:
    """Its fallback sees `bad_output`."""
    world = _unusable("id: w, tool: t.write, fallback: [{id: f, when: error.code == 'bad_output', set: {x: 1}}]")
    world.answers("fail")
    assert ("succeeded", {"x": 1}) == (world.outcome.status, world.state.facts)


def test_a_shared_unusable_result_fails_without_a_fallback() -> None:
    """The message says what a person could not."""
    world = _unusable()
    world.answers("fail")
    assert ("bad_output", "its result cannot be used, and a person gave none") == (
        world.outcome.error.code, world.outcome.error.message,
    )  # fmt: skip


def test_what_another_run_made_is_not_undone_here() -> None:
    """Compensation belongs to the call that made the effect (rule 14)."""
    undo = "compensate: {tool: t.undo, with: {}}"
    world = _unusable(f"id: w, tool: t.write, {undo}", ", {id: last, tool: t.read}")
    world.answers("output", 1)
    world.signals("cancel")
    assert ("cancelled", {}) == (world.outcome.status, world.ledger)


def test_a_run_that_ends_does_not_ask_what_another_made() -> None:
    """The review is withdrawn, `compensate` or not."""
    world = _unusable("id: w, tool: t.write, compensate: {tool: t.undo, with: {}}")
    world.signals("cancel")
    assert "cancelled" == world.outcome.status


# --- a condition that could not be evaluated --------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["tool: t.read", "do: [{id: b, tool: t.read}]", "ask: {question: q, schema: {}}"])
def test_the_next_try_looks_at_a_condition_that_could_not_be_evaluated(action: str) -> None:
    """A step never begins without its `when`: neither by a retry nor by a person."""
    world = World(
        "steps:\n- {id: n, set: {n: nought}}\n"
        f"- {{id: a, when: facts.n > 1, {action}, retry: {{attempts: 2, on: [invalid], delay: 1s, jitter: none}}}}"
    )
    world.tick()
    assert ("failed", 0, "a") == (world.outcome.status, world.count(CallIntended), world.outcome.error.address)
    assert 0 == world.count(ReviewRequested)


@pytest.mark.parametrize(("n", "begun"), [(2, 1), (1, 0)])
@pytest.mark.parametrize("action", ["tool: t.read", "do: [{id: b, tool: t.read}]"])
def test_a_condition_that_can_be_evaluated_by_then_decides(action: str, n: int, begun: int) -> None:
    """It holds: the step begins. It does not: the step is skipped, and the block goes on."""
    world = World(
        "steps:\n- {id: n, set: {n: nought}}\n"
        "- id: p\n  parallel:\n"
        f"    l: [{{id: a, when: facts.n > 1, {action}, retry: {{attempts: 2, on: [invalid], delay: 9s}}}}]\n"
        f"    r: [{{id: c, tool: t.read}}, {{id: m, set: {{n: {n}}}}}]"
    )
    world.returns("p/r/c")
    world.tick()
    assert (begun, 1 - begun) == (len(world.in_flight()), world.count(StepSkipped))
    assert ("running" if begun else "succeeded") == world.status


def test_a_condition_that_held_is_not_asked_again() -> None:
    """A step that has begun is not skipped by its own retry, whatever has changed since."""
    world = World(
        "steps: [{id: a, when: spent.failures < 1, retry: {attempts: 2, delay: 1s}, do: [{id: b, tool: t.read}]}]"
    )
    world.fails("a/b", "timeout")
    world.tick()
    assert ["a/b"] == world.in_flight()


# --- questions --------------------------------------------------------------------------------------------------------


def test_a_question_carries_its_default() -> None:
    """What is taken when nobody answers is shown to who is asked."""
    world = World("steps: [{id: a, ask: {question: q, schema: {}, default: '{{ run.user }}', timeout: 1m}}]")
    assert ["u"] == [review.default for review in world.state.reviews.values()]
    world.tick()
    assert ("u", "default") == (world.state.scope.results["a"]["output"], world.state.scope.results["a"]["via"])  # type: ignore[index]


def test_a_default_that_cannot_be_made_fails_before_anybody_is_asked() -> None:
    """A mistake in the plan is not found out by silence."""
    world = World(
        "steps: [{id: n, tool: t.read}, {id: a, ask: {question: q, schema: {}, default: '{{ steps.n.output.x }}'}}]"
    )
    world.returns("n", 1)
    assert ("failed", "invalid", 0) == (world.outcome.status, world.outcome.error.code, world.count(ReviewRequested))


# --- approvals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("second", "asked"), [(1, 1), (2, 2)])
def test_an_approval_is_used_for_the_arguments_it_was_given_for_alone(second: int, asked: int) -> None:
    """A block tried again asks again where its write has other arguments by then, and not where it has the same."""
    world = World(
        "steps:\n- id: d\n  retry: {attempts: 2, delay: 1s, jitter: none, on: [conflict]}\n  do:\n"
        "  - {id: r, tool: t.read}\n"
        "  - {id: w, tool: t.write, with: {n: '{{ steps.r.output }}'}, human: [{reason: Look}]}"
    )
    world.returns("d/r", 1)
    world.answers("approve")
    world.fails("d/w", "conflict")
    world.tick()
    world.returns("d/r", second)
    assert (asked, ["d/w"] if asked == 1 else []) == (world.count(ReviewRequested), world.in_flight())


def test_a_write_whose_output_is_rejected_is_not_made_again() -> None:
    """It took place: a policy that speaks of `rejected` does not repeat it."""
    for retry in ("retry: {attempts: 3, on: [rejected], delay: 1s}, ", ""):
        world = World(f"steps: [{{id: w, tool: t.write, {retry}human: [{{on: after}}]}}]")
        world.returns("w", 1)
        world.answers("reject")
        assert ("failed", "rejected", 1) == (world.status, world.outcome.error.code, world.count(CallIntended))


# --- an unusable result in a run that ends ----------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["cancel", "deadline"])
def test_nobody_is_kept_waiting_for_a_result_that_nothing_needs(end: str) -> None:
    """The write took place, that is known; without `compensate` its result matters to nobody once the run ends."""
    world = World("deadline: 1m\nsteps: [{id: w, tool: t.write}]")
    world.fails("w", "bad_output")
    assert ["failure"] == [review.kind for review in world.state.reviews.values()]
    if end == "cancel":
        world.signals("cancel")
    else:
        world.tick()
    assert ("cancelled" if end == "cancel" else "failed") == world.outcome.status
    assert "unusable" == world.ledger["t.write", KEY]


def test_a_result_that_undoing_needs_is_still_asked_for() -> None:
    """With `compensate` the person's value is what the compensation is given."""
    world = World("steps: [{id: w, tool: t.write, compensate: {tool: t.undo, with: {id: '{{ output.id }}'}}}]")
    world.fails("w", "bad_output")
    world.signals("cancel")
    assert ["failure"] == [review.kind for review in world.state.reviews.values()]
    world.answers("output", {"id": 7})
    action = world.turn.actions[0]
    assert isinstance(action, CallTool)
    assert ("t.undo", {"id": 7}) == (action.tool, action.args)
    world.returns("w~undo")
    assert "cancelled" == world.outcome.status


# --- beginning afresh -------------------------------------------------------------------------------------------------

FRESH = """
steps:
  - id: d
    retry: {attempts: 2, delay: 1s, jitter: none, fresh: true}
    fallback: [{id: f, set: {x: 1}}]
    do: [{id: a, tool: t.write, with: {n: 1}}, {id: b, tool: t.read}]
"""


def _stands(text: str = FRESH) -> World:
    world = World(text)
    world.returns("d/a", 1)
    world.fails("d/b", "timeout")
    return world


def test_a_fresh_retry_that_would_repeat_a_write_asks_first() -> None:
    """Whatever could not be known before: a second effect is a person's decision."""
    world = _stands()
    (review,) = world.state.reviews.values()
    assert ("fresh", ("retry", "fail"), ["d/a"]) == (review.kind, review.decisions, review.context["standing"])
    world.answers("retry")
    world.tick()
    assert "u:demo:t:d/a#2" == world.key


def test_a_person_may_let_it_fail_instead() -> None:
    """Then its alternatives apply, and the effect stands once."""
    world = _stands()
    world.answers("fail")
    assert ("succeeded", {"x": 1}, 1) == (world.outcome.status, world.state.facts, len(world.ledger))


def test_what_a_person_left_standing_is_asked_about_too() -> None:
    """A compensation that failed and was left does not become a second effect unseen."""
    world = _stands(FRESH.replace("with: {n: 1}", "compensate: {tool: t.undo, with: {}}"))
    world.fails("d/a~undo", "invalid")
    world.answers("leave")
    assert ["fresh"] == [review.kind for review in world.state.reviews.values()]


def test_a_run_that_ends_does_not_ask_whether_to_begin_afresh() -> None:
    """The question is withdrawn."""
    world = _stands()
    world.signals("cancel")
    assert "cancelled" == world.outcome.status


def test_a_retry_that_a_person_orders_keeps_what_was_written() -> None:
    """Only the policy's own retry undoes and begins afresh."""
    world = World(
        FRESH.replace("attempts: 2", "attempts: 1").replace(
            "fallback: [{id: f, set: {x: 1}}]", "human: [{on: failure}]"
        )
    )
    world.returns("d/a", 1)
    world.fails("d/b", "timeout")
    world.answers("retry")
    world.tick()
    assert ["d/b"] == world.in_flight()


# --- takeovers, deadlines, budgets ------------------------------------------------------------------------------------


def test_a_read_made_again_after_a_takeover_is_clipped_by_its_deadline() -> None:
    """It has what is left, not its whole timeout."""
    world = World("steps: [{id: a, tool: t.read, timeout: 20s, deadline: 30s}]")
    world.now += 25
    world.crashes()
    action = world.turn.actions[0]
    assert isinstance(action, CallTool)
    assert 5.0 == action.timeout


def test_a_read_is_not_made_again_after_its_deadline() -> None:
    """Its time is over: it fails, as if its worker had lived."""
    world = World("steps: [{id: a, tool: t.read, deadline: 30s}]")
    world.now += 30
    world.crashes()
    assert ("timeout", []) == (world.outcome.error.code, world.in_flight())


def test_a_read_is_not_made_again_beyond_the_budget() -> None:
    """Calls are capped exactly, those that a takeover repeats included (rule 18)."""
    world = World("budget: {calls: 1}\nsteps: [{id: a, tool: t.read}]")
    world.crashes()
    assert ("aborted", "budget") == (world.outcome.status, world.outcome.error.code)


def test_a_write_is_settled_past_deadline_and_budget() -> None:
    """Unknown first: what became of a write is found out whatever it costs (rule 1)."""
    world = World("budget: {calls: 1}\ndeadline: 1h\nsteps: [{id: w, tool: t.write, timeout: 20s, deadline: 30s}]")
    world.now += 40
    world.crashes()
    action = world.turn.actions[0]
    assert isinstance(action, CallTool)
    assert (20.0, KEY, 2) == (action.timeout, action.key, world.state.spent.calls)
    world.returns("w", 1)
    assert "succeeded" == world.ledger["t.write", KEY]
