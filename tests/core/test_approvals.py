"""Several approvals, nobody decides about their own run, and escalation (2-plan-language 7, rules 9 and 10)."""

from __future__ import annotations

import pytest

from holdfast.core.actions import ReviewMoved
from holdfast.core.events import ReviewAnswered, ReviewRequested, ReviewSettled
from holdfast.core.review import Review
from tests.core.world import World

PAY = """
steps:
  - id: pay
    tool: %s
    with: {amount: 700}
    human: [%s]
    fallback: [{id: other, tool: t.read}]
"""


def _pay(trigger: str, tool: str = "t.put") -> World:
    return World(PAY % (tool, trigger))


def _open(world: World) -> Review:
    (review,) = world.state.reviews.values()
    return review


FOUR_EYES = "{to: finance, timeout: 1h, approvals: 2}"


def test_two_approvals_need_two_people() -> None:
    """The first one is on record and the review stays open; the second one lets the call go."""
    world = _pay(FOUR_EYES)
    world.answers("approve", by="ana")
    assert ([], 2) == (world.in_flight(), _open(world).approvals)
    world.answers("approve", by="bob")
    assert (["pay"], {}) == (world.in_flight(), world.state.reviews)


def test_the_same_person_twice_counts_once() -> None:
    """And so does nobody in particular, not even once."""
    world = _pay(FOUR_EYES)
    for by in ("ana", "ana", "", ""):
        world.answers("approve", by=by)
    assert world.in_flight() == []


def test_one_rejection_decides() -> None:
    """After an approval as well as before."""
    world = _pay(FOUR_EYES)
    world.answers("approve", by="ana")
    world.answers("reject", "no", by="bob")
    assert world.in_flight() == ["pay/other"]


def test_an_edit_voids_the_approvals_given_and_counts_as_one_for_its_own_arguments() -> None:
    """Whoever edits has approved the new arguments; somebody else has to as well."""
    world = _pay(FOUR_EYES)
    world.answers("approve", by="ana")
    world.answers("edit", {"amount": 10}, by="bob")
    assert ([], {"amount": 10}, ("bob",)) == (world.in_flight(), _open(world).args, _open(world).approved_by)
    world.answers("approve", by="bob")
    assert world.in_flight() == []
    world.answers("approve", by="ana")
    assert (["pay"], {"amount": 10}) == (world.in_flight(), world.state.frames["pay"].call.args)


def test_a_later_edit_voids_the_one_before() -> None:
    """Only who gave these very arguments has approved them."""
    world = _pay(FOUR_EYES)
    world.answers("edit", {"amount": 10}, by="ana")
    world.answers("edit", {"amount": 20}, by="bob")
    assert _open(world).approved_by == ("bob",)


def test_an_edit_of_one_review_says_nothing_for_the_other_queue() -> None:
    """Another queue looks at the new arguments afresh."""
    world = _pay("{to: a, timeout: 1h, approvals: 2}, {to: b, timeout: 1h, approvals: 2}")
    world.answers("edit", {"amount": 10}, review="r.1", by="ana")
    assert [("a", ("ana",)), ("b", ())] == [(one.to, one.approved_by) for one in world.state.reviews.values()]


def test_of_triggers_in_one_review_the_most_approvals_are_needed() -> None:
    """One review where queue and kind agree, and the stricter demand holds."""
    world = _pay("{to: f, timeout: 1h, reason: A}, {to: f, timeout: 1h, reason: B, approvals: 2, separate: true}")
    assert ("A; B", 2, ("u",)) == (_open(world).reason, _open(world).approvals, _open(world).excluded)


def test_an_output_may_need_two_people_as_well() -> None:
    """`after`: an edited output is looked at by somebody else before it stands."""
    world = World("steps: [{id: a, tool: t.put, human: [{on: after, to: ops, timeout: 1h, approvals: 2}]}]")
    world.returns("a", 9)
    world.answers("approve", by="ana")
    world.answers("edit", 5, by="bob")
    assert {"output": 5} == _open(world).context
    world.answers("approve", by="ana")
    assert (5, "person") == (world.state.scope.results["a"]["output"], world.state.scope.results["a"]["via"])


# --- who may not decide -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trigger", "tool", "excluded"),
    [
        ("{to: f, timeout: 1h}", "t.put", ()),
        ("{to: f, timeout: 1h, separate: true}", "t.put", ("u",)),
        ("{to: f, timeout: 1h}", "t.write", ("u",)),
        ("{to: requester, timeout: 1h}", "t.write", ()),
    ],
)
def test_who_started_the_run_does_not_decide_about_payments_nor_where_the_plan_says_so(
    trigger: str, tool: str, excluded: tuple[str, ...]
) -> None:
    """Rule 10: `separate`, and calls whose contract names an amount; what is put to the requester is theirs."""
    assert _open(_pay(trigger, tool)).excluded == excluded


