"""Corrections: a fact was wrong (rules 21 and 22 of the hard cases)."""

from __future__ import annotations

import pytest

from holdfast.core.actions import ReviewClosed
from holdfast.core.events import (
    CallIntended,
    CallReturned,
    FactsCorrected,
    ReviewSettled,
    SignalReceived,
    StepKept,
    StepsInvalidated,
    UndoStarted,
)
from holdfast.core.explain import explain
from tests.core.world import World

AIRPORT = "facts: {airport: {given: JFK}, date: {given: today}}\n"
UNDO = "compensate: {tool: t.undo, with: {x: '{{ output }}'}}"


def _world(steps: str, head: str = AIRPORT, **inputs: object) -> World:
    return World(f"inputs: {{n: {{default: 1}}}}\n{head}steps: {steps}", {"n": 1, **inputs})


def _correct(world: World, **values: object) -> None:
    world.observe(SignalReceived(signal="correct", payload=values, by="ana"))


def _calls(world: World) -> list[tuple[str, object]]:
    """What was called with what, so far."""
    return [
        (entry.event.tool, entry.event.args)
        for entry in world.entries
        if isinstance(entry.event, CallIntended) and entry.event.args is not None
    ]


def _read(name: str, fact: str) -> str:
    return f"{{id: {name}, tool: t.read, with: {{x: '{{{{ {fact} }}}}'}}}}"


def _write(name: str, reads: str, more: str = UNDO) -> str:
    return f"{{id: {name}, tool: t.write, with: {{x: '{{{{ {reads} }}}}'}}, {more}}}"


def test_a_read_in_flight_that_rests_on_the_fact_is_made_anew() -> None:
    """Stopped, and called with the right value; the late answer of the old call is nobody's."""
    world = _world(f"[{_read('a', 'facts.airport')}]")
    old = world.call("a")
    _correct(world, airport="LGA")
    assert [("t.read", {"x": "JFK"}), ("t.read", {"x": "LGA"})] == _calls(world)
    assert ("a",) == world.last(StepsInvalidated).steps
    world.observe(CallReturned(call=old, value="late"))
    world.returns("a", "new")
    assert ("succeeded", "new") == (world.status, world.state.scope.results["a"]["output"])  # type: ignore[index]


def test_steps_that_never_read_it_keep_their_results() -> None:
    """Only what rests on the fact, directly or through others' outputs, is done again."""
    world = _world(
        f"[{_read('other', 'facts.date')}, {_read('a', 'facts.airport')}, {_write('b', 'steps.a.output')}, "
        f"{_write('c', 'steps.other.output')}, {{id: w, wait: 1h}}]"
    )
    for step in ("other", "a", "b", "c"):
        world.returns(step, step)
    _correct(world, airport="LGA")
    assert {"a", "b"} == set(world.last(StepsInvalidated).steps)
    world.returns("a", "a2")
    assert ["b"] == list(world.last(UndoStarted).effects)
    world.returns("b~undo")
    assert "u:demo:t:b#2" == world.pending[world.call("b")].key  # type: ignore[union-attr]
    world.returns("b", "b2")
    assert (["w"], "kept") == ([a for a in world.state.frames if a], "kept")
    assert 1 == world.count(CallIntended, lambda event: event.address == "c")
    world.tick()
    assert "succeeded" == world.status


def test_early_cut_off_keeps_a_write_whose_inputs_come_out_unchanged() -> None:
    """The read is made again and gives the same: what rests on it stands."""
    world = _world(f"[{_read('a', 'facts.airport')}, {_write('b', 'steps.a.output')}, {{id: w, wait: 1h}}]")
    world.returns("a", "same")
    world.returns("b", 1)
    _correct(world, airport="LGA")
    world.returns("a", "same")
    assert (0, {"code": "unchanged"}) == (world.count(UndoStarted), world.last(StepKept).why)
    assert ["", "w"] == list(world.state.frames)


