"""Where values come from: labels and recorded reads (rules 9, 12 and 26 of the hard cases)."""

from __future__ import annotations

import pytest

from holdfast.core.decide.reviews import about_call
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import ArgumentsRendered, CallIntended, EffectKnown, ReviewRequested, StepEntered, StepSkipped
from holdfast.core.provenance import names_of
from tests.core.world import World

WEB = "{id: web, tool: t.web}"


def _labels(world: World, step: str) -> list[str]:
    result = world.state.scope.results[step]
    return names_of(result.labels)  # type: ignore[attr-defined]


def _world(steps: str, **more: str) -> World:
    head = "".join(f"{key}: {value}\n" for key, value in more.items())
    return World(f"inputs: {{n: {{default: 1}}}}\n{head}steps: {steps}", {"n": 1})


def test_an_output_carries_its_arguments_labels_and_its_tools() -> None:
    """Given by an input, observed by a tool, untrusted by another's contract."""
    world = _world(
        f"[{{id: a, tool: t.read, with: {{x: '{{{{ inputs.n }}}}'}}}}, {WEB}, "
        "{id: b, tool: t.read, with: {x: '{{ steps.web.output }} {{ steps.a.output }}'}}, {id: c, tool: t.read}]"
    )
    for step in ("a", "web", "b", "c"):
        world.returns(step, 1)
    assert [["given", "observed"], ["untrusted"], ["given", "observed", "untrusted"], ["observed"]] == [
        _labels(world, step) for step in ("a", "web", "b", "c")
    ]


def test_only_what_was_really_evaluated_counts_as_read() -> None:
    """The branch of a conditional that is not taken leaves no trace, in the journal neither."""
    world = _world(f"[{WEB}, {{id: a, tool: t.read, with: {{x: '{{{{ inputs.n or steps.web.output }}}}'}}}}]")
    world.returns("web", 1)
    assert ("inputs",) == world.last(CallIntended).reads
    world.returns("a", 1)
    assert ["given", "observed"] == _labels(world, "a")


def test_conditions_and_loops_around_a_step_are_among_its_sources() -> None:
    """`when`, `in` and the case taken: what decides whether a value exists is part of where it comes from."""
    world = _world(
        f"[{WEB}, {{id: a, when: steps.web.output, set: {{x: 1}}}}, "
        "{id: e, each: {in: '[steps.web.output]'}, do: [{id: b, set: {y: 1}}]}, "
        "{id: s, switch: [{when: steps.web.output, do: [{id: c, set: {z: 1}}]}]}, "
        "{id: k, when: not steps.web.output, set: {q: 1}}, {id: d, set: {w: 1}}]"
    )
    world.returns("web", 1)
    assert ("steps.web",) == world.last(StepSkipped).reads
    assert [["untrusted"]] * 4 + [[]] == [_labels(world, step) for step in ("a", "e", "s", "k", "d")]
    assert ["untrusted"] == names_of(world.state.fact_labels["y"])
    assert ("steps.web",) == world.last(StepEntered).reads


def test_facts_carry_where_they_come_from() -> None:
    """Given, inferred, set; a person's answer is human."""
    world = _world(
        "[{id: a, set: {q: '{{ facts.g }}'}}, {id: b, set: {r: '{{ facts.i }}'}}, {id: c, set: {s: '{{ facts.h }}'}}, "
        "{id: d, set: {t: '{{ facts.c }}'}}]",
        facts="{g: {given: '{{ inputs.n }}'}, i: {infer: {tool: t.web, with: {x: '{{ inputs.n }}'}}}, "
        "h: {ask: {question: '{{ facts.i }}?', schema: {}}}, c: {given: 1}}",
    )
    world.returns("~facts/i/infer", 3, confidence=0.5)
    world.answers("answer", 4)
    found = [names_of(world.state.fact_labels[name]) for name in ("g", "i", "h", "c", "r")]
    guessed = ["given", "inferred", "untrusted"]
    assert [["given"], guessed, ["given", "human"], ["given"], guessed] == found


def test_confidence_before_a_call_is_the_least_over_what_it_really_reads() -> None:
    """Rule 9: facts included, and what was not evaluated left out."""
    world = _world(
        "[{id: w, tool: t.read}, {id: a, tool: t.write, with: {x: '{{ facts.i }} {{ inputs.n or steps.w.output }}'}, "
        "human: [{when: confidence < 0.6, reason: unsure}]}, "
        "{id: b, tool: t.write, with: {x: '{{ inputs.n or steps.w.output }}'}, human: [{when: confidence < 0.6}]}]",
        facts="{i: {infer: {tool: t.read}}}",
    )
    world.returns("w", 1, confidence=0.1)
    world.returns("~facts/i/infer", 2, confidence=0.5)
    assert ("unsure", ("given", "inferred", "observed")) == (
        world.last(ReviewRequested).review.reason,
        world.last(ReviewRequested).review.labels,
    )
    world.answers("approve")
    world.returns("a", 1)
    assert (["b"], 1) == (world.in_flight(), world.count(ReviewRequested))


