"""Pending operations and subjects (2-plan-language 9, 11-hard-cases 19)."""

from __future__ import annotations

import pytest

from holdfast.core.actions import (
    CallTool,
    CancelCall,
    PendingCleared,
    PendingHeld,
    PendingListed,
    SubjectReserved,
    SubjectWanted,
)
from holdfast.core.events import (
    CallIntended,
    ClaimDeferred,
    EffectInFlight,
    EffectKnown,
    PendingAwaited,
    PendingReleased,
    PendingSettled,
    RunFinished,
    StepSkipped,
    SubjectDue,
    SubjectFreed,
    SubjectHeld,
)
from holdfast.core.rounds import Rounds
from holdfast.core.state import Result, Scope
from holdfast.core.unsettled import SettledRounds, Unsettled, Withheld, settled
from tests.core.world import World

LOOK = "until: {tool: t.read, with: {of: '{{ args.n }}'}, when: result == 'seen', every: 10s}"
SEND = f"{{id: send, tool: t.write, with: {{n: 7}}, subject: lead-7, pending: {{{LOOK}, timeout: 1m}}}}"


def world(*steps: str, **top: str) -> World:
    """A world with a plan of these steps."""
    head = "".join(f"{key}: {value}\n" for key, value in top.items())
    return World(head + "steps:\n" + "".join(f"  - {step}\n" for step in steps))


def sending(extra: str = "", pending: str = f"{LOOK}, timeout: 1m", **top: str) -> World:
    """A write about lead-7 whose effect is not visible yet, and a step after it."""
    return world(
        f"{{id: send, tool: t.write, with: {{n: 7}}, subject: lead-7, pending: {{{pending}}}{extra}}}",
        "{id: next, tool: t.read}",
        **top,
    )


def held(by: str = "other") -> SubjectHeld:
    """What a store says of lead-7."""
    return SubjectHeld(subject="lead-7", run=by, address="send")


# --- subjects ---------------------------------------------------------------------------------------------------------


def test_a_subject_is_reserved_with_the_intent() -> None:
    """In the same append as the key: there is no moment at which another run could slip in between."""
    at = sending()
    assert [type(change).__name__ for change in at.turn.changes] == ["EffectClaimed", "SubjectReserved"]
    assert at.turn.changes[1] == SubjectReserved(subject="lead-7", address="send", tool="t.write")
    assert [type(action) for action in at.turn.actions] == [CallTool]


def test_a_write_without_subject_reserves_nothing() -> None:
    """Nor does it write a word more."""
    at = world("{id: send, tool: t.write}")
    assert [type(change).__name__ for change in at.turn.changes] == ["EffectClaimed"]
    assert at.last(CallIntended).subject == ""


@pytest.mark.parametrize(
    ("word", "said"), [("none", "null"), ("''", "empty"), ("[1]", "a list"), ("{'a': 1}", "a map")]
)
@pytest.mark.parametrize("what", ["subject", "idempotency_key"])
def test_what_tells_effects_apart_has_to_be_a_word(what: str, word: str, said: str) -> None:
    """Null would be one and the same subject for all leads without one. An empty key is no key, as ever."""
    at = world(f'{{id: send, tool: t.write, {what}: "{{{{ {word} }}}}"}}')
    if (what, said) == ("idempotency_key", "empty"):
        assert ["send"] == at.in_flight()
        return
    assert ([], "invalid") == (at.in_flight(), at.outcome.error.code)
    assert f"`{what}` has to be text or a number, to tell one effect from another; here it is {said}" in (
        at.outcome.error.message
    )


def test_a_number_is_a_subject() -> None:
    """As the number of an order is."""
    assert "7" == world('{id: send, tool: t.write, subject: "{{ 3 + 4 }}"}').last(CallIntended).subject


def test_a_subject_without_pending_is_free_once_the_effect_is_known() -> None:
    """It keeps two effects about one thing from being under way at once, and no longer."""
    at = world("{id: send, tool: t.write, subject: lead-7}", "{id: again, tool: t.write, subject: lead-7}")
    at.returns("send", 1)
    cleared = PendingCleared(address="send", subject="lead-7")
    assert cleared in at.turn.changes
    assert ["again"] == at.in_flight()