def test_invalidated_writes_are_undone_in_reverse_order_before_new_ones() -> None:
    """The last effect first; then the first step's new revision."""
    world = _world(
        f"[{_write('a', 'facts.airport')}, {_write('b', 'steps.a.output')}, {_write('c', 'steps.b.output')}, {{id: w, wait: 1h}}]"
    )
    for step in ("a", "b", "c"):
        world.returns(step, step)
    _correct(world, airport="LGA")
    assert ("c", "b", "a") == world.last(UndoStarted).effects
    for step in ("c~undo", "b~undo", "a~undo"):
        world.returns(step)
    assert ["a"] == world.in_flight()
    for step in ("a", "b", "c"):
        world.returns(step, step + "2")
    assert "u:demo:t:c#2" == world.last(CallIntended).key


def test_a_write_in_flight_is_settled_then_undone() -> None:
    """It cannot be cut off: its outcome is awaited, undone, and it is made anew."""
    world = _world(f"[{_write('a', 'facts.airport')}]")
    _correct(world, airport="LGA")
    assert [("t.write", {"x": "JFK"})] == _calls(world)
    world.returns("a", "A1")
    world.returns("a~undo")
    assert {"x": "LGA"} == world.last(CallIntended).args
    world.returns("a", "A2")
    assert "succeeded" == world.status


def test_an_effect_without_compensation_is_taken_to_a_person() -> None:
    """Undone by hand, or left: then it is made anew all the same."""
    for decision in ("done", "leave"):
        world = _world(f"[{_write('a', 'facts.airport', 'description: d')}, {{id: w, wait: 1h}}]")
        world.returns("a", "A1")
        _correct(world, airport="LGA")
        review = next(iter(world.state.reviews.values()))
        assert ("undo", ("done", "leave")) == (review.kind, review.decisions)
        world.answers(decision)
        assert ({"x": "LGA"}, "u:demo:t:a#2") == (world.last(CallIntended).args, world.last(CallIntended).key)


def test_an_open_review_that_rests_on_it_is_withdrawn_with_the_reason() -> None:
    """And asked anew, about what is right."""
    world = _world("[{id: q, ask: {question: 'to {{ facts.airport }}?', options: [yes, no]}}]")
    _correct(world, airport="LGA")
    settled = world.last(ReviewSettled)
    assert ("withdrawn", "to LGA?") == (settled.outcome, next(iter(world.state.reviews.values())).question)
    assert explain(settled).endswith("withdrawn, because the fact `airport` was corrected to LGA by ana")


def test_the_reason_reaches_reviews_inside_blocks_and_lists_of_reviews() -> None:
    """Also where a block around the question stops, where several facts were wrong, and where nobody says who knew."""
    world = _world(
        "[{id: b, do: [{id: c, do: [{id: q, ask: {question: 'to {{ facts.airport }} {{ facts.date }}?', "
        "options: [yes, no]}}]}, {id: d, tool: t.read}], when: \"facts.airport != ''\"}]"
    )
    turn = world.observe(SignalReceived(signal="correct", payload={"airport": "LGA", "date": "May"}))
    said = 'facts were corrected: {"airport": "LGA", "date": "May"}'
    assert said in explain(world.last(ReviewSettled))
    assert [said] == [change.why for change in turn.changes if isinstance(change, ReviewClosed)]


def test_the_question_for_a_fact_is_withdrawn_when_somebody_says_it() -> None:
    """With the same reason; other reviews that nobody needs any more close without one."""
    world = World(
        "facts: {seat: {ask: {question: which?, schema: {type: string}}}}\nsteps: [{id: a, set: {x: '{{ facts.seat }}'}}]"
    )
    turn = world.observe(SignalReceived(signal="correct", payload={"seat": "7A"}, by="kim"))
    (closed,) = [change for change in turn.changes if isinstance(change, ReviewClosed)]
    assert ("withdrawn", "the fact `seat` was corrected to 7A by kim") == (closed.outcome, closed.why)
    world = _world("[{id: q, ask: {question: 'to {{ facts.airport }}?', options: [yes, no]}}]")
    turn = world.observe(SignalReceived(signal="cancel"))
    assert [""] == [change.why for change in turn.changes if isinstance(change, ReviewClosed)]


