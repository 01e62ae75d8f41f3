"""Facts: lazy resolution by what is given, inferred or asked (rule 20 of the hard cases)."""

from __future__ import annotations

import pytest

from holdfast.core.events import CallIntended, FactMissing, FactNeeded, FactResolved, ReviewRequested, TimerFired
from tests.core.world import World

AIRPORT = (
    "airport: {infer: {tool: t.read, with: {city: NYC}}, ask: {question: Which?, options: [JFK, LGA], timeout: 15m}%s}"
)


def _world(facts: str, steps: str, **more: object) -> World:
    head = "".join(f"{key}: {value}\n" for key, value in more.items() if key != "inputs")
    given = more.get("inputs", {})
    inputs = "inputs: {origin: {default: null}}\n"
    return World(f"{inputs}{head}facts: {{{facts}}}\nsteps: {steps}", {"origin": None, **given})  # type: ignore[dict-item]


def _uses(name: str, step: str = "a") -> str:
    return f"{{id: {step}, tool: t.write, with: {{x: '{{{{ facts.{name} }}}}'}}}}"


# --- the way a fact is come by -------------------------------------------------------------------------------------------


def test_what_is_given_is_taken_when_a_step_reads_it() -> None:
    """`given` that is not null: no call, no question, and not before it is read."""
    world = _world(
        "origin: {given: '{{ inputs.origin }}'}", f"[{{id: w, wait: 1s}}, {_uses('origin')}]", inputs={"origin": "SFO"}
    )
    assert {} == world.state.facts
    world.tick()
    assert ["TimerFired", "StepSucceeded", "FactNeeded", "FactResolved", "CallIntended"] == world.kinds()
    assert ({"x": "SFO"}, "given") == (world.last(CallIntended).args, world.last(FactResolved).how)


def test_a_fact_that_nobody_reads_is_never_resolved() -> None:
    """Nobody is asked about what turns out not to matter."""
    world = _world(AIRPORT % "", "[{id: a, when: inputs.origin == 1, tool: t.read, with: {x: '{{ facts.airport }}'}}]")
    assert ("succeeded", 0) == (world.status, world.count(FactNeeded))


@pytest.mark.parametrize("confidence", [0.7, 0.9, 1.0, None])
def test_an_inference_that_is_certain_enough_is_taken(confidence: float | None) -> None:
    """At or above the threshold, 0.7 if left out; a tool that says nothing is certain."""
    world = _world(AIRPORT % "", f"[{_uses('airport')}]")
    assert ["~facts/airport/infer"] == world.in_flight()
    world.returns("~facts/airport/infer", "JFK", confidence=confidence)
    why = {"code": "fact", "confidence": 1.0 if confidence is None else confidence, "threshold": 0.7}
    assert (why, {"x": "JFK"}) == (world.last(FactResolved).why, world.last(CallIntended).args)


def test_without_costs_a_person_is_asked_below_the_threshold() -> None:
    """The question shows the guess; the answer is the fact, and the decision keeps the alternative it had."""
    world = _world(AIRPORT % "", f"[{_uses('airport')}]")
    world.returns("~facts/airport/infer", "JFK", confidence=0.4)
    review = world.last(ReviewRequested).review
    guess = {"code": "fact", "confidence": 0.4, "threshold": 0.7, "guess": "JFK"}
    assert ("~facts/airport/ask", guess) == (review.address, review.context)
    world.answers("choose", "LGA")
    resolved = world.last(FactResolved)
    assert ("LGA", "ask", guess, {"x": "LGA"}) == (
        resolved.value,
        resolved.how,
        resolved.why,
        world.last(CallIntended).args,
    )


@pytest.mark.parametrize(("wrong", "asks"), [(20, True), (1, False)])
def test_a_question_is_asked_when_a_wrong_guess_would_cost_more(wrong: int, asks: bool) -> None:
    """`asking < (1 - confidence) * wrong`, and the numbers are on record."""
    world = _world(AIRPORT % f", confidence: 0.8, cost: {{asking: 1, wrong: {wrong}}}", f"[{_uses('airport')}]")
    world.returns("~facts/airport/infer", "JFK", confidence=0.4)
    assert asks == bool(world.state.reviews)
    why = world.last(ReviewRequested).review.context if asks else world.last(FactResolved).why
    assert (0.4, 0.8, 1, 0.6 * wrong) == (why["confidence"], why["threshold"], why["asking"], why["risk"])


def test_a_weak_inference_without_a_question_is_taken_as_it_is() -> None:
    """Below the threshold, and nobody to ask."""
    world = _world("a1: {infer: {tool: t.read}}", f"[{_uses('a1')}]")
    world.returns("~facts/a1/infer", 3, confidence=0.1)
    assert (3, 0.1) == (world.last(FactResolved).value, world.last(FactResolved).confidence)