@pytest.mark.parametrize(("code", "freed"), [("conflict", True), ("timeout", False)])
def test_a_subject_is_released_only_when_the_effect_is_known_not_to_have_happened(code: str, freed: bool) -> None:
    """11-hard-cases 19: a lost answer is no answer."""
    at = world("{id: send, tool: t.once, subject: lead-7}")
    at.fails("send", code)
    assert freed == (PendingCleared(address="send", subject="lead-7") in at.turn.changes)
    assert freed == ("lead-7" not in at.state.subjects)


def test_a_subject_is_released_when_a_person_rules_the_effect_out() -> None:
    """Or when the check finds nothing."""
    at = world("{id: send, tool: t.once, subject: lead-7}")
    at.fails("send", "timeout")
    at.answers("fail")
    assert PendingCleared(address="send", subject="lead-7") in at.turn.changes


def test_a_person_who_confirms_the_effect_opens_the_operation() -> None:
    """However it became known that it took place, it has to become visible."""
    at = world(SEND.replace("t.write", "t.once"))
    at.fails("send", "timeout")
    at.answers("happened", "sent")
    assert PendingListed(address="send", tool="t.once", due=at.now + 60, subject="lead-7") in at.turn.changes
    assert ["send/~pending"] == at.in_flight()


def test_a_held_subject_skips_the_step() -> None:
    """The default: somebody has done it already, it only is not visible yet."""
    at = World(f"steps:\n  - {SEND}\n  - {{id: next, tool: t.read, when: steps.send.via == 'pending'}}\n", law=False)
    at = refused(at)
    assert at.last(StepSkipped) == StepSkipped(
        address="send", via="pending", why={"code": "subject", "subject": "lead-7", "run": "other"}
    )
    assert ["next"] == at.in_flight()


def refused(at: World, *more: SubjectHeld) -> World:
    """The same world, told by the store before its first decision that others hold the subject."""
    again = World(at.plan.source, law=False)
    request = again.entries[0].event
    again.mind = type(again.mind)(again.plan)
    again.entries.clear()
    again.subjects.clear()
    again.operations.clear()
    again.pending.clear()
    again.ledger.clear()
    again.law = True
    for one in more or (held(),):
        again.observe(one)
    again.observe(request)  # type: ignore[arg-type]
    return again


def test_a_held_subject_fails_the_step_where_that_is_wanted() -> None:
    """With `conflict`, which is not transient: trying again at once would not help."""
    at = refused(world(SEND[:-1] + ", on_pending: fail}"))
    assert (at.outcome.error.code, at.outcome.error.details) == ("conflict", {"run": "other"})


def test_a_skipped_alternative_is_the_one_that_was_taken() -> None:
    """A fallback whose effect is pending already has nothing more to do."""
    twin = SEND.replace("id: send", "id: twin")
    at = world(SEND, f"{{id: try, tool: t.read, fallback: [{twin}]}}")
    at.returns("send", "ok")
    at.fails("try", "internal")
    seen(at)
    assert ("skipped", "twin") == (at.state.scope.results["twin"]["status"], at.state.scope.results["try"]["via"])  # type: ignore[index]
    assert at.outcome.status == "succeeded"


def test_a_wait_for_a_subject_backs_off_and_is_woken() -> None:
    """It looks again later and later, and at once when the subject is released."""
    at = refused(world(SEND[:-1] + ", on_pending: wait}"))
    first = at.last(ClaimDeferred)
    assert (first.subject, 0.5 <= first.due - at.now <= 1.0) == ("lead-7", True)
    assert SubjectWanted(subject="lead-7") in at.turn.changes
    delays = [first.due - at.now]
    for _ in range(3):
        at.now = first.due
        at.observe(held())
        at.tick()
        delays.append(at.last(ClaimDeferred).due - at.now)
        first = at.last(ClaimDeferred)
    assert sorted(delays) == delays
    at.observe(SubjectFreed(subject="lead-7"), after=0.1)
    assert ["send"] == at.in_flight()


def test_who_waits_for_days_looks_again_once_an_hour() -> None:
    """It is told when the subject is free, so a week of waiting does not fill its journal."""
    at = refused(world(SEND[:-1] + ", on_pending: wait}"))
    began, looks = at.now, 0
    while at.now < began + 2 * 86_400:
        looks += 1
        at.now = at.last(ClaimDeferred).due
        at.observe(held())
        at.tick()
    assert looks < 2 * 24 * 2 + 20


