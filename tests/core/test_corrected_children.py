"""Corrections of a run that has children: what they did for the wrong facts is undone before the next one begins."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.core.actions import CallTool
from holdfast.core.events import CallIntended, CallReturned, ReviewRequested, UndoStarted
from tests.core.family import Family, Member
from tests.core.shapes import SHAPES, in_shape

UNDO = "compensate: {tool: t.undo, with: {x: '{{ output }}'}}"
AIRPORT = "facts: {airport: {given: JFK}, date: {given: today}}\n"
SUB = "{id: sub, plan: part, with: {x: '{{ facts.airport }}'}}"
PART = f"""
inputs: {{x: {{}}}}
steps:
  - {{id: sure, ask: {{question: 'sure?', options: [yes, no]}}}}
  - {{id: to, ask: {{question: 'to {{{{ inputs.x }}}}?', options: [yes, no]}}}}
  - {{id: pay, tool: t.write, with: {{x: '{{{{ inputs.x }}}}'}}, {UNDO}}}
  - {{id: last, tool: t.read}}
"""


def _correct(family: Family, **values: object) -> None:
    family.do(family.top.signals, "correct", payload=values)


def _under_way(steps: str = f"[{SUB}]", part: str = PART) -> Family:
    """A child that has asked, written, and is at its last step."""
    family = Family(f"{AIRPORT}steps: {steps}", {"part": part})
    child = family.child("part")
    while child.state.reviews:
        family.do(child.answers, "choose", "yes")
    family.do(child.returns, "pay", "P")
    return family


def test_what_a_child_under_way_has_done_is_undone_before_the_next_one_begins() -> None:
    """It is stopped, its payment is taken back, and the next one pays under the next revision of the key."""
    family = _under_way()
    _correct(family, airport="LGA")
    assert (["sub/pay"], 1) == (list(family.top.last(UndoStarted).effects), len(family.of("part")))
    family.do(family.top.returns, "sub/pay~undo")
    again = family.child("part")
    assert ["to LGA?"] == [review.question for review in again.state.reviews.values()]
    family.do(again.answers, "choose", "yes")
    assert ("u:demo:t:sub//pay#2", {"x": "LGA"}) == (again.key, again.last(CallIntended).args)
    family.do(again.returns, "pay", "P2")
    family.do(again.returns, "last")
    assert ("succeeded", [("t.write", '{"x": "LGA"}')]) == (family.top.status, family.standing())
    assert ["sure?", "to JFK?", "to LGA?"] == family.asked()


def test_a_child_that_is_stopped_for_what_stands_before_it_keeps_what_it_did() -> None:
    """Its inputs come out the same: nobody is asked again, nothing is undone, nothing is written twice."""
    family = Family(
        f"{AIRPORT}steps: [{{id: a, tool: t.read, with: {{x: '{{{{ facts.date }}}}'}}}}, {SUB}]", {"part": PART}
    )
    family.do(family.top.returns, "a", 1)
    child = family.child("part")
    family.do(child.answers, "choose", "yes")
    family.do(child.answers, "choose", "no")
    family.do(child.returns, "pay", "P")
    _correct(family, date="tomorrow")
    family.do(family.top.returns, "a", 2)
    again = family.child("part")
    assert (True, ["last"], 0) == (again is not child, again.in_flight(), again.count(ReviewRequested))
    assert (0, "yes") == (family.top.count(UndoStarted), again.state.kept["sure"])


def test_a_child_whose_step_is_passed_over_after_all_is_undone() -> None:
    """Its condition does not hold any more; the same for one in a block that is not entered again."""
    for steps in (
        f"[{{when: facts.airport == 'JFK', {SUB[1:]}]",
        f"[{{id: b, when: facts.airport == 'JFK', do: [{SUB}]}}]",
        f"[{{id: b, switch: [{{when: facts.airport == 'JFK', do: [{SUB}]}}]}}]",
    ):
        family = _under_way(steps)
        _correct(family, airport="LGA")
        (undoing,) = family.top.in_flight()
        family.do(family.top.returns, undoing)
        assert ("succeeded", [], 1) == (family.top.status, family.standing(), len(family.of("part")))


def test_what_only_a_person_can_undo_in_a_child_is_put_to_one() -> None:
    """The child's plan has no facts: it knows from above that a correction may come."""
    part = "inputs: {x: {}}\nsteps: [{id: pay, tool: t.write, with: {x: '{{ inputs.x }}'}}, {id: last, tool: t.read}]"
    for decision, key in (("done", "#2"), ("leave", "#2")):
        family = _under_way(part=part)
        _correct(family, airport="LGA")
        (review,) = family.top.state.reviews.values()
        assert ("undo", "sub/pay~undo") == (review.kind, review.address)
        family.do(family.top.answers, decision)
        again = family.child("part")
        assert f"u:demo:t:sub//pay{key}" == again.key
        family.do(again.returns, "pay", 1)
        family.do(again.returns, "last", 1)
        assert "succeeded" == family.top.status