@pytest.mark.parametrize("outcome", ["null", "failure"])
def test_an_inference_that_gives_nothing_is_followed_by_the_question(outcome: str) -> None:
    """Null, or a failure for good: then ask."""
    world = _world(AIRPORT % "", f"[{_uses('airport')}]")
    if outcome == "null":
        world.returns("~facts/airport/infer", None)
    else:
        world.fails("~facts/airport/infer", "denied")
    assert (None, "") == (world.last(ReviewRequested).review.context, world.last(ReviewRequested).review.reason)
    world.answers("choose", "2")
    assert "LGA" == world.state.facts["airport"]


def test_infer_has_the_defaults_of_the_plan() -> None:
    """Timeout and retry of `defaults` hold for it as for any call."""
    world = _world(
        "a1: {infer: {tool: t.read}}", f"[{_uses('a1')}]", defaults="{timeout: 7s, retry: {attempts: 2, jitter: none}}"
    )
    assert 7.0 == world.pending[1].timeout
    world.fails("~facts/a1/infer", "timeout")
    world.tick()
    world.returns("~facts/a1/infer", 1)
    assert {"a1": 1} == world.state.facts


def test_an_answer_by_default_is_a_fact_too() -> None:
    """`on_timeout: default`."""
    world = _world(
        "a1: {ask: {question: q, options: [x, y], timeout: 1m, default: '{{ facts.b }}'}, }, b: {given: y}",
        f"[{_uses('a1')}]",
    )
    world.tick()
    assert ("y", "default") == (world.state.facts["a1"], world.last(FactResolved).how)


# --- facts that cannot be had --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "outcome", "code", "message"),
    [
        ("{given: null}", "", "failed_precondition", "can neither be inferred nor asked"),
        ("{given: '{{ inputs.origin.x }}'}", "", "failed_precondition", "has no value"),
        ("{infer: {tool: t.read}}", "null", "failed_precondition", "gave null"),
        ("{infer: {tool: t.read}}", "denied", "failed_precondition", "failed: denied"),
        ("{ask: {question: q, options: '{{ inputs.origin }}'}}", "", "failed_precondition", "nothing to choose from"),
        ("{ask: {question: q, options: [x], timeout: 1m}}", "expires", "expired", "nobody answered"),
    ],
)
def test_a_fact_that_cannot_be_had_fails_what_reads_it(fact: str, outcome: str, code: str, message: str) -> None:
    """`failed_precondition`, or `expired` for a question: at once, and at every other step that reads it."""
    steps = "[{id: a, optional: true, set: {q: '{{ facts.f }}'}}, {id: b, optional: true, set: {r: '{{ facts.f }}'}}]"
    world = _world(f"f: {fact}", steps)
    if outcome == "null":
        world.returns("~facts/f/infer", None)
    elif outcome == "denied":
        world.fails("~facts/f/infer", "denied")
    elif outcome == "expires":
        world.tick()
    errors = [world.state.scope.results[step]["error"] for step in ("a", "b")]  # type: ignore[index]
    assert [code, code] == [error["code"] for error in errors]
    assert message in errors[0]["message"]
    assert (1, 1) == (world.count(FactMissing), world.count(FactNeeded))


def test_setting_a_fact_ends_its_being_missing() -> None:
    """`set` gives it a value without resolving it."""
    world = _world(
        "f: {given: null}",
        "[{id: a, optional: true, set: {q: '{{ facts.f }}'}}, {id: b, set: {f: 1}}, {id: c, set: {q: '{{ facts.f }}'}}]",
    )
    assert ("succeeded", {"f": 1, "q": 1}) == (world.status, world.state.facts)


# --- who waits for it ----------------------------------------------------------------------------------------------------


def test_two_branches_that_need_one_fact_share_the_question() -> None:
    """One review; both go on when it is answered."""
    world = _world(
        "f: {ask: {question: q, options: [x, y]}}",
        f"[{{id: p, parallel: {{l: [{_uses('f')}], r: [{_uses('f', 'b')}]}}}}]",
    )
    assert (2, 1) == (world.count(FactNeeded), len(world.state.reviews))
    world.answers("choose", "x")
    assert ["p/l/a", "p/r/b"] == world.in_flight()