def test_a_hold_that_runs_out_wakes_who_waits_then() -> None:
    """Not at the next look, which may be an hour later; looks that are nearer are made all the same."""
    at = world(SEND[:-1] + ", on_pending: wait}")
    at = refused(at, SubjectHeld(subject="lead-7", run="other", address="x", state="held", until=at.now + 0.25))
    assert at.now + 0.25 == at.last(ClaimDeferred).due
    assert SubjectWanted(subject="lead-7", until=at.now + 0.25) in at.turn.changes
    at.tick()
    assert ["send"] == at.in_flight()


def test_a_hold_that_ran_out_while_it_was_told_keeps_nobody() -> None:
    """The store that told of it took nothing for a while: it is asked again, and not waited for in no time for ever."""
    at = refused(world(SEND[:-1] + ", on_pending: wait}"))
    at.now = at.last(ClaimDeferred).due + 5
    at.observe(SubjectHeld(subject="lead-7", run="other", address="x", state="held", until=at.now - 1))
    at.tick()
    assert ["send"] == at.in_flight()


def test_a_hold_that_begins_while_somebody_waits_is_told_to_them() -> None:
    """Its end may come before the next look, or long after it."""
    at = refused(world(SEND[:-1] + ", on_pending: wait}"))
    look = at.last(ClaimDeferred).due
    at.observe(SubjectDue(subject="lead-7", until=look + 100))
    assert look == at.mind.next_due()
    at.observe(SubjectDue(subject="lead-7", until=at.now + 0.25))
    assert at.now + 0.25 == at.mind.next_due()
    at.observe(SubjectDue(subject="other", until=at.now))
    at.tick()
    assert ["send"] == at.in_flight()
    at.observe(SubjectDue(subject="lead-7", until=at.now))
    assert ["send"] == at.in_flight()


def test_what_the_run_itself_holds_is_free_at_its_time() -> None:
    """Nobody has to say so: another step of it looks again at that instant."""
    send = "tool: t.write, with: {n: 7}, subject: lead-7, pending: {event: go, timeout: 1m, hold_for: 250ms}"
    at = world(f"{{id: send, {send}}}", "{id: rest, wait: 60100ms}", f"{{id: again, {send}, on_pending: wait}}")
    began = at.now
    at.returns("send", "ok")
    at.tick()
    at.tick()
    assert (began + 60.1, began + 60.25) == (at.now, at.last(ClaimDeferred).due)
    at.tick()
    assert ["again"] == at.in_flight()


def test_two_steps_of_one_run_share_the_rule() -> None:
    """The run itself knows what it holds: the store need not be asked."""
    at = world(
        "{id: both, parallel: {a: [" + SEND + "], b: [" + SEND.replace("id: send", "id: twin") + "]}}",
    )
    assert ["both/a/send"] == at.in_flight()
    assert at.last(StepSkipped).address == "both/b/twin"
    assert at.last(StepSkipped).why["run"] == "r"


def test_a_released_subject_that_nobody_waits_for_changes_nothing() -> None:
    """The observation may come late."""
    at = sending()
    at.observe(SubjectFreed(subject="lead-7"))
    at.observe(SubjectFreed(subject="other"))
    assert ["send"] == at.in_flight()


def test_a_subject_that_somebody_else_was_faster_to_take_is_waited_for_again() -> None:
    """News that it is free may come late: what the store says at that instant counts, or it would be asked for ever."""
    at = refused(world(SEND[:-1] + ", on_pending: wait}"))
    at.now += 0.1
    at.observe(held())
    at.observe(SubjectFreed(subject="lead-7"))
    assert [] == at.in_flight()
    assert at.last(ClaimDeferred).due > at.now
    at.observe(SubjectFreed(subject="lead-7"), after=0.1)
    assert ["send"] == at.in_flight()


def test_waiting_for_a_key_backs_off_too() -> None:
    """Not every second for ever: each look at the ledger is an append."""
    at = World("steps: [{id: pay, tool: t.write}]", law=False)
    request = at.entries[0].event
    at.mind, at.entries, at.ledger = type(at.mind)(at.plan), [], {}
    claim = EffectInFlight(tool="t.write", key="u:demo:t:pay", run="other")
    delays = []
    at.observe(claim)
    at.observe(request)  # type: ignore[arg-type]
    for _ in range(8):
        delays.append(at.last(ClaimDeferred).due - at.now)
        at.now = at.last(ClaimDeferred).due
        at.observe(claim)
        at.tick()
    assert delays[0] <= 1.0
    assert delays[-1] > 30.0
    assert max(delays) <= 60.0


