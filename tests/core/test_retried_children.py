"""A plan step that is tried again goes on as a block that is tried again (11-hard-cases 13)."""

from __future__ import annotations

from holdfast.core.events import CallIntended, ReviewRequested
from holdfast.core.provenance import names_of
from tests.core.family import Family, Member

UNDO = "compensate: {tool: t.undo, with: {x: '{{ output }}'}}"
RETRY = "retry: {attempts: 3, on: [invalid, timeout], delay: 1s, jitter: none}"
TOP = f"steps: [{{id: sub, plan: part, {RETRY}}}]\noutput: '{{{{ steps.sub.output }}}}'"
PART = f"""
steps:
  - {{id: look, tool: t.read}}
  - {{id: sure, ask: {{question: 'sure?', options: [yes, no]}}}}
  - {{id: pay, tool: t.write, with: {{x: '{{{{ steps.look.output }}}}'}}, human: [{{to: ops, timeout: 1h}}], {UNDO}}}
  - {{id: last, tool: t.web}}
output: '{{{{ [steps.sure.output, steps.pay.output] }}}}'
"""


def _calls(member: Member) -> list[str]:
    return [entry.event.address for entry in member.entries if isinstance(entry.event, CallIntended)]


def _first_fails(family: Family, child: Member) -> None:
    """The child does all it has to do, and its last step fails."""
    family.do(child.returns, "look", 7)
    family.do(child.answers, "choose", "yes")
    family.do(child.answers, "approve")
    family.do(child.returns, "pay", "P")
    family.do(child.fails, "last", "invalid")
    family.do(family.top.tick)


def test_a_retried_child_asks_nobody_twice_and_writes_nothing_twice() -> None:
    """Answers, approvals and writes stand; reads run again, and their new values do not change what was written."""
    family = Family(TOP, {"part": PART})
    _first_fails(family, family.child("part"))
    again = family.child("part")
    family.do(again.returns, "look", 8)
    assert (["look", "last"], 0) == (_calls(again), again.count(ReviewRequested))
    family.do(again.returns, "last", 1)
    assert ("succeeded", ["yes", "P"]) == (family.top.outcome.status, family.top.outcome.output)
    assert [("t.write", '{"x": 7}')] == family.standing()


def test_the_third_child_knows_what_the_first_one_did() -> None:
    """What a child was given it gives back with its own."""
    family = Family(TOP, {"part": PART})
    _first_fails(family, family.child("part"))
    again = family.child("part")
    family.do(again.returns, "look", 8)
    family.do(again.fails, "last", "invalid")
    family.do(family.top.tick)
    third = family.child("part")
    family.do(third.returns, "look", 9)
    assert (["look", "last"], 3) == (_calls(third), len(family.of("part")))
    assert ["sure?", "May t.write be called?"] == family.asked()


def test_an_approval_holds_for_the_same_call_of_the_next_child() -> None:
    """The write did not happen: it is made by the next child without asking, unless its arguments are others."""
    for seen, asked in ((7, 0), (8, 1)):
        family = Family(TOP, {"part": PART})
        child = family.child("part")
        family.do(child.returns, "look", 7)
        family.do(child.answers, "choose", "yes")
        family.do(child.answers, "approve")
        family.do(child.fails, "pay", "invalid")
        family.do(family.top.tick)
        again = family.child("part")
        family.do(again.returns, "look", seen)
        assert asked == again.count(ReviewRequested)
        key = "u:demo:t:sub//pay" + ("#2" if asked else "")
        assert key == (again.state.frames["pay"].call.key)


def test_a_write_that_happened_and_failed_fails_in_the_next_child_too() -> None:
    """Its result could not be used, and nobody gave one: it is not made again."""
    part = f"steps: [{{id: pay, tool: t.write, {UNDO}}}, {{id: last, tool: t.read}}]"
    family = Family(TOP.replace("invalid", "bad_output"), {"part": part})
    child = family.child("part")
    family.do(child.fails, "pay", "bad_output", happened=True)
    family.do(child.answers, "fail")
    family.do(family.top.tick)
    again = family.child("part")
    assert ([], "failed", "bad_output") == (_calls(again), again.status, again.outcome.error.code)