def test_when_the_one_that_asked_is_cancelled_the_other_asks_anew() -> None:
    """The fact's frame goes with the one that wanted it first, and begins again for who still wants it."""
    steps = f"[{{id: p, on_failure: finish, parallel: {{l: [{{id: d, deadline: 5s, optional: true, do: [{_uses('f')}]}}], r: [{_uses('f', 'b')}]}}}}]"
    world = _world("f: {ask: {question: q, options: [x, y]}}", steps)
    world.tick()
    assert ["p/r", "p/l/d"] == [frame.address for frame in (world.state.frames["~facts/f"].parent,) if frame] + [
        "p/l/d"
    ]
    world.answers("choose", "y")
    assert (["p/r/b"], {"f": "y"}) == (world.in_flight(), world.state.facts)


def test_one_that_only_waits_goes_away_quietly() -> None:
    """Its deadline passes, the one that asked first keeps its question."""
    steps = f"[{{id: p, on_failure: finish, parallel: {{l: [{_uses('f')}], r: [{{id: d, deadline: 5s, do: [{_uses('f', 'b')}]}}]}}}}]"
    world = _world("f: {ask: {question: q, options: [x, y]}}", steps)
    world.tick()
    assert (1, ["~facts/f/ask"]) == (
        len(world.state.reviews),
        [review.address for review in world.state.reviews.values()],
    )
    world.answers("choose", "x")
    assert ["p/l/a"] == world.in_flight()


def test_a_fact_that_is_set_meanwhile_needs_no_answer() -> None:
    """The question is withdrawn and the reader takes what was set."""
    steps = f"[{{id: p, parallel: {{l: [{_uses('f')}], r: [{{id: w, wait: 1s}}, {{id: s, set: {{f: z}}}}]}}}}]"
    world = _world("f: {ask: {question: q, options: [x, y]}}", steps)
    world.tick()
    assert ({}, {"x": "z"}) == (world.state.reviews, world.last(CallIntended).args)


def test_a_fact_may_need_another() -> None:
    """`given`, `infer` and `ask` read inputs and other facts."""
    world = _world(
        "f: {infer: {tool: t.read, with: {o: '{{ facts.g }}'}}}, g: {ask: {question: q, options: [x, y]}}",
        f"[{_uses('f')}]",
    )
    world.answers("choose", "x")
    assert {"o": "x"} == world.last(CallIntended).args
    world.returns("~facts/f/infer", "F")
    assert ({"f": "F", "g": "x"}, {"x": "F"}) == (world.state.facts, world.last(CallIntended).args)


def test_eager_facts_are_resolved_in_their_order_before_the_first_step() -> None:
    """`facts.eager: true`; one that cannot be had does not keep the others."""
    facts = "eager: true, f: {ask: {question: q, options: [x]}}, g: {given: null}, h: {infer: {tool: t.read}}"
    world = _world(facts, "[{id: a, tool: t.read}]")
    assert [] == world.in_flight()
    world.answers("choose", "x")
    assert ["~facts/h/infer"] == world.in_flight()
    world.returns("~facts/h/infer", 2)
    assert (["a"], {"f": "x", "h": 2}) == (world.in_flight(), world.state.facts)


# --- where facts are read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step",
    [
        "{id: a, when: facts.f == 'x', set: {q: 1}}",
        "{id: a, set: {q: '{{ facts[inputs.origin or \"f\"] }}'}}",
        "{id: a, each: {in: '[facts.f]'}, do: [{id: c, set: {q: '{{ item }}'}}]}",
        "{id: a, each: {in: '[1]', key: facts.f}, do: [{id: c, set: {q: 1}}]}",
        "{id: a, switch: [{when: facts.f == 'x', do: [{id: c, set: {q: 1}}]}]}",
        "{id: a, do: [{id: c, set: {q: 1}}], output: '{{ facts.f }}'}",
        "{id: a, repeat: {until: facts.f == 'x', max: 2}, do: [{id: c, set: {q: 1}}]}",
        "{id: a, stop: {status: succeeded, output: '{{ facts.f }}'}}",
        "{id: a, wait: {until: '{{ 0 if facts.f else 0 }}'}}",
    ],
)
def test_an_expression_anywhere_waits_for_its_facts(step: str) -> None:
    """Evaluation is suspended, the fact is resolved, evaluation starts again."""
    world = _world("f: {ask: {question: q, options: [x, y]}}", f"[{step}]")
    assert "waiting" == world.status
    world.answers("choose", "x")
    if world.mind.next_due() is not None and not world.state.finished:
        world.tick()
    assert ("succeeded", "x") == (world.status, world.state.facts["f"])