def test_an_answer_of_somebody_excluded_is_recorded_and_ignored() -> None:
    """It is in the journal, and the review stays open; without a name it is as good as theirs."""
    world = _pay("{to: f, timeout: 1h}", "t.write")
    world.answers("approve", by="u")
    world.answers("approve", by="")
    assert ([], 2, 1) == (world.in_flight(), world.count(ReviewAnswered), len(world.state.reviews))
    world.answers("approve", by="ana")
    assert world.in_flight() == ["pay"]


def test_who_started_the_run_may_always_answer_questions() -> None:
    """Never excluded from `ask`."""
    world = World(
        "steps: [{id: a, ask: {to: requester, question: q, options: [x], timeout: 1m}}, {id: b, tool: t.read}]"
    )
    world.answers("choose", "x", by="u")
    assert world.in_flight() == ["b"]


@pytest.mark.parametrize("on", ["failure", "unknown_outcome", "after"])
def test_separate_holds_for_every_kind_of_review(on: str) -> None:
    """Also where nothing is called any more."""
    world = World(f"steps: [{{id: a, tool: t.once, human: [{{on: {on}, to: ops, timeout: 1h, separate: true}}]}}]")
    if on == "after":
        world.returns("a", 1)
    else:
        world.fails("a", "timeout" if on == "unknown_outcome" else "invalid")
    assert _open(world).excluded == ("u",)


# --- escalation -------------------------------------------------------------------------------------------------------

CHAIN = (
    "{to: finance, timeout: 4h, valid_for: 1d, on_timeout: {escalate: {to: cfo, timeout: 2h, on_timeout: "
    "{escalate: {to: board, timeout: 1h, on_timeout: approve}}}}}"
)


def test_nobody_in_time_asks_the_next() -> None:
    """Each stage is on record: the old review closes as escalated and another one opens with its own time."""
    world = _pay(CHAIN)
    stages: list[tuple[str, str, float, int]] = []
    for _ in range(3):
        review = _open(world)
        stages.append((review.to, review.on_timeout, (review.due or 0) - world.now, review.stage))
        world.tick()
    assert stages == [
        ("finance", "escalate", 14400.0, 0),
        ("cfo", "escalate", 7200.0, 1),
        ("board", "approve", 3600.0, 2),
    ]
    settled = [entry.event for entry in world.entries if isinstance(entry.event, ReviewSettled)]
    assert ["escalated", "escalated", "approve"] == [event.outcome for event in settled]
    assert (["pay"], 3) == (world.in_flight(), world.count(ReviewRequested))


def test_an_answer_at_a_later_stage_decides() -> None:
    """As it would have at the first."""
    world = _pay(CHAIN)
    world.tick()
    world.answers("edit", {"amount": 1}, by="ana")
    assert (["pay"], {"amount": 1}) == (world.in_flight(), world.state.frames["pay"].call.args)


def test_an_answer_to_a_stage_that_is_over_changes_nothing() -> None:
    """It came too late."""
    world = _pay(CHAIN)
    world.tick()
    world.answers("reject", review="r.1")
    assert ("cfo", []) == (_open(world).to, world.in_flight())


def test_what_one_of_two_has_approved_stays_approved_at_the_next_stage() -> None:
    """The next stage needs one more person, another one."""
    world = _pay("{to: finance, timeout: 1h, approvals: 2, on_timeout: {escalate: {to: cfo, timeout: 1h}}}")
    world.answers("approve", by="ana")
    world.tick()
    assert (1, ("ana",)) == (world.last(ReviewSettled).heard, _open(world).approved_by)
    world.answers("approve", by="ana")
    assert world.in_flight() == []
    world.answers("approve", by="cleo")
    assert world.in_flight() == ["pay"]


def test_a_pause_halts_the_time_of_open_reviews() -> None:
    """People see none while it lasts, and what was left of it afterwards; a review without one has none."""
    world = World(
        "steps: [{id: p, parallel: {a: [{id: q, ask: {to: r, question: q, options: [x], timeout: 1h}}], "
        "b: [{id: u, ask: {to: r, question: q, options: [x]}}]}}]"
    )
    (due,) = [review.due for review in world.state.reviews.values() if review.due]
    turn = world.signals("pause")
    assert [None] == [change.due for change in turn.changes if isinstance(change, ReviewMoved)]
    assert [None, None] == [item["due"] for item in world.mind.summary().waiting]
    world.now += 600.0
    turn = world.signals("unpause")
    assert [due + 600.0] == [change.due for change in turn.changes if isinstance(change, ReviewMoved)]
    assert [due + 600.0, None] == [item["due"] for item in world.mind.summary().waiting]
    assert due + 600.0 == world.mind.next_due()


def test_a_stage_without_a_time_waits() -> None:
    """The last stage need not have one."""
    world = _pay("{to: finance, timeout: 1h, on_timeout: {escalate: {to: cfo}}}")
    world.tick()
    assert (None, "cfo") == (_open(world).due, _open(world).to)