# --- confirmation -----------------------------------------------------------------------------------------------------


def test_the_block_goes_on_while_the_step_is_pending() -> None:
    """And the step says so."""
    at = sending()
    at.returns("send", "ok")
    assert {"send/~pending", "next"} == set(at.in_flight())
    assert at.state.scope.results["send"]["status"] == "pending"  # type: ignore[index]


def test_looking_goes_on_until_the_effect_is_visible() -> None:
    """Each look is an ordinary read, `every` so many seconds; then the subject is free and the step succeeded."""
    at = sending()
    at.returns("send", "ok")
    at.returns("next")
    assert not at.state.finished
    at.returns("send/~pending", "not yet")
    at.tick()
    at.fails("send/~pending", "unavailable")
    at.tick()
    at.returns("send/~pending", "seen")
    assert PendingCleared(address="send", subject="lead-7") in at.turn.changes
    assert ("succeeded", ()) == (at.outcome.status, at.outcome.notes)
    assert at.now == 1_000_020.0


def test_a_look_sees_the_result_and_the_time_at_which_the_step_began() -> None:
    """`started_at` is when its call was first intended; texts in ISO 8601 sort as times do."""
    at = world(SEND.replace("result == 'seen'", "result.at >= started_at"))
    at.returns("send", "ok")
    at.returns("send/~pending", {"at": "1969-12-31T00:00:00.000Z"})
    at.tick()
    at.returns("send/~pending", {"at": "1970-01-12T13:46:40.000Z"})
    assert at.outcome.status == "succeeded"


def test_an_event_confirms_it() -> None:
    """Whichever fits first."""
    at = sending(pending="event: crm.synced, match: event.lead == 7, timeout: 1m")
    at.returns("send", "ok")
    at.returns("next")
    at.signals("event", "crm.synced", {"lead": 6})
    assert not at.state.finished
    at.signals("event", "crm.synced", {"lead": 7})
    assert at.last(PendingSettled).outcome == "confirmed"
    assert at.state.finished


def test_a_look_by_a_writing_tool_is_not_made() -> None:
    """Looking must not change the world: the operation then waits for its timeout."""
    at = world(SEND.replace("t.read", "t.put"))
    at.returns("send", "ok")
    assert [] == at.in_flight()
    at.tick()
    assert ("succeeded", ("not confirmed: send",)) == (at.outcome.status, at.outcome.notes)


def test_a_look_whose_arguments_cannot_be_made_is_not_made() -> None:
    """The same."""
    at = world(SEND.replace("args.n", "args.n.x"))
    at.returns("send", "ok")
    at.tick()
    assert at.outcome.status == "succeeded"


def test_a_look_survives_the_death_of_its_worker() -> None:
    """It is a read: it is made again at its pace."""
    at = sending()
    at.returns("send", "ok")
    at.returns("next")
    at.crashes()
    at.tick()
    assert ["send/~pending"] == at.in_flight()


def test_continue_lets_the_run_end_and_keeps_the_subject() -> None:
    """11-hard-cases 19: `hold_for` seven days, unless it says otherwise; the run notes it."""
    at = sending()
    at.returns("send", "ok")
    at.returns("next")
    at.returns("send/~pending", "not yet")
    while not at.state.finished:
        for call in at.in_flight():
            at.returns(call, "not yet")
        if not at.state.finished:
            at.tick()
    changes = [change for change in at.turn.changes if isinstance(change, PendingHeld)]
    assert [PendingHeld(address="send", until=1_000_060.0 + 7 * 86_400, subject="lead-7")] == changes
    assert ("succeeded", ("not confirmed: send",)) == (at.outcome.status, at.outcome.notes)
    unconfirmed = {"address": "send", "subject": "lead-7", "state": "unconfirmed"}
    assert at.mind.summary().result["pending"] == [unconfirmed]  # type: ignore[index]


def test_fail_fails_the_run() -> None:
    """The step has gone by; what fails is the run."""
    at = sending(pending=f"{LOOK}, timeout: 1m, on_timeout: fail, hold_for: 1h", deadline="1h")
    at.returns("send", "ok")
    at.tick()
    assert (at.outcome.status, at.outcome.error.code, at.outcome.error.address) == ("failed", "timeout", "send")
    assert PendingHeld(address="send", until=at.now + 3600, subject="lead-7") in at.turn.changes