def test_a_child_that_has_ended_is_undone_as_a_whole_and_asks_only_what_is_new() -> None:
    """Answers to questions that come out the same hold for the next one."""
    family = _under_way(f"[{SUB}, {{id: w, wait: 1h}}]")
    child = family.child("part")
    family.do(child.returns, "last", 1)
    _correct(family, airport="LGA")
    family.do(family.top.returns, "sub/pay~undo")
    again = family.child("part")
    assert ["to LGA?"] == [review.question for review in again.state.reviews.values()]


def test_two_corrections_of_a_child_under_way() -> None:
    """The second one meets the child of the first."""
    family = _under_way()
    _correct(family, airport="LGA")
    family.do(family.top.returns, "sub/pay~undo")
    again = family.child("part")
    family.do(again.answers, "choose", "yes")
    family.do(again.returns, "pay", "P2")
    _correct(family, airport="EWR")
    assert ["sub/pay#2"] == list(family.top.last(UndoStarted).effects)
    family.do(family.top.returns, "sub/pay#2~undo")
    third = family.child("part")
    family.do(third.answers, "choose", "yes")
    assert ("u:demo:t:sub//pay#3", {"x": "EWR"}) == (third.key, third.last(CallIntended).args)


def test_a_block_retried_in_the_child_after_a_correction_asks_nothing_again() -> None:
    """What was answered anew is the answer from then on."""
    part = PART.replace("steps:\n", "steps:\n - id: b\n   retry: {attempts: 2, on: [invalid], delay: 1s}\n   do:\n")
    part = part.replace("\n  - ", "\n    - ")
    family = Family(f"{AIRPORT}steps: [{SUB}]", {"part": part})
    child = family.child("part")
    family.do(child.answers, "choose", "yes")
    family.do(child.answers, "choose", "yes")
    _correct(family, airport="LGA")
    family.do(child.returns, "b/pay", "P")
    family.do(family.top.returns, "sub/b/pay~undo")
    again = family.child("part")
    family.do(again.answers, "choose", "no")
    family.do(again.returns, "b/pay", "P2")
    family.do(again.fails, "b/last", "invalid")
    family.do(again.tick)
    assert (["b/last"], 1) == (again.in_flight(), again.count(ReviewRequested))


def test_a_child_that_is_undone_with_what_it_rests_on_is_run_again_though_its_inputs_come_out_the_same() -> None:
    """It rested on a step that is passed over after all, as at first."""
    top = (
        "facts: {f: {given: 1}}\nsteps: [{id: a, when: facts.f > 1, plan: part, with: {x: '{{ facts.f }}'}}, "
        "{id: b, plan: part, with: {x: '{{ steps.a.output }}'}}, {id: w, wait: 1h}]"
    )
    part = f"inputs: {{x: {{}}}}\nsteps: [{{id: pay, tool: t.write, with: {{x: '{{{{ inputs.x }}}}'}}, {UNDO}}}]"
    family = Family(top, {"part": part})
    _settle(family)
    for value in (2, 0):
        _correct(family, f=value)
        _settle(family)
    assert [("t.write", '{"x": null}')] == family.standing()


# --- rule 22 over a family ------------------------------------------------------------------------------------------