def test_rule_12_who_saw_the_exact_value_takes_inferred_and_untrusted_from_it() -> None:
    """Approved arguments are endorsed; the tool's own label stays what it is."""
    world = _world(
        f"[{WEB}, {{id: a, tool: t.write, with: {{x: '{{{{ steps.web.output }}}}'}}, "
        "human: [{when: \"'untrusted' in labels\"}]}, {id: b, tool: t.write, with: {x: '{{ steps.a.output }}'}, "
        "human: [{when: \"'untrusted' in labels\"}]}]"
    )
    world.returns("web", "text")
    assert ("steps.web",) == world.last(ArgumentsRendered).reads
    world.answers("approve")
    world.returns("a", 1)
    assert (["human", "observed"], ["b"]) == (_labels(world, "a"), world.in_flight())


def test_a_review_before_a_call_shows_the_labels_of_its_arguments_alone() -> None:
    """What the tool will say is not there yet; with its output, and with its error, it is."""
    world = _world(
        "[{id: web, tool: t.web, with: {x: '{{ inputs.n }}'}, human: [{when: \"'given' in labels\"}, "
        "{on: failure, when: error.code == 'denied'}]}]"
    )
    assert ("given",) == world.last(ReviewRequested).review.labels
    world.answers("approve")
    world.fails("web", "denied")
    assert ("given", "human", "untrusted") == world.last(ReviewRequested).review.labels


@pytest.mark.parametrize("on_timeout", ["approve", "reject"])
def test_nobody_endorses_by_silence(on_timeout: str) -> None:
    """An approval by timeout takes no label away."""
    world = _world(
        f"[{WEB}, {{id: a, optional: true, tool: t.write, with: {{x: '{{{{ steps.web.output }}}}'}}, "
        f"human: [{{when: \"'untrusted' in labels\", timeout: 1m, on_timeout: {on_timeout}}}]}}, {{id: b, wait: 1s}}]"
    )
    world.returns("web", "text")
    world.tick()
    if on_timeout == "approve":
        world.returns("a", 1)
    assert "untrusted" in _labels(world, "a")


def test_answers_are_human_and_choices_keep_where_they_came_from() -> None:
    """An option out of an untrusted list is endorsed by who chose it; a default by nobody."""
    ask = "{question: q, options: '{{ steps.web.output }}', timeout: 1m, default: '{{ steps.web.output[0] }}'}"
    world = _world(f"[{WEB}, {{id: a, ask: {ask}}}, {{id: b, ask: {ask}}}, {{id: c, wait: 1s}}]")
    world.returns("web", ["x", "y"])
    assert ("untrusted",) == world.last(ReviewRequested).review.labels
    world.answers("choose", "x")
    world.tick()
    assert [["human"], ["untrusted"]] == [_labels(world, "a"), _labels(world, "b")]


def test_what_a_person_gives_instead_is_human() -> None:
    """An output by hand, an edited one, and one that was accepted."""
    trigger = "human: [{on: after, to: r}]"
    world = _world(
        f"[{{id: a, tool: t.web, {trigger}}}, {{id: b, tool: t.web, {trigger}}}, "
        f"{{id: c, tool: t.web, human: [{{on: failure, to: r}}]}}, {{id: d, tool: t.write, with: {{x: 1}}, human: [{{to: r}}]}}, "
        "{id: e, ask: {question: q, schema: {}}}]"
    )
    world.returns("a", 1)
    world.answers("approve")
    world.returns("b", 1)
    world.answers("edit", 2)
    world.fails("c", "denied")
    world.answers("output", 3)
    world.answers("edit", {"x": 5})
    world.returns("d", 1)
    assert [["human"], ["human"], ["human"], ["human", "observed"]] == [_labels(world, step) for step in "abcd"]


def test_events_from_outside_are_untrusted() -> None:
    """Whoever can signal a run writes their payload."""
    world = _world("[{id: a, wait: {event: go, match: event == inputs.n, timeout: 1m}}, {id: b, wait: 1s}]")
    world.signals("event", "go", 1)
    assert "untrusted" in _labels(world, "a")


def test_an_alternative_knows_of_the_failure_that_led_to_it() -> None:
    """The primary's sources, its tool's among them, are around the alternative; its output is not."""
    world = _world(
        "[{id: a, tool: t.web, with: {x: '{{ inputs.n }}'}, fallback: [{id: f, set: {x: 1}}]}, {id: b, set: {y: 1}}]"
    )
    world.fails("a", "denied")
    assert [["given", "untrusted"], ["given", "untrusted"], []] == [_labels(world, step) for step in ("a", "f", "b")]


