"""Triggers, approvals and questions: 2-plan-language 7 and rules 8 to 11 of the hard cases."""

from __future__ import annotations

import pytest

from holdfast.core.actions import CallTool
from holdfast.core.events import CallIntended, RetryPlanned, ReviewSampledOut, ReviewSettled
from holdfast.core.keys import call_digest
from tests.core.world import World

PAY = """
steps:
  - id: pay
    tool: t.write
    with: {amount: 700}
    human: [%s]
    fallback: [{id: other, tool: t.read}]
"""


def _pay(trigger: str) -> World:
    return World(PAY % trigger)


def _args(world: World) -> object:
    action = world.turn.actions[-1]
    assert isinstance(action, CallTool)
    return action.args


def test_a_dear_payment_waits_for_its_approval() -> None:
    """`before`: nothing is called until somebody approved, and then exactly what was approved."""
    world = _pay("{when: amount > 500, to: finance, timeout: 1h, reason: Dear}")
    review = next(iter(world.state.reviews.values()))
    assert ([], "finance", "Dear", {"amount": 700}) == (world.in_flight(), review.to, review.reason, review.args)
    assert review.digest == call_digest("t.write", "1", "u:demo:t:pay", {"amount": 700})
    world.answers("approve")
    assert (["pay"], {"amount": 700}) == (world.in_flight(), _args(world))


def test_a_cheap_payment_does_not_wait() -> None:
    """A trigger whose condition does not hold asks nobody."""
    assert _pay("{when: amount > 900, to: finance, timeout: 1h}").in_flight() == ["pay"]


def test_a_rejection_fails_the_step_and_its_fallback_applies() -> None:
    """`reject` gives `rejected`."""
    world = _pay("{to: finance, timeout: 1h}")
    world.answers("reject", "too dear")
    assert world.in_flight() == ["pay/other"]


def test_an_edit_is_bound_to_its_own_arguments() -> None:
    """`edit` gives new arguments, and the approval is theirs."""
    world = _pay("{to: finance, timeout: 1h}")
    world.answers("edit", {"amount": 10})
    assert (["pay"], {"amount": 10}) == (world.in_flight(), _args(world))
    assert world.last(ReviewSettled).digest == call_digest("t.write", "1", "u:demo:t:pay", {"amount": 10})


def test_an_edit_voids_approvals_already_given() -> None:
    """All triggers have to be satisfied for the same arguments; an edit starts the others anew (rule 9)."""
    world = _pay("{to: finance, timeout: 1h}, {to: legal, timeout: 1h}")
    assert [review.to for review in world.state.reviews.values()] == ["finance", "legal"]
    world.answers("approve", review="r.1")
    assert world.in_flight() == []
    world.answers("edit", {"amount": 10}, review="r.2")
    assert [review.to for review in world.state.reviews.values()] == ["finance"]
    world.answers("approve", review="r.3")
    assert (["pay"], {"amount": 10}) == (world.in_flight(), _args(world))


def test_triggers_of_one_queue_are_one_review_and_the_strictest_timeout_wins() -> None:
    """One question for two reasons (rule 9)."""
    world = _pay(
        "{to: f, timeout: 1h, on_timeout: approve, reason: A}, {to: f, timeout: 2h, on_timeout: reject, reason: B}"
    )
    review = next(iter(world.state.reviews.values()))
    assert ("A; B", "reject", 3600.0) == (review.reason, review.on_timeout, (review.due or 0) - world.now)


def test_a_trigger_that_cannot_be_evaluated_holds() -> None:
    """The fault is in the reason (rule 9)."""
    world = _pay("{when: args.nothing.there > 1, to: f, timeout: 1h, reason: Hm}")
    reason = next(iter(world.state.reviews.values())).reason
    assert "could not be evaluated" in reason


def test_a_choice_before_a_call_is_a_prepared_edit() -> None:
    """`choose`: the option taken is laid over the arguments."""
    world = _pay("{decision: choose, options: [{id: half, amount: 350}, {id: none, amount: 0}], to: f, timeout: 1h}")
    world.answers("choose", "half")
    assert _args(world) == {"amount": 350, "id": "half"}


def test_an_answer_before_a_call_is_laid_over_the_arguments() -> None:
    """`answer`: what the person gave, as far as it is a map."""
    world = _pay("{decision: answer, schema: {type: object}, to: f, timeout: 1h}")
    world.answers("answer", {"amount": 5})
    assert _args(world) == {"amount": 5}


@pytest.mark.parametrize(
    ("on_timeout", "then"),
    [("reject", ["pay/other"]), ("fallback", ["pay/other"]), ("approve", ["pay"]), ("abort", [])],
)
def test_silence_has_its_stated_consequence(on_timeout: str, then: list[str]) -> None:
    """`on_timeout`, and `abort` ends the run."""
    world = _pay(f"{{to: f, timeout: 1h, on_timeout: {on_timeout}}}")
    world.tick()
    assert world.in_flight() == then
    assert (world.status == "aborted") == (on_timeout == "abort")