def test_fail_overrules_a_run_that_only_waited_for_it() -> None:
    """All steps were done; the last word is the confirmation's."""
    at = world(SEND.replace("timeout: 1m", "timeout: 1m, on_timeout: fail"), on_failure="compensate")
    at.returns("send", "ok")
    assert at.state.ending is not None
    at.tick()
    assert at.outcome.status == "failed"


@pytest.mark.parametrize(
    ("said", "outcome", "status"),
    [("happened", "confirmed", "succeeded"), ("continue", "expired", "succeeded"), ("fail", "expired", "failed")],
)
def test_a_person_is_asked_where_that_is_wanted(said: str, outcome: str, status: str) -> None:
    """Nobody's silence answers that, so it stays in the inbox; an event may still come first."""
    at = world(SEND.replace(LOOK, "event: synced").replace("timeout: 1m", "timeout: 1m, on_timeout: human, to: crm"))
    at.returns("send", "ok")
    at.tick()
    (review,) = at.state.reviews.values()
    assert (review.kind, review.to, review.due) == ("pending", "crm", None)
    assert review.decisions == ("happened", "continue", "fail")
    at.signals("event", "else")
    at.answers(said)
    assert (at.last(PendingSettled).outcome, at.outcome.status) == (outcome, status)


def test_an_event_after_the_timeout_spares_the_person() -> None:
    """The review is withdrawn."""
    at = world(SEND.replace(LOOK, "event: synced").replace("timeout: 1m", "timeout: 1m, on_timeout: human"))
    at.returns("send", "ok")
    at.tick()
    at.signals("event", "synced")
    assert ("succeeded", {}) == (at.outcome.status, at.state.reviews)


def test_a_person_may_release_an_operation() -> None:
    """Then nothing is looked for any more, and the subject is free."""
    at = sending()
    at.returns("send", "ok")
    at.observe(PendingReleased(address="nothing", by="ana"))
    turn = at.observe(PendingReleased(address="send", by="ana"))
    assert CancelCall(call=2) in turn.actions
    assert (at.last(PendingSettled).outcome, at.last(PendingSettled).why["by"]) == ("released", "ana")
    assert PendingCleared(address="send", subject="lead-7") in turn.changes


# --- readers ----------------------------------------------------------------------------------------------------------


def reading(step: str, first: str = SEND) -> World:
    """A pending step, and one that reads it."""
    at = world(first, step)
    at.returns("send", "ok")
    return at


def seen(at: World) -> None:
    """The effect becomes visible."""
    at.returns("send/~pending", "seen")


@pytest.mark.parametrize(
    "step",
    [
        "{id: use, tool: t.read, with: {x: '{{ steps.send.output }}'}}",
        "{id: use, tool: t.read, when: steps.send.output == 'ok'}",
        "{id: use, do: [{id: inner, tool: t.read}], each: {in: '[steps.send.output]'}}",
        "{id: use, switch: [{when: steps.send.output == 'ok', do: [{id: inner, tool: t.read}]}]}",
    ],
)
def test_a_step_that_reads_a_pending_output_waits(step: str) -> None:
    """It begins, and its condition is judged, once that has settled."""
    at = reading(step)
    assert at.last(PendingAwaited) == PendingAwaited(address="use", pending="send")
    assert ["send/~pending"] == at.in_flight()
    seen(at)
    (call,) = at.in_flight()
    assert call.startswith("use")


def test_a_step_that_accepts_pending_outputs_does_not_wait() -> None:
    """`accept_pending: true`."""
    at = reading("{id: use, tool: t.read, accept_pending: true, with: {x: '{{ steps.send.output }}'}}")
    assert {"send/~pending", "use"} == set(at.in_flight())


@pytest.mark.parametrize("read", ["steps.send.status", "steps.send.via", "'x'"])
def test_a_step_that_reads_something_else_does_not_wait(read: str) -> None:
    """The status may be read: that is how a plan knows."""
    at = reading(f'{{id: use, tool: t.read, with: {{x: "{{{{ {read} }}}}"}}}}')
    assert {"send/~pending", "use"} == set(at.in_flight())