def test_blocks_carry_what_their_output_is_made_of() -> None:
    """The last step's sources or those of the block's own `output`; loops and branches those of all their parts."""
    parts = f"[{WEB}, {{id: x, set: {{q: 1}}}}]"
    world = _world(
        f"[{{id: a, do: {parts}}}, {{id: b, do: [{{id: w2, tool: t.web}}], output: '{{{{ inputs.n }}}}'}}, "
        "{id: c, each: {in: '[1, 2]'}, do: [{id: w3, tool: t.web}]}, "
        "{id: d, parallel: {l: [{id: w4, tool: t.web}], r: [{id: w5, set: {z: 1}}]}}, "
        "{id: e, set: {u: '{{ steps.w3[1].output }}'}}, {id: z, wait: 1s}]"
    )
    for address in ("a/web", "b/w2", "c[0]/w3", "c[1]/w3", "d/l/w4"):
        world.returns(address, 1)
    assert [[], ["given"], ["untrusted"], ["untrusted"], ["untrusted"]] == [_labels(world, step) for step in "abcde"]


def test_a_run_may_be_given_up_for_its_labels() -> None:
    """`labels` in `abort`: of all that the run's steps have given so far."""
    world = _world(
        f"[{{id: a, tool: t.read}}, {WEB}, {{id: b, tool: t.read}}]", abort="[{when: \"'untrusted' in labels\"}]"
    )
    world.returns("a", 1)
    world.returns("web", 1)
    assert "aborted" == world.status


def test_what_a_retried_block_keeps_keeps_its_labels() -> None:
    """The answer of an earlier try is still a person's."""
    world = _world(
        "[{id: a, retry: {attempts: 2, jitter: none, on: [invalid]}, do: [{id: q, ask: {question: q, schema: {}}}, {id: r, tool: t.read}]}, {id: b, wait: 1s}]"
    )
    world.answers("answer", 1)
    world.fails("a/r", "invalid")
    world.tick()
    world.returns("a/r", 1)
    assert (["human"], ["observed"]) == (_labels(world, "q"), _labels(world, "r"))


def test_a_plan_whose_labels_nobody_asks_for_records_no_reads() -> None:
    """Neither bytes nor time: a plan of calls alone."""
    world = _world(
        "[{id: a, tool: t.read, with: {x: '{{ inputs.n }}'}}, {id: b, tool: t.read, with: {x: '{{ steps.a.output }}'}}]"
    )
    world.returns("a", 1)
    assert (False, ()) == (world.state.tracked, world.last(CallIntended).reads)
    world.returns("b", 1)
    assert [0, 0] == [world.state.scope.results[step].labels for step in ("a", "b")]  # type: ignore[attr-defined]


def test_rules_of_the_installation_see_labels_in_any_run() -> None:
    """Where nothing is guessed or untrusted, what the templates may read tells the rest."""
    world = _world("[{id: a, tool: t.read}, {id: b, tool: t.read, with: {x: '{{ steps.a.output }} {{ inputs.n }}'}}]")
    world.returns("a", 1)
    frame = world.state.frames["b"]
    assert frame.parent is not None
    about = about_call(Deciding(world.state, world.now), frame.parent, frame.call, "b")
    assert (["given", "observed"], 1.0) == (about["labels"], about["confidence"])


def test_what_the_ledger_answers_is_the_tools() -> None:
    """A reused result has the labels that the call would have had."""
    world = _world(
        "[{id: b, wait: {event: go, timeout: 1m}}, {id: a, tool: t.write, with: {x: '{{ inputs.n }}'}}, {id: z, wait: 1s}]"
    )
    world.observe(EffectKnown(tool="t.write", key="u:demo:t:a", value=5))
    world.signals("event", "go")
    assert ["given", "observed"] == _labels(world, "a")


def test_a_loop_is_as_certain_as_its_least_certain_round() -> None:
    """`steps.X` seen from outside a loop."""
    world = _world(
        "[{id: e, each: {in: '[1, 2]'}, do: [{id: r, tool: t.read}]}, "
        "{id: a, tool: t.write, with: {x: '{{ steps.r[0].output }}'}, human: [{when: confidence < 0.6}]}]"
    )
    world.returns("e[0]/r", 1, confidence=0.9)
    world.returns("e[1]/r", 1, confidence=0.5)
    assert (1, ("observed",)) == (len(world.state.reviews), world.last(ReviewRequested).review.labels)


def test_a_loop_reads_what_lies_outside_it() -> None:
    """The sources of an iteration are found in the scopes around it."""
    world = _world(
        f"[{WEB}, {{id: e, each: {{in: '[1]'}}, do: [{{id: a, set: {{x: '{{{{ steps.web.output }}}}'}}}}]}}, {{id: z, wait: 1s}}]"
    )
    world.returns("web", 1)
    assert ["untrusted"] == _labels(world, "e")