def test_an_approval_that_has_expired_is_asked_for_again() -> None:
    """`valid_for` is checked at the moment of the first call, here after waiting for another approval (rule 11)."""
    world = _pay("{to: finance, timeout: 1h, valid_for: 1m}, {to: legal, timeout: 1h}")
    world.answers("approve", review="r.1")
    world.now += 120
    world.answers("approve", review="r.2")
    assert [review.to for review in world.state.reviews.values()] == ["finance"]


def test_the_alternative_flight_needs_the_approval_too() -> None:
    """A step's triggers guard every writing call inside it, each on its own arguments (rule 8)."""
    world = World(
        """
steps:
  - id: book
    tool: t.write
    with: {amount: 100}
    human: [{when: amount > 500, to: finance, timeout: 1h}]
    fallback:
      - id: next_best
        do:
          - {id: look, tool: t.read}
          - {id: rebook, tool: t.write, with: {amount: 900}}
"""
    )
    assert world.in_flight() == ["book"]
    world.fails("book", "conflict")
    world.returns("book/next_best/look")
    review = next(iter(world.state.reviews.values()))
    assert ([], {"amount": 900}, "book/next_best/rebook") == (world.in_flight(), review.args, review.address)


def test_inherited_triggers_guard_writes_only_and_own_ones_reads_too() -> None:
    """A plan's trigger leaves reads alone; a read's own trigger does not."""
    world = World(
        """
human: [{to: f, timeout: 1h}]
steps:
  - {id: a, tool: t.read}
  - {id: b, tool: t.read, human: [{to: g, timeout: 1h}]}
"""
    )
    assert world.in_flight() == ["a"]
    world.returns("a")
    assert [review.to for review in world.state.reviews.values()] == ["g"]
    world.answers("approve")
    assert world.in_flight() == ["b"]


def test_sampling_is_drawn_from_the_run_and_recorded() -> None:
    """`sample: 0` never asks and `sample: 1` always; the draw is on record either way."""
    world = _pay("{to: f, timeout: 1h, sample: 0.0}")
    assert (["pay"], 1) == (world.in_flight(), world.count(ReviewSampledOut))
    assert len(_pay("{to: f, timeout: 1h, sample: 1.0}").state.reviews) == 1


FAILING = (
    "steps: [{id: a, tool: t.read, human: [{on: failure, to: ops, timeout: 1h%s}], fallback: [{id: b, set: {x: 1}}]}]"
)


def test_on_failure_a_person_may_order_another_try() -> None:
    """`retry` goes on at once."""
    world = World(FAILING % "")
    world.fails("a", "invalid")
    world.answers("retry")
    world.tick()
    assert (["a"], 2) == (world.in_flight(), world.last(CallIntended).attempt)


def test_on_failure_a_person_may_give_the_output() -> None:
    """`output` is the step's output, by hand."""
    world = World(FAILING % "")
    world.fails("a", "invalid")
    world.answers("output", 42)
    assert ("person", 42) == (world.state.scope.results["a"]["via"], world.state.scope.results["a"]["output"])


def test_on_failure_a_person_may_take_the_fallback_or_abort() -> None:
    """`fallback` and `abort`, and silence with `abort`."""
    world = World(FAILING % "")
    world.fails("a", "invalid")
    world.answers("fallback")
    assert world.state.facts == {"x": 1}
    world = World(FAILING % "")
    world.fails("a", "invalid")
    world.answers("abort")
    assert world.outcome.status == "aborted"
    world = World(FAILING % ", on_timeout: abort")
    world.fails("a", "invalid")
    world.tick()
    assert world.outcome.status == "aborted"


def test_the_policy_comes_before_the_person() -> None:
    """A person is asked once retries are used up."""
    world = World("steps: [{id: a, tool: t.read, retry: 2, human: [{on: failure, to: ops, timeout: 1h}]}]")
    world.fails("a", "timeout")
    assert world.count(RetryPlanned) == 1
    world.tick()
    world.fails("a", "timeout")
    assert [review.kind for review in world.state.reviews.values()] == ["failure"]


AFTER = "steps: [{id: a, tool: t.write, human: [{on: after, when: output > 5, to: ops, timeout: 1h, on_timeout: %s}]}]"


def test_an_output_is_accepted_edited_or_rejected() -> None:
    """`after`: the effect has taken place whatever is said of its output."""
    for decision, status, output in (("approve", "succeeded", 9), ("edit", "succeeded", 1), ("reject", "failed", None)):
        world = World(AFTER % "reject")
        world.returns("a", 9)
        world.answers(decision, 1)
        assert (status, output) == (world.outcome.status, world.state.scope.results["a"]["output"])
        assert world.ledger["t.write", "u:demo:t:a"] == "succeeded"