def test_an_output_that_was_never_confirmed_can_be_read() -> None:
    """After `on_timeout: continue` nobody waits any more; the status stays `pending`."""
    at = reading("{id: use, tool: t.read, with: {x: '{{ steps.send.output }}', s: '{{ steps.send.status }}'}}")
    at.returns("send/~pending", "not yet")
    while at.in_flight() != ["use"]:
        at.tick()
        if "send/~pending" in at.in_flight():
            at.returns("send/~pending", "not yet")
    assert at.last(CallIntended).args == {"x": "ok", "s": "pending"}


def test_what_encloses_a_pending_step_rests_on_it_too() -> None:
    """A block's output is that of its last step; a loop's results are those of its rounds."""
    at = world(
        f"{{id: block, do: [{{id: loop, each: {{in: '[1]'}}, do: [{SEND}]}}]}}",
        "{id: use, tool: t.read, with: {x: '{{ steps.block.output }}'}}",
        "{id: more, tool: t.read, with: {x: '{{ steps.send[0].output }}', y: '{{ steps.send }}'}}",
    )
    at.returns("block/loop[0]/send", "ok")
    assert at.last(PendingAwaited).address == "use"
    at.returns("block/loop[0]/send/~pending", "seen")
    at.returns("use")
    assert ["more"] == at.in_flight()


def test_rounds_are_withheld_one_by_one() -> None:
    """A step reads the result of one round, or a slice of them, from outside the loop."""
    at = world(
        f"{{id: loop, each: {{in: '[1]'}}, do: [{SEND}]}}",
        "{id: use, tool: t.read, with: {n: '{{ steps.send | length }}', x: '{{ steps.send[:1] }}'}}",
    )
    at.returns("loop[0]/send", "ok")
    assert at.last(PendingAwaited).address == "use"
    at.returns("loop[0]/send/~pending", "seen")
    assert ["use"] == at.in_flight()


def test_a_loop_whose_condition_reads_it_waits_and_goes_on() -> None:
    """`until` is read by the loop itself."""
    at = world(f"{{id: loop, do: [{SEND}], repeat: {{max: 3, until: steps.send.output == 'ok'}}}}")
    at.returns("loop[0]/send", "ok")
    assert at.last(PendingAwaited) == PendingAwaited(address="loop", pending="loop[0]/send")
    at.signals("unpause")
    at.returns("loop[0]/send/~pending", "seen")
    assert at.outcome.status == "succeeded"


def test_a_waiting_reader_fails_with_its_deadline() -> None:
    """A step's deadline counts while it waits."""
    at = reading("{id: use, tool: t.read, deadline: 5s, optional: true, with: {x: '{{ steps.send.output }}'}}")
    at.tick()
    assert at.state.scope.results["use"]["status"] == "failed"  # type: ignore[index]
    seen(at)
    assert at.outcome.status == "succeeded"


def test_a_reader_waits_for_one_after_the_other() -> None:
    """Two operations, each its own time."""
    other = SEND.replace("id: send", "id: twin").replace("lead-7", "lead-8")
    at = world(SEND, other, "{id: use, tool: t.read, with: {x: '{{ steps.send.output }}{{ steps.twin.output }}'}}")
    at.returns("send", "ok")
    at.returns("twin", "ok")
    seen(at)
    assert [entry.event.pending for entry in at.entries if type(entry.event) is PendingAwaited] == ["send", "twin"]
    at.returns("twin/~pending", "seen")
    assert ["use"] == at.in_flight()


# --- the end ----------------------------------------------------------------------------------------------------------


def test_a_run_does_not_succeed_before_its_operations_settled() -> None:
    """It waits, and says for what."""
    at = world(SEND)
    at.returns("send", "ok")
    assert not at.state.finished
    assert at.mind.summary().waiting == (
        {"for": "pending", "address": "send", "subject": "lead-7", "event": None, "due": 1_000_060.0},
    )
    seen(at)
    assert at.outcome.status == "succeeded"


def test_a_stop_that_succeeds_waits_too() -> None:
    """`stop` ends the steps, not the watching."""
    at = world(SEND, "{id: end, stop: {status: succeeded, output: 1}}")
    at.returns("send", "ok")
    assert not at.state.finished
    seen(at)
    assert ("succeeded", 1) == (at.outcome.status, at.outcome.output)


def test_a_run_that_fails_does_not_wait_and_keeps_its_subjects() -> None:
    """Nobody knows whether the effect is visible, so nobody else starts one about it for `hold_for`."""
    at = sending()
    at.returns("send", "ok")
    at.fails("next", "internal")
    assert (at.outcome.status, at.last(PendingSettled).outcome) == ("failed", "abandoned")
    assert PendingHeld(address="send", until=at.now + 7 * 86_400, subject="lead-7") in at.turn.changes