def test_an_answer_is_kept_when_its_question_stays_the_same() -> None:
    """Nobody is asked twice."""
    world = _world(
        f"[{_read('a', 'facts.airport')}, {{id: q, ask: {{question: 'this: {{{{ steps.a.output }}}}?', options: [yes, no]}}}}, {{id: w, wait: 1h}}]"
    )
    world.returns("a", "same")
    world.answers("choose", "yes")
    _correct(world, airport="LGA")
    world.returns("a", "same")
    assert ({}, ["", "w"]) == (world.state.reviews, list(world.state.frames))


def test_branches_that_never_read_it_go_on_undisturbed() -> None:
    """Only the branch that holds the affected steps is walked again."""
    world = _world(
        f"[{{id: p, parallel: {{l: [{_read('a', 'facts.airport')}, {{id: w, wait: 1h}}], r: [{{id: q, ask: {{question: q, options: [x]}}}}]}}}}]"
    )
    world.returns("p/l/a", 1)
    _correct(world, airport="LGA")
    assert ("p/l", ["p/l/a"], ["r.1"]) == (
        world.last(StepsInvalidated).address,
        world.in_flight(),
        list(world.state.reviews),
    )


def test_items_of_a_loop_that_vanish_are_undone_and_the_others_kept() -> None:
    """By the key of the item."""
    world = _world(
        "[{id: e, each: {in: facts.who, key: item}, do: [{id: s, tool: t.write, with: {x: '{{ item }}'}, "
        f"{UNDO}}}]}}, {{id: w, wait: 1h}}]",
        "facts: {who: {given: [a, b]}}\n",
    )
    world.returns("e[a]/s", 1)
    world.returns("e[b]/s", 2)
    _correct(world, who=["b", "c"])
    assert ["e[c]/s"] == world.in_flight()
    world.returns("e[c]/s", 3)
    world.tick()
    assert ("e[a]/s",) == world.last(UndoStarted).effects
    world.returns("e[a]/s~undo")
    assert ("succeeded", [2, 3]) == (world.status, world.state.scope.results["e"]["output"])  # type: ignore[index]


def test_a_fallback_that_was_taken_for_the_wrong_fact_is_undone() -> None:
    """The primary is tried again, and the alternative's effect does not stay beside its own."""
    world = _world(
        f"[{{id: a, tool: t.read, with: {{x: '{{{{ facts.airport }}}}'}}, fallback: [{_write('f', 'inputs.n')}]}}, {{id: w, wait: 1h}}]"
    )
    world.fails("a", "not_found")
    world.returns("a/f", 1)
    _correct(world, airport="LGA")
    world.returns("a/f~undo") if "a/f~undo" in world.in_flight() else None
    world.returns("a", "found")
    world.tick()
    if "a/f~undo" in world.in_flight():
        world.returns("a/f~undo")
    assert ("succeeded", 1) == (world.status, world.count(UndoStarted))


def test_facts_that_rest_on_it_are_resolved_again() -> None:
    """Inferred from the corrected one: guessed anew, and asked anew only if the question changed."""
    world = _world(
        f"[{_read('a', 'facts.g')}, {{id: w, wait: 1h}}]",
        "facts: {f: {given: 1}, g: {infer: {tool: t.read, with: {y: '{{ facts.f }}'}}}}\n",
    )
    world.returns("~facts/g/infer", "G1")
    world.returns("a", 1)
    _correct(world, f=2)
    assert ["~facts/g/infer"] == world.in_flight()
    world.returns("~facts/g/infer", "G1")
    assert (["", "w"], {"f": 2, "g": "G1"}) == (list(world.state.frames), world.state.facts)