def test_effects_of_the_first_child_are_undone_by_the_second_if_its_plan_says_so() -> None:
    """What stands goes down with the request; what was undone below is nobody's to undo above."""
    part = f"on_failure: compensate\nsteps: [{{id: pay, tool: t.write, {UNDO}}}, {{id: last, tool: t.read}}]"
    top = "on_failure: compensate\nsteps: [{id: sub, plan: part, timeout: 5s, retry: {attempts: 2, delay: 1s}}]"
    family = Family(top, {"part": part})
    child = family.child("part")
    family.do(child.returns, "pay", "P")
    family.do(family.top.tick)  # its time is up: it is stopped with its effect standing
    assert ["sub/pay"] == list(family.top.state.effects)
    family.do(family.top.tick)
    again = family.child("part")
    assert ["last"] == again.in_flight()
    family.do(again.fails, "last", "invalid")
    assert ["pay~undo"] == again.in_flight()
    family.do(again.returns, "pay~undo")
    assert ("failed", {}, []) == (family.top.status, family.top.state.effects, family.standing())


def test_the_next_child_writes_anew_what_was_undone() -> None:
    """Under the next revision of its key, whether the child undid it or the parent."""
    part = f"on_failure: compensate\nsteps: [{{id: pay, tool: t.write, {UNDO}}}, {{id: last, tool: t.read}}]"
    family = Family(TOP, {"part": part})
    child = family.child("part")
    family.do(child.returns, "pay", "P")
    family.do(child.fails, "last", "invalid")
    family.do(child.returns, "pay~undo")
    family.do(family.top.tick)
    again = family.child("part")
    assert ["u:demo:t:sub//pay#2"] == [again.state.frames["pay"].call.key]
    fresh = Family(TOP.replace("attempts: 3", "attempts: 3, fresh: true"), {"part": part.partition("\n")[2]})
    child = fresh.child("part")
    fresh.do(child.returns, "pay", "P")
    fresh.do(child.fails, "last", "invalid")
    fresh.do(fresh.top.tick) if not fresh.top.in_flight() else None
    fresh.do(fresh.top.returns, "sub/pay~undo")
    fresh.do(fresh.top.tick)
    again = fresh.child("part")
    assert ["u:demo:t:sub//pay#2"] == [again.state.frames["pay"].call.key]


def test_a_child_that_does_not_record_what_it_reads_keeps_its_writes_too() -> None:
    """No labels, no facts, no questions: the write alone."""
    family = Family(TOP, {"part": "steps: [{id: pay, tool: t.write}, {id: last, tool: t.read}]"})
    child = family.child("part")
    family.do(child.returns, "pay", "P")
    family.do(child.fails, "last", "invalid")
    family.do(family.top.tick)
    again = family.child("part")
    assert (["last"], {"pay": "P"}, False) == (again.in_flight(), again.state.kept, again.state.tracked)


def test_a_fresh_retry_asks_where_a_childs_write_still_stands() -> None:
    """`fresh` never repeats an effect by itself, wherever it was made."""
    part = "steps: [{id: in, plan: deep}, {id: last, tool: t.read}]"
    deep = "steps: [{id: pay, tool: t.write}]"
    before = f"{{id: other, plan: deep, {RETRY}}}, {{id: sub"
    top = TOP.replace("{id: sub", before).replace(
        "plan: part, retry: {attempts: 3", "plan: part, retry: {fresh: true, attempts: 3"
    )
    family = Family(top, {"part": part, "deep": deep})
    other = family.child("deep")
    family.do(other.returns, "pay", 1)
    grandchild = family.child("deep")
    family.do(grandchild.returns, "pay", 1)
    child = family.child("part")
    family.do(child.fails, "last", "invalid")
    (review,) = family.top.state.reviews.values()
    assert ("fresh", True) == (review.trigger_on, "sub/in/pay" in review.question + str(review.context))


def test_a_grandchild_goes_on_where_the_one_before_it_ended() -> None:
    """What it left goes up through its parent and down again."""
    family = Family(
        TOP,
        {
            "part": "steps: [{id: in, plan: deep}, {id: last, tool: t.read}]\noutput: '{{ steps.in.output }}'",
            "deep": PART,
        },
    )
    deep = family.child("deep")
    family.do(deep.returns, "look", 7)
    family.do(deep.answers, "choose", "yes")
    family.do(deep.answers, "approve")
    family.do(deep.returns, "pay", "P")
    family.do(deep.returns, "last", 1)
    child = family.child("part")
    family.do(child.fails, "last", "invalid")
    family.do(family.top.tick)
    again = family.child("deep")
    assert again is not deep
    family.do(again.returns, "look", 8)
    family.do(again.returns, "last", 1)
    child = family.child("part")
    family.do(child.returns, "last", 1)
    assert ("succeeded", ["yes", "P"]) == (family.top.outcome.status, family.top.outcome.output)
    assert (1, 2) == (len(family.standing()), len(family.asked()))