def test_an_effect_that_is_undone_needs_no_confirmation() -> None:
    """And its subject is free."""
    undo = ", compensate: {tool: t.undo}"
    at = sending(undo, on_failure="compensate")
    at.returns("send", "ok")
    at.fails("next", "internal")
    at.returns("send~undo")
    assert (at.last(PendingSettled).outcome, at.outcome.status) == ("undone", "failed")
    assert PendingCleared(address="send", subject="lead-7") in at.turn.changes


def test_an_effect_undone_after_its_time_frees_its_subject() -> None:
    """Also where nobody watched it any more, and when a person undid it."""
    at = sending(", compensate: {tool: t.undo}", on_failure="compensate", pending="event: x, timeout: 1m")
    at.returns("send", "ok")
    at.tick()
    at.fails("next", "internal")
    for _ in range(5):
        at.fails("send~undo", "invalid")
        if at.state.reviews:
            break
        at.tick()
    at.answers("done")
    assert ("lead-7" in at.state.subjects, at.outcome.status) == (False, "failed")
    assert PendingCleared(address="send", subject="lead-7") in at.turn.changes


def test_a_cancelled_run_that_only_waited_is_cancelled() -> None:
    """An operator's word counts as long as nothing is concluded."""
    at = world(SEND)
    at.returns("send", "ok")
    at.signals("cancel")
    assert at.outcome.status == "cancelled"


def test_a_write_that_ends_while_its_run_stops_is_watched_like_any_other() -> None:
    """A branch that lost: its write took place, and stands."""
    at = world(
        f"{{id: both, join: any, losers: keep, parallel: {{a: [{SEND}], b: [{{id: fast, tool: t.read}}]}}}}",
    )
    at.returns("both/b/fast")
    at.returns("both/a/send", "ok")
    assert ["both/a/send"] == list(at.state.pending)
    at.returns("both/a/send/~pending", "seen")
    assert at.outcome.status == "succeeded"


def test_operations_opened_in_cleanup_are_waited_for() -> None:
    """A run that ends well ends with all of them settled; `fail` comes too late there and is noted."""
    clean = SEND.replace("id: send", "id: tidy").replace("timeout: 1m", "timeout: 1m, on_timeout: fail")
    at = World(f"cleanup: [{clean}]\nsteps: [{{id: first, set: {{x: 1}}}}]")
    at.returns("~cleanup/tidy", "ok")
    assert not at.state.finished
    at.tick()
    assert ("succeeded", ("not confirmed: ~cleanup/tidy",)) == (at.outcome.status, at.outcome.notes)


def test_an_unusable_result_is_pending_all_the_same() -> None:
    """`bad_output`: it did happen."""
    at = world(SEND)
    at.fails("send", "bad_output")
    assert ["send"] == list(at.state.pending)


def test_an_operator_who_settles_an_unknown_write_opens_the_operation() -> None:
    """`holdfast effects resolve` said that it took place."""
    at = world(SEND.replace("t.write", "t.window"))
    at.fails("send", "timeout")
    key = at.state.frames["send"].call.key
    at.observe(EffectKnown(tool="t.window", key=key, value="ok"))
    at.tick()
    assert ["send"] == list(at.state.pending)


def test_an_operator_who_settles_an_unknown_write_frees_its_subject() -> None:
    """Where nothing has to confirm it."""
    at = world("{id: send, tool: t.window, subject: lead-7}")
    at.fails("send", "timeout")
    at.observe(EffectKnown(tool="t.window", key=at.state.frames["send"].call.key, value="ok"))
    at.tick()
    assert PendingCleared(address="send", subject="lead-7") in at.turn.changes


def test_a_step_kept_by_its_block_is_as_pending_as_before() -> None:
    """A block that is tried again keeps its writes, and what they wait for."""
    at = world(
        f"{{id: block, retry: {{attempts: 2, on: [internal], delay: 1s}}, do: [{SEND}, {{id: shaky, tool: t.read}}]}}",
        "{id: use, tool: t.read, with: {x: '{{ steps.block.output }}'}}",
    )
    at.returns("block/send", "ok")
    at.fails("block/shaky", "internal")
    at.tick()
    at.returns("block/shaky", 1)
    assert at.last(PendingAwaited).pending == "block/send"
    assert 1 == at.count(CallIntended, lambda event: event.address == "block/send")