@pytest.mark.parametrize("values", [{"airport": "JFK"}, {"nothing": 1}, {}])
def test_a_correction_that_changes_nothing_is_recorded_and_changes_nothing(values: dict[str, object]) -> None:
    """The same value, something unknown, nothing at all."""
    world = _world(f"[{_read('a', 'facts.airport')}]")
    _correct(world, airport="JFK")
    _correct(world, **values)
    assert ({}, ["a"], 0) == (world.last(FactsCorrected).values, world.in_flight(), world.count(StepsInvalidated))


def test_a_fact_that_a_person_has_confirmed_rests_on_nothing_else() -> None:
    """The same value said by a person: it is theirs from now on, and stays when what it was made of is corrected."""
    world = _world(
        f"[{_read('a', 'facts.g')}, {{id: w, wait: 1h}}]", "facts: {f: {given: 1}, g: {given: '{{ facts.f }}'}}\n"
    )
    world.returns("a", 1)
    _correct(world, g=1)
    _correct(world, f=2)
    assert ({"f": 2, "g": 1}, 0) == (world.state.facts, world.count(StepsInvalidated))


def test_a_correction_of_a_run_that_is_ending_comes_too_late() -> None:
    """What is being undone is not walked again."""
    world = _world(f"[{_write('a', 'facts.airport')}, {{id: w, wait: 1h}}]", AIRPORT + "on_failure: compensate\n")
    world.returns("a", 1)
    world.signals("cancel")
    _correct(world, airport="LGA")
    assert ({}, "JFK") == (world.last(FactsCorrected).values, world.state.facts["airport"])


def test_a_missing_fact_can_be_given_by_a_correction() -> None:
    """What failed for it is tried again."""
    world = _world(
        f"[{{id: o, optional: true, do: [{_read('a', 'facts.f')}]}}, {{id: w, wait: 1h}}]",
        "facts: {f: {given: null}}\n",
    )
    _correct(world, f=5)
    assert [("t.read", {"x": 5})] == _calls(world)


def test_a_correction_answers_the_question_for_the_fact() -> None:
    """An open question about the very fact is withdrawn."""
    world = _world(f"[{_read('a', 'facts.f')}]", "facts: {f: {ask: {question: q, options: [x]}}}\n")
    _correct(world, f="z")
    assert ({}, {"x": "z"}) == (world.state.reviews, world.last(CallIntended).args)


def test_a_composite_whose_condition_no_longer_holds_is_undone() -> None:
    """A block that is left out after all."""
    world = _world(f"[{{id: b, when: facts.airport == 'JFK', do: [{_write('a', 'inputs.n')}]}}, {{id: w, wait: 1h}}]")
    world.returns("b/a", 1)
    _correct(world, airport="LGA")
    world.returns("b/a~undo")
    assert "skipped" == world.state.scope.results["b"]["status"]  # type: ignore[index]
    _correct(world, airport="EWR")
    assert "skipped" == world.state.scope.results["b"]["status"]  # type: ignore[index]
    _correct(world, airport="JFK")
    assert ["b/a"] == world.in_flight()
    assert "u:demo:t:b/a#2" == world.pending[world.call("b/a")].key  # type: ignore[union-attr]


def test_sets_subplans_waits_and_skips_are_compared_too() -> None:
    """Whatever came out unchanged is kept; the rest is done again."""
    world = _world(
        "[{id: s, set: {q: '{{ facts.airport }}'}}, {id: t, set: {r: '{{ facts.airport | length }}'}}, "
        "{id: k, when: facts.airport == 'X', tool: t.read}, {id: v, when: facts.airport, wait: 1s}, "
        "{id: u, wait: {until: '{{ 0 if facts.airport else 1 }}'}}, {id: w, wait: 1h}]"
    )
    world.tick()
    world.tick()
    _correct(world, airport="LGA")
    assert ({"q": "LGA", "r": 3}, ["t", "k", "v"]) == (
        {name: world.state.facts[name] for name in ("q", "r")},
        [entry.event.address for entry in world.entries if isinstance(entry.event, StepKept)],
    )