def test_triggers_and_their_options_wait_for_facts() -> None:
    """Before a call: its arguments stand, its trigger and the options are evaluated once the facts are known."""
    trigger = "{when: facts.f == 'x', decision: choose, options: '{{ [{\"id\": facts.g, \"n\": 2}] }}', to: b}"
    steps = f"[{{id: a, tool: t.write, with: {{n: 1}}, human: [{trigger}]}}]"
    world = _world("f: {ask: {question: q, options: [x, y]}}, g: {ask: {question: r, options: [u, v]}}", steps)
    world.answers("choose", "x")
    world.answers("choose", "v")
    review = world.last(ReviewRequested).review
    assert ("a", "v") == (review.address, review.options[0]["id"])
    world.answers("choose", "v")
    assert {"n": 2, "id": "v"} == world.pending[1].args


def test_a_fallback_waits_for_the_facts_in_its_condition() -> None:
    """`when` of an alternative; a person's word to take it is not asked for twice."""
    steps = (
        "[{id: a, tool: t.read, human: [{on: failure, to: r}], "
        "fallback: [{id: b, when: facts.f == 'x', set: {q: 1}}, {id: c, set: {q: 2}}]}]"
    )
    world = _world("f: {ask: {question: q, options: [x, y]}}", steps)
    world.fails("a", "denied")
    world.answers("fallback")
    world.answers("choose", "y")
    assert ("succeeded", 2, 2) == (world.status, world.state.facts["q"], world.count(ReviewRequested))


def test_a_question_waits_for_the_facts_in_its_default() -> None:
    """The default is fixed when the question is asked."""
    steps = "[{id: a, ask: {question: q, options: [u, v], timeout: 1m, default: '{{ facts.f }}'}}]"
    world = _world("f: {ask: {question: r, options: [u, v]}}", steps)
    world.answers("choose", "v")
    world.tick()
    assert ("v", "default") == (world.state.scope.results["a"]["output"], world.state.scope.results["a"]["via"])  # type: ignore[index]


def test_compensation_and_cleanup_may_need_facts() -> None:
    """What the end of a run reads is resolved as well."""
    world = _world(
        "f: {infer: {tool: t.read}}, g: {infer: {tool: t.read}}",
        "[{id: a, tool: t.write, compensate: {tool: t.undo, with: {x: '{{ facts.f }}'}}}, {id: b, stop: {status: aborted}}]",
        cleanup="[{id: z, tool: t.put, with: {x: '{{ facts.g }}'}}]",
    )
    world.returns("a", 1)
    world.returns("~facts/f/infer", "F")
    assert {"x": "F"} == world.last(CallIntended).args
    world.returns("a~undo")
    world.returns("~facts/g/infer", "G")
    assert {"x": "G"} == world.last(CallIntended).args
    world.returns("~cleanup/z")
    assert "aborted" == world.status


def test_an_abort_condition_never_resolves_a_fact() -> None:
    """Rules 17 and 20: there a fact that is not known makes it false; once it is known it counts."""
    world = _world(
        "f: {infer: {tool: t.read}}", f"[{{id: n, tool: t.read}}, {_uses('f')}]", abort="[{when: facts.f == 'x'}]"
    )
    assert (["n"], 0) == (world.in_flight(), world.count(FactNeeded))
    world.returns("n")
    world.returns("~facts/f/infer", "x")
    assert "aborted" == world.status


def test_all_facts_at_once_are_those_that_are_known() -> None:
    """`{{ facts }}` asks for none."""
    world = _world(
        "f: {ask: {question: q, options: [x]}}, g: {given: 1}",
        "[{id: a, set: {h: '{{ facts.g }}'}}, {id: b, set: {q: '{{ facts }}', n: '{{ facts | length }}'}}]",
    )
    assert ({"h": 1, "g": 1}, 2) == (world.state.facts["q"], world.state.facts["n"])


def test_a_pause_during_the_question_changes_nothing() -> None:
    """Timers do not fire while paused, and the question stays as it was."""
    world = _world("f: {ask: {question: q, options: [x], timeout: 1m}}", f"[{_uses('f')}]")
    world.signals("pause")
    world.observe(TimerFired(timer="review:r.1"), 100)
    world.signals("unpause")
    assert ["r.1"] == list(world.state.reviews)
    world.answers("choose", "x")
    assert ["a"] == world.in_flight()


def test_cancelling_a_run_withdraws_the_question() -> None:
    """A fact's frame stops with the one that waits for it."""
    world = _world("f: {ask: {question: q, options: [x]}}", f"[{_uses('f')}]")
    world.signals("cancel")
    assert ("cancelled", {}) == (world.status, world.state.reviews)


def test_eager_facts_that_are_unknown_at_the_end_do_not_hold_up_cleanup() -> None:
    """Only the primary steps wait for all facts."""
    world = _world(
        "eager: true, f: {ask: {question: q, options: [x]}}", "[{id: a, tool: t.read}]", cleanup="[{id: z, wait: 1s}]"
    )
    world.signals("cancel")
    world.tick()
    assert "cancelled" == world.status