def test_triggers_that_escalate_otherwise_are_reviews_of_their_own() -> None:
    """One time and one consequence per review, so nobody's chain is cut short by another trigger."""
    world = _pay("{to: f, timeout: 1h}, {to: f, timeout: 2h, on_timeout: {escalate: {to: cfo, timeout: 1h}}}")
    assert [("reject", 3600.0), ("escalate", 7200.0)] == [
        (one.on_timeout, (one.due or 0) - world.now) for one in world.state.reviews.values()
    ]


def test_failures_escalate_too() -> None:
    """`failure` with nobody there: the next is asked what becomes of it."""
    world = World(
        "steps: [{id: a, tool: t.read, human: [{on: failure, to: ops, timeout: 1h, "
        "on_timeout: {escalate: {to: boss, timeout: 1h, on_timeout: abort}}}]}]"
    )
    world.fails("a", "invalid")
    world.tick()
    assert ("boss", "failure") == (_open(world).to, _open(world).kind)
    world.tick()
    assert world.outcome.status == "aborted"


def test_a_stage_may_need_fewer_people() -> None:
    """`approvals: 2` first, and one director is enough; a stage that does not say so asks as the trigger does."""
    world = _pay(
        "{to: finance, timeout: 1h, approvals: 2, on_timeout: {escalate: {to: director, approvals: 1, timeout: 1h, "
        "on_timeout: {escalate: {to: board, timeout: 1h}}}}}"
    )
    world.answers("approve", by="ana")
    world.tick()
    assert ("director", 1, ("ana",), []) == (
        _open(world).to, _open(world).approvals, _open(world).approved_by, world.in_flight()
    )  # fmt: skip
    world.tick()
    assert ("board", 2) == (_open(world).to, _open(world).approvals)


def test_one_person_of_a_stage_that_asks_for_one_decides() -> None:
    """Whoever else had been asked before."""
    stage = "{escalate: {to: director, approvals: 1, timeout: 1h}}"
    world = _pay(f"{{to: finance, timeout: 1h, approvals: 2, on_timeout: {stage}}}")
    world.tick()
    world.answers("approve", by="dee")
    assert world.in_flight() == ["pay"]


def test_whoever_started_the_run_decides_about_a_payment_at_no_later_stage_either() -> None:
    """They were asked first, by name; once others are asked, somebody else has to decide."""
    world = _pay("{to: requester, timeout: 1h, on_timeout: {escalate: {to: cfo, timeout: 1h}}}", tool="t.write")
    assert () == _open(world).excluded
    world.tick()
    assert (world.state.user,) == _open(world).excluded
    world.answers("approve", by=world.state.user)
    assert world.in_flight() == []
    world.answers("approve", by="cleo")
    assert world.in_flight() == ["pay"]


ASKED = """
steps:
  - id: pick
    ask:
      to: requester
      question: Which?
      options: [x, y]
      %s
      timeout: 1h
      on_timeout: {escalate: {to: lead, timeout: 2h, on_timeout: {escalate: {to: boss, timeout: 3h%s}}}}
    optional: true
  - {id: told, tool: t.read, with: {n: "{{ steps.pick.output }}"}}
"""


def test_a_question_goes_on_to_others() -> None:
    """Each stage is a review of its own with its own time; whoever is asked then answers it."""
    world = World(ASKED % ("", ""))
    stages = [(_open(world).to, _open(world).on_timeout, (_open(world).due or 0) - world.now)]
    world.tick()
    stages.append((_open(world).to, _open(world).on_timeout, (_open(world).due or 0) - world.now))
    assert [("requester", "escalate", 3600.0), ("lead", "escalate", 7200.0)] == stages
    world.answers("choose", "y", by="lena")
    assert (["told"], {"n": "y"}) == (world.in_flight(), world.state.frames["told"].call.args)


@pytest.mark.parametrize(
    ("default", "last", "then"),
    [
        ("", "", "failed"),
        ("default: x", "", "succeeded"),
        ("default: x", ", on_timeout: fail", "failed"),
        ("", ", on_timeout: abort", ""),
    ],
)
def test_when_the_last_one_asked_is_silent_too_the_question_ends_as_it_says(default: str, last: str, then: str) -> None:
    """Without a word the last stage does what the question would: its default, or it fails with `expired`."""
    world = World(ASKED % (default, last))
    for _ in range(3):
        world.tick()
    assert 3 == world.count(ReviewRequested)
    if then:
        assert (["told"], then) == (world.in_flight(), world.state.frames[""].scope.results["pick"].status)
    else:
        assert "aborted" == world.outcome.status


def test_silence_that_approves_is_not_said_to_be_an_answer() -> None:
    """`on_timeout: approve`: the reason is the time, and how many had been heard."""
    world = _pay("{to: f, timeout: 1h, on_timeout: approve}")
    world.tick()
    settled = world.last(ReviewSettled)
    assert ("approve", 0, "timeout") == (settled.outcome, settled.heard, settled.why["code"])