@st.composite
def _families(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """A plan with plan steps, and the plans below it; everything can be undone, no fact is assigned twice."""
    steps: list[dict[str, object]] = []
    readable: list[str] = []
    for number in range(draw(st.integers(1, 4))):
        sources = ["facts.f", "facts.g", "inputs.n", *readable]
        given = {"x": f"{{{{ {draw(st.sampled_from(sources))} }}}}"}
        step: dict[str, object] = {"id": f"s{number}", "with": given}
        kind = draw(st.sampled_from(["part", "part", "middle", "t.read", "t.write"]))
        step["plan" if kind in {"part", "middle"} else "tool"] = kind
        if kind == "t.write":
            step["compensate"] = {"tool": "t.undo", "with": {"x": "{{ output }}"}}
        shape = draw(st.sampled_from(SHAPES))
        step = in_shape(
            shape,
            step,
            number,
            draw(st.sampled_from(["facts.f > 1", "facts.g > 1"])),
            {"plan": "part", "with": {"x": "{{ facts.g }}"}},
        )
        if shape in {"plain", "when", "branch"}:
            readable.append(f"steps.s{number}.output")
        steps.append(step)
    facts = {"f": {"given": 1}, "g": {"given": "{{ facts.f }}"}}
    steps.append({"id": "last", "wait": "1h"})
    top = json.dumps({"holdfast": 1, "plan": "demo", "inputs": {"n": {}}, "facts": facts, "steps": steps})
    return top, {"part": _part(draw), "middle": MIDDLE}


MIDDLE = """
inputs: {x: {}}
steps:
  - {id: q, ask: {question: 'is it {{ inputs.x }}?', options: [yes, no]}}
  - {id: in, plan: part, with: {x: '{{ inputs.x }}'}}
output: '{{ steps.in.output }}'
"""


def _part(draw: st.DrawFn) -> str:
    undo = {"tool": "t.undo", "with": {"x": "{{ output }}"}}
    first = {"id": "a", "tool": draw(st.sampled_from(["t.read", "t.put"])), "with": {"x": "{{ inputs.x }}"}}
    if first["tool"] == "t.put":
        first["compensate"] = undo
    source = draw(st.sampled_from(["{{ steps.a.output }}", "{{ inputs.x }}", "always"]))
    steps = [first, {"id": "b", "tool": "t.write", "with": {"x": source}, "compensate": undo}]
    if draw(st.booleans()):
        steps.append({"id": "c", "ask": {"question": "so {{ steps.a.output }}?", "options": ["yes", "no"]}})
    plan = {"holdfast": 1, "plan": "part", "inputs": {"x": {}}, "steps": steps, "output": "{{ steps.b.output }}"}
    return json.dumps(plan)


def _serve(family: Family, choice: int = 0) -> bool:
    """Answer one call or question somewhere, by its arguments alone."""
    busy = [member for member in family.live() if member.state.calls or member.state.reviews]
    if not busy:
        return False
    member = busy[choice % len(busy)]
    if not member.state.calls:
        family.do(member.answers, "choose", "yes")
        return True
    number = next(iter(member.state.calls))
    action = member.pending[number]
    assert isinstance(action, CallTool)
    value = len(json.dumps(action.args, default=str)) % 4 if action.tool != "t.undo" else None
    family.do(member.observe, CallReturned(call=number, value=value))
    return True


def _settle(family: Family) -> None:
    while _serve(family):
        pass


def _finish(family: Family) -> None:
    for _ in range(600):
        if family.top.state.finished:
            return
        if not _serve(family):
            family.do(family.top.tick)


def _crash(family: Family, member: Member) -> None:
    """Its worker dies; whoever goes on asks for its children again."""
    family.do(member.crashes)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None, max_examples=40)
@given(st.data())
def test_rule_22_holds_over_a_family_of_runs(data: st.DataObject) -> None:
    """Facts and standing effects are those of a family that knew; nobody was asked the same twice."""
    top, plans = data.draw(_families())
    family = Family(top, plans, {"n": 1}, law=False)
    right: dict[str, object] = {}
    crashes = 0
    for _ in range(data.draw(st.integers(1, 14))):
        kind = data.draw(st.integers(0, 5))
        if kind <= 3:
            _serve(family, data.draw(st.integers(0, 2)))
        elif kind == 4:
            values: dict[str, object] = {data.draw(st.sampled_from(["f", "g"])): data.draw(st.integers(0, 3))}
            right |= values
            _correct(family, **values)
        elif crashes < 2 and family.live():
            crashes += 1
            _crash(family, data.draw(st.sampled_from(family.live())))
    _finish(family)
    twin = Family(top, plans, {"n": 1}, law=False)
    _correct(twin, **right)
    _finish(twin)
    assert ("succeeded", "succeeded") == (family.top.status, twin.top.status), family.top.state.outcome
    assert twin.standing() == family.standing()
    both = family.top.state.facts.keys() & twin.top.state.facts.keys()
    assert {name: twin.top.state.facts[name] for name in both} == {name: family.top.state.facts[name] for name in both}