def test_corrections_while_another_is_under_way() -> None:
    """The second one takes over from the first."""
    world = _world(f"[{_write('a', 'facts.airport')}, {_write('b', 'facts.date')}, {{id: w, wait: 1h}}]")
    world.returns("a", 1)
    world.returns("b", 1)
    _correct(world, airport="LGA")
    _correct(world, date="tomorrow", airport="EWR")
    for _ in range(6):
        if world.in_flight():
            world.returns(world.in_flight()[0], 1)
    assert ({"x": "EWR"}, {"x": "tomorrow"}) == tuple(args for tool, args in _calls(world) if tool == "t.write")[-2:]
    standing = [key for (tool, key), state in world.ledger.items() if state == "succeeded" and "~undo" not in key]
    assert 2 == len(standing)


# --- facts that steps change --------------------------------------------------------------------------------------------


COUNT = "facts: {f: {given: 1}, g: {given: 5}}\n"
LAST = "{id: w, wait: 1h}"


def test_a_set_that_reads_the_fact_it_sets_counts_from_what_it_met_before() -> None:
    """Walked again, it does not count on from its own result."""
    world = _world(f"[{{id: z, set: {{n: 10}}}}, {{id: s, set: {{n: '{{{{ facts.n + facts.f }}}}'}}}}, {LAST}]", COUNT)
    _correct(world, f=3)
    assert 13 == world.state.facts["n"]
    _correct(world, f=4)
    assert 14 == world.state.facts["n"]


def test_what_later_steps_made_of_it_is_made_again_and_the_rest_holds_again() -> None:
    """One that rests on an older version of the fact is reached; one that is kept gives its value once more."""
    world = _world(
        "[{id: z, set: {n: 10, k: 0}}, {id: s, set: {n: '{{ facts.n + facts.f }}'}}, "
        "{id: b, do: [{id: t, set: {k: '{{ facts.g }}'}}]}, {id: u, set: {n: '{{ facts.n * 2 }}'}}, " + LAST + "]",
        COUNT,
    )
    assert {"n": 22, "k": 5} == {name: world.state.facts[name] for name in "nk"}
    _correct(world, f=3)
    assert {"n": 26, "k": 5} == {name: world.state.facts[name] for name in "nk"}
    _correct(world, g=7)
    assert {"n": 26, "k": 7} == {name: world.state.facts[name] for name in "nk"}


def test_what_a_tool_said_of_the_world_holds_again_with_its_call() -> None:
    """`side_effects` of a call that is kept, between steps that are made anew."""
    world = _world(
        f"[{_read('a', 'facts.f')}, {_read('b', 'facts.g')}, {{id: s, set: {{n: '{{{{ facts.n + facts.f }}}}'}}}}, {LAST}]",
        COUNT,
    )
    world.returns("a", 1)
    world.returns("b", 2, side_effects={"n": 40})
    assert 41 == world.state.facts["n"]
    _correct(world, f=2)
    world.returns("a", 1)
    assert 42 == world.state.facts["n"]


def test_a_fact_that_was_resolved_from_the_corrected_one_and_then_changed_is_resolved_again() -> None:
    """What it was before the change rests on what was wrong, too."""
    facts = "facts: {f: {given: 1}, g: {given: '{{ facts.f }}'}}\n"
    world = _world(f"[{{id: s, set: {{g: '{{{{ facts.g + 10 }}}}'}}}}, {LAST}]", facts)
    assert 11 == world.state.facts["g"]
    _correct(world, f=2)
    assert 12 == world.state.facts["g"]