@pytest.mark.parametrize(
    ("on_timeout", "status"), [("approve", "succeeded"), ("reject", "failed"), ("abort", "aborted")]
)
def test_silence_about_an_output(on_timeout: str, status: str) -> None:
    """`on_timeout` holds for outputs as well."""
    world = World(AFTER % on_timeout)
    world.returns("a", 9)
    world.tick()
    assert world.outcome.status == status


def test_a_block_may_have_its_output_looked_at() -> None:
    """`after` on a block, with the block's own output."""
    world = World(
        """
steps:
  - id: block
    human: [{on: after, to: ops, timeout: 1h}]
    do: [{id: a, set: {x: 1}}]
    output: {seen: "{{ facts.x }}"}
"""
    )
    review = next(iter(world.state.reviews.values()))
    assert review.context == {"output": {"seen": 1}}
    world.answers("approve")
    assert world.state.scope.results["block"]["output"] == {"seen": 1}


def test_a_question_with_options_takes_an_id_a_field_or_a_number() -> None:
    """An answer names an option by id, by its `id` field, or by its number (rule 27)."""
    for answer, expected in (
        ("F8", {"id": "F8", "price": 2}),
        ("2", {"id": "F9", "price": 3}),
        (1, {"id": "F8", "price": 2}),
    ):
        world = World(
            "steps: [{id: a, ask: {to: r, question: q, options: [{id: F8, price: 2}, {id: F9, price: 3}], timeout: 1m}}]"
        )
        world.answers("choose", answer)
        assert world.state.scope.results["a"]["output"] == expected


def test_options_of_every_form() -> None:
    """`{id, label, value}`, plain values, maps with a label, and lists."""
    world = World(
        """
steps:
  - id: a
    ask:
      to: r
      question: q
      timeout: 1m
      options: [{id: one, label: First, value: 1}, two, {label: Third, n: 3}, [4], {id: five, value: 5}]
"""
    )
    review = next(iter(world.state.reviews.values()))
    assert [
        ("one", "First", 1),
        ("two", "two", "two"),
        ("3", "Third", {"label": "Third", "n": 3}),
        ("4", "[4]", [4]),
        ("five", "five", 5),
    ] == [(option["id"], option["label"], option["value"]) for option in review.options or ()]


def test_an_open_question_takes_its_answer() -> None:
    """`schema` instead of options."""
    world = World(
        "steps: [{id: a, ask: {to: r, question: 'q {{ 1 + 1 }}', schema: {type: integer}, context: {c: 1}, timeout: 1m}}]"
    )
    review = next(iter(world.state.reviews.values()))
    assert ("answer", "q 2", {"c": 1}) == (review.kind, review.question, review.context)
    world.answers("answer", 7)
    assert world.state.scope.results["a"]["output"] == 7


@pytest.mark.parametrize(
    ("more", "status", "output"),
    [
        ("", "failed", None),
        (", on_timeout: default, default: z", "succeeded", "z"),
        (", on_timeout: abort", "aborted", None),
    ],
)
def test_a_question_that_nobody_answers(more: str, status: str, output: object) -> None:
    """The default, a failure with `expired`, or the end of the run."""
    world = World(f"steps: [{{id: a, ask: {{to: r, question: q, options: [x], timeout: 1m{more}}}}}]")
    world.tick()
    assert world.outcome.status == status
    if status == "failed":
        assert world.outcome.error.code == "expired"
    if output:
        assert world.state.scope.results["a"]["output"] == output


def test_nothing_to_choose_from_fails_the_step() -> None:
    """Empty options, and options that are no list."""
    for options in ("[]", "'{{ inputs.n }}'"):
        world = World(
            f"inputs: {{n: {{type: integer}}}}\nsteps: [{{id: a, ask: {{to: r, question: q, options: {options}, timeout: 1m}}}}]",
            {"n": 1},
        )
        assert world.outcome.error.code == "failed_precondition"


def test_the_same_answer_twice_and_answers_to_nothing_are_harmless() -> None:
    """Reviews take one answer; unknown reviews and decisions are recorded and ignored."""
    world = World("steps: [{id: a, ask: {to: r, question: q, options: [x], timeout: 1m}}, {id: b, tool: t.read}]")
    world.answers("approve")
    assert world.in_flight() == []
    world.answers("choose", "x", review="r.77")
    assert world.in_flight() == []
    world.answers("choose", "x")
    assert world.in_flight() == ["b"]
    world.answers("choose", "x", review="r.1")
    assert world.in_flight() == ["b"]


def test_confidence_is_the_least_of_what_is_read() -> None:
    """`confidence` before a call (rule 9)."""
    plan = """
steps:
  - {id: guess, tool: t.read}
  - {id: w, tool: t.write, with: {x: "{{ steps.guess.output }}"}, human: [{when: confidence < 0.8, to: f, timeout: 1m}]}
"""
    world = World(plan)
    world.returns("guess", 1, confidence=0.5)
    assert len(world.state.reviews) == 1
    world = World(plan)
    world.returns("guess", 1, confidence=0.9)
    assert world.in_flight() == ["w"]