def test_an_approved_step_whose_subject_is_held_by_then_is_skipped() -> None:
    """The subject is looked at when the write is intended, after the person."""
    at = world(SEND, SEND.replace("id: send", "id: twin")[:-1] + ", human: [{to: boss, timeout: 1h}]}")
    at.returns("send", "ok")
    at.answers("approve")
    assert at.last(StepSkipped).address == "twin"
    seen(at)
    assert at.count(RunFinished) == 1


def test_an_event_that_does_not_fit_leaves_the_question_open() -> None:
    """The person is still asked."""
    look = "event: synced, match: event == 1"
    at = world(SEND.replace(LOOK, look).replace("timeout: 1m", "timeout: 1m, on_timeout: human"))
    at.returns("send", "ok")
    at.tick()
    at.signals("event", "synced", 2)
    assert 1 == len(at.state.reviews)
    at.signals("event", "synced", 1)
    assert ("succeeded", {}) == (at.outcome.status, at.state.reviews)


def test_a_call_that_did_not_wait_to_be_woken_is_left_alone() -> None:
    """Its own look came first; the word that the subject is free comes late."""
    at = refused(world(SEND[:-1] + ", on_pending: wait}"))
    at.tick()
    assert ["send"] == at.in_flight()
    at.observe(SubjectFreed(subject="lead-7"))
    assert ["send"] == at.in_flight()


def test_a_step_that_fails_for_its_unusable_result_has_failed() -> None:
    """Its effect is watched all the same; the status says what became of the step."""
    at = world(SEND[:-1] + ", optional: true}")
    at.fails("send", "bad_output")
    at.answers("fail")
    assert "failed" == at.state.scope.results["send"]["status"]  # type: ignore[index]
    seen(at)
    assert at.outcome.status == "succeeded"


def test_results_are_withheld_as_they_are_read() -> None:
    """By index, by slice, and what is no result is what it is."""
    held_back = Result("pending", "ok", holds=("send",))
    rounds = Rounds("send", [Scope(None, None, {}, {"send": held_back}), Scope(None, None)])
    shown = settled(rounds, {"send"})
    assert isinstance(shown, SettledRounds)
    assert (2, None) == (len(shown), shown[1])
    withheld = shown[0]
    assert isinstance(withheld, Withheld)
    assert ("pending", 2) == (withheld["status"], len(shown[:2]))
    assert len(withheld) == len(list(withheld)) == len(held_back)
    with pytest.raises(Unsettled):
        withheld["output"]
    assert settled(held_back, ()) is held_back
    assert settled(None, {"send"}) is None


def test_a_held_subject_decides_before_a_key_that_is_in_flight() -> None:
    """Skipping does not wait until the other run is done; a result that is known is taken all the same."""
    key = "u:demo:t:send"
    at = World(SKIPPING, law=False)
    request = at.entries[0].event
    for claim, kind in (
        (EffectInFlight(tool="t.write", key=key, run="other"), "StepSkipped"),
        (EffectKnown(tool="t.write", key=key, value=1), "CallReused"),
    ):
        fresh = World(SKIPPING, law=False)
        fresh.mind, fresh.entries, fresh.ledger = type(at.mind)(at.plan), [], {}
        fresh.subjects, fresh.operations = {}, {}
        fresh.observe(claim)
        fresh.observe(held())
        fresh.observe(request)  # type: ignore[arg-type]
        assert kind in fresh.kinds()


SKIPPING = f"steps:\n  - {SEND}\n"


def test_an_effect_may_be_confirmed_before_its_output_was_accepted() -> None:
    """The person who looks at the output does not hold up the look at the world."""
    at = world(SEND[:-1] + ", human: [{on: after, timeout: 1h, to: boss}]}")
    at.returns("send", "ok")
    seen(at)
    at.answers("approve")
    assert "succeeded" == at.outcome.status


def test_an_operation_without_subject_leaves_nothing_behind() -> None:
    """Nobody can ask for it, so nothing is held when its time is over."""
    at = world("{id: send, tool: t.write, pending: {event: seen, timeout: 1m}}")
    at.returns("send", "ok")
    at.tick()
    assert PendingCleared(address="send") in at.turn.changes
    assert ("succeeded", {}) == (at.outcome.status, at.state.subjects)