def test_a_change_that_the_corrected_run_does_not_come_to_is_taken_back() -> None:
    """A case not taken, a step passed over; also for a fact that could not be had before."""
    world = _world(
        "[{id: o, optional: true, tool: t.read, with: {x: '{{ facts.m }}'}}, "
        "{id: s, when: facts.f == 1, set: {n: 1}}, {id: b, switch: [{when: facts.f == 1, do: [{id: t, set: {m: 1}}]}]}, "
        + LAST + "]",
        "facts: {f: {given: 1}, m: {given: null}}\n",
    )  # fmt: skip
    assert {"n", "m"} <= world.state.facts.keys()
    _correct(world, f=2)
    assert {"n", "m"}.isdisjoint(world.state.facts)
    assert "m" in world.state.missing
    _correct(world, f=1)
    assert {"n": 1, "m": 1} == {name: world.state.facts[name] for name in "nm"}


def test_what_a_person_has_said_of_a_fact_since_a_step_changed_it_stands() -> None:
    """The step is done again, or kept, and does not overrule it; a step that changes it later does."""
    world = _world(
        "[{id: s, set: {n: '{{ facts.f }}'}}, {id: t, set: {k: 4}}, "
        "{id: go, wait: {event: go}}, {id: u, set: {n: 0}}, " + LAST + "]",
        COUNT,
    )
    _correct(world, n=9, k=8)
    for value in (2, 3):
        _correct(world, f=value)
        assert {"n": 9, "k": 8} == {name: world.state.facts[name] for name in "nk"}
    world.signals("event", "go")
    assert 0 == world.state.facts["n"]


def test_what_another_branch_made_of_a_fact_is_not_taken_back() -> None:
    """Only what the steps that are walked again made is."""
    world = _world(
        "[{id: p, parallel: {l: [{id: s, set: {n: '{{ facts.f }}'}}, {id: go, wait: {event: go}}], "
        f"r: [{_read('a', 'inputs.n')}, {{id: t, set: {{n: 7}}}}, {{id: stay, wait: 1h}}]}}}}]",
        COUNT,
    )
    world.returns("p/r/a", 1)
    assert 7 == world.state.facts["n"]
    _correct(world, f=2)
    assert 2 == world.state.facts["n"]


def test_a_guess_that_was_changed_is_a_guess_again() -> None:
    """With its confidence."""
    facts = "facts: {f: {given: 1}, h: {infer: {tool: t.read}}}\n"
    world = _world(f"[{{id: s, when: facts.f == 1, set: {{h: '{{{{ facts.h + 1 }}}}'}}}}, {LAST}]", facts)
    world.returns("~facts/h/infer", 4, confidence=0.8)
    assert (5, {}) == (world.state.facts["h"], world.state.fact_confidence)
    _correct(world, f=2)
    assert (4, {"h": 0.8}) == (world.state.facts["h"], world.state.fact_confidence)


def test_an_alternative_that_is_walked_again_changes_facts_anew() -> None:
    """Only the alternative is walked again; what it counted is taken back."""
    world = _world(
        "[{id: a, tool: t.read}]",
        COUNT + "fallback: [{id: x, do: [{id: z, set: {n: 1}}, {id: s, set: {n: '{{ facts.n + facts.f }}'}}, "
        "{id: r, tool: t.read, with: {x: '{{ facts.f }}'}}]}]\n",
    )
    world.fails("a", "denied")
    assert 2 == world.state.facts["n"]
    _correct(world, f=2)
    assert 3 == world.state.facts["n"]


# --- corners ------------------------------------------------------------------------------------------------------------


def test_an_alternative_in_flight_is_made_anew_and_the_primary_stays_failed() -> None:
    """Only the alternative rests on the fact."""
    world = _world(
        "[{id: a, tool: t.read}]", AIRPORT + "fallback: [{id: f, tool: t.read, with: {x: '{{ facts.date }}'}}]\n"
    )
    world.fails("a", "denied")
    _correct(world, date="tomorrow")
    assert (-1, {"x": "tomorrow"}) == (world.last(StepsInvalidated).position, world.last(CallIntended).args)
    world.returns("f", 1)
    assert ("succeeded", "fallback") == (world.outcome.status, world.outcome.via)