def test_a_fact_that_a_person_told_a_child_is_known_to_the_next() -> None:
    """By the question for it, or by a correction of the child."""
    part = """
facts:
  who: {ask: {question: 'who for {{ inputs.n }}?', schema: {type: string}}}
  size: {given: 1}
inputs: {n: {default: 1}}
steps: [{id: a, tool: t.read, with: {x: '{{ facts.who }}', y: '{{ facts.size }}'}}]
"""
    family = Family(TOP.replace("plan: part", "plan: part, with: {n: 1}"), {"part": part})
    child = family.child("part")
    family.do(child.answers, "answer", "ana")
    family.do(child.signals, "correct", payload={"size": 3})
    family.do(child.fails, "a", "invalid")
    family.do(family.top.tick)
    again = family.child("part")
    assert {"x": "ana", "y": 3} == again.last(CallIntended).args
    assert 1 == len(family.asked())


def test_labels_of_what_a_child_kept_are_not_washed_off() -> None:
    """What an untrusted tool wrote is untrusted for the next child too."""
    part = """
inputs: {x: {}}
steps:
  - {id: note, tool: t.put, with: {x: '{{ inputs.x }}'}}
  - {id: send, tool: t.write, with: {x: '{{ steps.note.output }}'}, human: [{when: "'untrusted' in labels", to: ops, timeout: 1h}]}
"""
    top = f"steps: [{{id: page, tool: t.web}}, {{id: sub, plan: part, with: {{x: '{{{{ steps.page.output }}}}'}}, {RETRY}}}]"
    family = Family(top, {"part": part})
    family.do(family.top.returns, "page", "text")
    child = family.child("part")
    family.do(child.returns, "note", "N")
    family.do(child.answers, "approve")
    family.do(child.fails, "send", "invalid")
    family.do(family.top.tick)
    again = family.child("part")
    assert ["send"] == again.in_flight()
    assert "untrusted" in names_of(again.state.frames["send"].labels)


def test_a_child_that_may_not_come_again_leaves_nothing() -> None:
    """And one that did nothing leaves nothing either: what is not needed costs nothing."""
    once = Family("steps: [{id: sub, plan: part}]", {"part": "steps: [{id: pay, tool: t.write}]"})
    child = once.child("part")
    once.do(child.returns, "pay", 1)
    idle = Family(TOP, {"part": "steps: [{id: look, tool: t.read}]"})
    other = idle.child("part")
    idle.do(other.returns, "look", 1)
    assert [None, None] == [child.outcome.legacy, other.outcome.legacy]


def test_a_crash_between_two_children_changes_nothing() -> None:
    """What the second is told hangs on the parent's journal alone."""
    family = Family(TOP, {"part": PART})
    child = family.child("part")
    family.do(child.returns, "look", 7)
    child.crashes()
    family.do(child.answers, "choose", "yes")
    family.top.crashes()
    family.do(child.answers, "approve")
    family.do(child.returns, "pay", "P")
    family.do(child.fails, "last", "invalid")
    family.top.crashes()
    family.do(family.top.tick)
    again = family.child("part")
    again.crashes()
    family.do(again.returns, "look", 8)
    family.do(again.returns, "last", 1)
    assert ["yes", "P"] == family.top.outcome.output


def test_another_child_of_the_same_step_draws_the_same() -> None:
    """`sample`: who was spared in the first try is spared in the second, and who was asked is asked: the same run."""
    pay = "{id: pay, tool: t.write, optional: true, human: [{to: ops, sample: 0.5, timeout: 1h}]}"
    part = f"steps: [{{id: all, each: {{in: '[1, 2, 3, 4, 5, 6, 7, 8]', concurrency: 8}}, do: [{pay}]}}, {{id: no, tool: t.read}}]"
    family = Family("steps: [{id: sub, plan: part, retry: {attempts: 2, on: [denied]}}]", {"part": part})
    drawn = list[set[str]]()
    for _ in range(2):
        child = family.child("part")
        drawn.append({review.address for review in child.state.reviews.values()})
        for _asked in drawn[-1]:
            family.do(child.answers, "reject")
        for address in child.in_flight():
            family.do(child.fails, address, "denied")
        family.do(child.fails, "no", "denied")
        if not family.top.state.finished:
            family.do(family.top.tick)
    assert drawn[0] == drawn[1]
    assert 0 < len(drawn[0]) < 8
    assert 2 == len(family.of("part"))