def test_the_primary_steps_are_tried_again_when_their_failure_rested_on_it() -> None:
    """What the plan's alternative did meanwhile is undone when it is not needed any more."""
    world = _world(
        f"[{_read('a', 'facts.airport')}]",
        AIRPORT + f"fallback: [{{id: f, do: [{_write('x', 'inputs.n')}, {{id: w, wait: 1h}}]}}]\n",
    )
    world.fails("a", "not_found")
    world.returns("f/x", 1)
    _correct(world, airport="LGA")
    world.returns("a", 1)
    world.returns("f/x~undo")
    assert ("succeeded", "") == (world.outcome.status, world.outcome.via)


def test_the_alternative_is_kept_when_the_primary_fails_again() -> None:
    """And what the primary steps had done before is undone, as they do not come to it any more."""
    world = _world(
        f"[{_read('r', 'facts.airport')}, {_write('w1', 'steps.r.output')}, {_read('x', 'facts.date')}]",
        AIRPORT + "fallback: [{id: f, tool: t.read}, {id: g, wait: 1h}]\n",
    )
    world.returns("r", 1)
    world.returns("w1", 1)
    world.fails("x", "denied")
    world.fails("f", "denied")
    _correct(world, airport="LGA")
    world.fails("r", "denied")
    world.returns("f", 1)
    world.returns("w1~undo")
    assert ("succeeded", "fallback") == (world.outcome.status, world.outcome.via)


def test_inputs_that_cannot_be_made_any_more_fail_their_step() -> None:
    """The corrected value has another form."""
    world = _world(
        f"[{{id: a, optional: true, tool: t.write, with: {{x: '{{{{ facts.f.a }}}}'}}, {UNDO}}}, {{id: w, wait: 1h}}]",
        "facts: {f: {given: {a: 1}}}\n",
    )
    world.returns("a", 1)
    _correct(world, f=5)
    world.returns("a~undo")
    assert "failed" == world.state.scope.results["a"]["status"]  # type: ignore[index]
    _correct(world, f={"a": 2})
    assert {"x": 2} == world.last(CallIntended).args


def test_what_is_being_stopped_is_left_to_its_end() -> None:
    """The block around it is walked again."""
    world = _world(
        f"[{{id: b, deadline: 5s, optional: true, do: [{_write('a', 'facts.airport')}]}}, {{id: w, wait: 1h}}]"
    )
    world.tick()
    _correct(world, airport="LGA")
    assert "" == world.last(StepsInvalidated).address
    world.returns("b/a", 1)
    world.returns("b/a~undo")
    assert {"x": "LGA"} == world.last(CallIntended).args


def test_the_journal_says_what_a_correction_did() -> None:
    """Also where it did nothing."""
    told = FactsCorrected(values={"airport": "LGA"}, by="ana"), FactsCorrected(values={})
    assert ["ana corrected: airport is LGA", "the correction changes nothing"] == [explain(event) for event in told]


def test_a_write_with_an_alternative_is_undone_like_any_other() -> None:
    """It succeeded itself, so its own inputs are compared."""
    fallback = "fallback: [{id: f, tool: t.put, with: {x: '{{ inputs.n }}'}, " + UNDO + "}]"
    world = _world(f"[{_write('a', 'facts.airport', UNDO + ', ' + fallback)}, {{id: w, wait: 1h}}]")
    world.returns("a", 1)
    _correct(world, airport="LGA")
    world.returns("a~undo")
    world.fails("a", "denied")
    world.returns("a/f", 2)
    _correct(world, airport="EWR")
    world.fails("a", "denied")
    assert (["", "w"], "f") == (list(world.state.frames), world.state.scope.results["a"]["via"])  # type: ignore[index]
    assert 1 == world.count(CallIntended, lambda event: event.address == "a/f")
