"""Effects and unknown outcomes: rules 1 to 7 of the hard cases."""

from __future__ import annotations

import pytest

from holdfast.core.actions import CallTool
from holdfast.core.events import (
    ArgumentsRendered,
    CallIntended,
    EffectInFlight,
    EffectKnown,
    EffectMismatch,
    EffectUndone,
    StepSucceeded,
)
from tests.core.world import World


def _one(tool: str, more: str = "") -> str:
    return f"steps:\n  - id: w\n    tool: {tool}\n    with: {{n: 1}}\n    timeout: 5s\n{more}"


FALLBACK = "    fallback: [{id: other, tool: t.read}]\n"


@pytest.mark.parametrize("code", ["timeout", "unavailable", "internal", "cancelled"])
def test_an_unknown_write_is_settled_before_any_fallback(code: str) -> None:
    """A write that may have happened is called again under its key; the fallback has to wait (rule 1)."""
    world = World(_one("t.write", FALLBACK))
    key = world.key
    world.fails("w", code)
    assert world.in_flight() == []
    assert world.kinds()[-1] == "SettlingPlanned"
    world.tick()
    assert world.in_flight() == ["w"]
    action = world.turn.actions[0]
    assert isinstance(action, CallTool)
    assert key == action.key
    world.returns("w", "done")
    assert (world.outcome.status, world.state.scope.results["w"]["output"]) == ("succeeded", "done")


def test_a_503_from_a_writing_tool_is_unknown() -> None:
    """`unavailable` about a write says nothing of its effect (rule 2)."""
    world = World(_one("t.once"))
    world.fails("w", "unavailable")
    assert world.ledger["t.once", "u:demo:t:w"] == "unknown"
    assert [review.kind for review in world.state.reviews.values()] == ["unknown"]


@pytest.mark.parametrize("code", ["invalid", "denied", "not_found", "failed_precondition", "conflict", "rate_limited"])
def test_a_refused_write_did_not_happen(code: str) -> None:
    """Codes by which the other side refuses mean that nothing happened, so the fallback may run (rule 2)."""
    world = World(_one("t.once", FALLBACK))
    world.fails("w", code)
    assert world.in_flight() == ["w/other"]
    assert world.ledger["t.once", "u:demo:t:w"] == "failed"


def test_bad_output_of_a_write_is_a_review_and_never_a_repeat() -> None:
    """The effect took place, its result is unusable: a person gives one (rule 2)."""
    world = World(_one("t.write", "    retry: {attempts: 5, on: [bad_output]}\n"))
    world.fails("w", "bad_output")
    assert world.in_flight() == []
    world.answers("output", {"id": 7})
    assert world.outcome.status == "succeeded"
    assert world.count(CallIntended) == 1
    assert world.ledger["t.write", "u:demo:t:w"] == "succeeded"


def test_an_unusable_result_that_nobody_replaces_fails_the_step() -> None:
    """A person may also let the step fail; its effect stands and its fallback applies."""
    world = World(_one("t.write", FALLBACK))
    world.fails("w", "bad_output")
    world.answers("fail")
    assert world.in_flight() == ["w/other"]
    assert world.ledger["t.write", "u:demo:t:w"] == "unusable"


def test_a_check_is_asked_before_anything_is_repeated() -> None:
    """Strategy `check`: found means done, without another call."""
    world = World(_one("t.mail", "    retry: 3\n"))
    world.fails("w", "timeout")
    assert world.in_flight() == ["w?"]
    world.finds("w", "sent")
    assert (world.outcome.status, world.count(CallIntended)) == ("succeeded", 1)


def test_a_check_that_finds_nothing_lets_the_policy_go_on() -> None:
    """Not found: the write is known not to have happened, and is retried as its policy says."""
    world = World(_one("t.mail", "    retry: 3\n"))
    world.fails("w", "timeout")
    world.finds_nothing("w")
    assert world.kinds()[-1] == "RetryPlanned"
    world.tick()
    world.returns("w")
    assert (world.outcome.status, world.count(CallIntended)) == ("succeeded", 2)


def test_a_check_that_finds_nothing_too_early_is_asked_again() -> None:
    """`settles_within`: a no before that time is not yet a no (rule 5)."""
    world = World(_one("t.slow_mail"))
    world.fails("w", "timeout")
    world.finds_nothing("w")
    assert world.kinds()[-1] == "SettlingPlanned"
    world.tick()
    assert world.in_flight() == ["w?"]
    world.finds_nothing("w")
    assert world.outcome.error.code == "timeout"


def test_a_check_that_keeps_failing_goes_to_a_person() -> None:
    """The effect stays unknown while the check gives no answer, and in the end a person is asked."""
    world = World(_one("t.mail"))
    world.fails("w", "timeout")
    for _ in range(8):
        world.check_fails("w")
        world.tick()
    world.check_fails("w")
    assert [review.kind for review in world.state.reviews.values()] == ["unknown"]


def test_without_a_strategy_nothing_is_ever_repeated_by_itself() -> None:
    """Strategy `none`: a person says what happened, and the review says what is known."""
    world = World(_one("t.once", "    retry: 9\n"))
    world.fails("w", "timeout", message="no answer in 5 s")
    review = next(iter(world.state.reviews.values()))
    assert ("happened", "retry", "fail") == review.decisions
    assert "no answer in 5 s" in review.question
    assert review.context == {"key": "u:demo:t:w", "attempts": 1, "takeovers": 0, "intended_at": 1_000_000.0}
    world.answers("happened", "it did")
    assert (world.outcome.status, world.count(CallIntended)) == ("succeeded", 1)
    assert world.ledger["t.once", "u:demo:t:w"] == "succeeded"


def test_a_person_may_order_the_repeat_or_rule_the_effect_out() -> None:
    """`retry` calls once more under the same key; `fail` means that it did not happen."""
    world = World(_one("t.once", FALLBACK))
    world.fails("w", "timeout")
    world.answers("retry")
    assert world.in_flight() == ["w"]
    world.fails("w", "timeout")
    world.answers("fail")
    assert world.in_flight() == ["w/other"]
    assert world.ledger["t.once", "u:demo:t:w"] == "failed"


def test_an_unknown_effect_has_its_queue_from_the_plan() -> None:
    """`on: unknown_outcome` says who is asked."""
    world = World(_one("t.once", "    human: [{on: unknown_outcome, to: finance, reason: Money}]\n"))
    world.fails("w", "timeout")
    review = next(iter(world.state.reviews.values()))
    assert ("finance", "Money") == (review.to, review.reason)


def test_keys_beyond_their_window_go_to_a_person() -> None:
    """`dedup_window`: afterwards the other side has forgotten the key, so the outcome is unknown (rule 5)."""
    world = World(_one("t.window"))
    world.now += 6
    world.fails("w", "timeout")
    assert [review.kind for review in world.state.reviews.values()] == ["unknown"]


def test_settling_is_bounded() -> None:
    """An effect that no repeat settles goes to a person in the end."""
    world = World(_one("t.write", "    retry: {attempts: 2, delay: 1s}\n"))
    world.fails("w", "timeout")
    for _ in range(9):
        world.tick()
        world.fails("w", "timeout")
    assert [review.kind for review in world.state.reviews.values()] == ["unknown"]
    assert world.count(CallIntended) == 10


@pytest.mark.parametrize("tool", ["t.write", "t.put"])
def test_refusals_after_a_death_go_to_a_person_too(tool: str) -> None:
    """The worker died in the call and every repeat is denied: eight rounds, then whoever is asked has the last word."""
    world = World(_one(tool, "    optional: true\n"))
    world.crashes()
    world.fails("w", "denied")
    for _ in range(8):
        world.tick()
        world.fails("w", "denied")
    assert [review.kind for review in world.state.reviews.values()] == ["unknown"]
    world.answers("retry")
    world.fails("w", "denied")
    assert (world.count(CallIntended), world.in_flight()) == (11, [])
    world.answers("fail")
    assert world.outcome.status == "succeeded"


def test_a_gatekeeper_says_nothing_of_an_earlier_attempt() -> None:
    """After an unknown attempt, `rate_limited` and `denied` come before the key is looked at: still unknown."""
    world = World(_one("t.write", FALLBACK))
    world.fails("w", "timeout")
    world.tick()
    world.fails("w", "rate_limited")
    assert world.kinds()[-1] == "SettlingPlanned"
    world.tick()
    world.fails("w", "conflict")
    assert world.in_flight() == ["w/other"]


def test_a_tool_may_say_that_it_did_not_happen() -> None:
    """`happened=False` beats the code."""
    world = World(_one("t.once", FALLBACK))
    world.fails("w", "timeout", happened=False)
    assert world.in_flight() == ["w/other"]


def test_keys_are_readable_and_escaped() -> None:
    """`user:plan:task:address`, each part escaped, loops by their key (rule 3)."""
    world = World(
        """
steps:
  - id: notify
    each: {in: "['lead/7', 'a:b']", as: lead, key: lead}
    do: [{id: send, tool: t.write, with: {to: "{{ lead }}"}}]
"""
    )
    assert world.key == "u:demo:t:notify[lead%2F7]/send"
    world.returns("notify[lead%2F7]/send")
    assert world.key == "u:demo:t:notify[a%3Ab]/send"


def test_a_default_key_is_not_journaled_and_one_of_the_author_s_is() -> None:
    """The address stands for it; an author's key that comes out empty says nothing."""
    for said, journaled, key in [
        ("", "", "u:demo:t:w"),
        ("    idempotency_key: order-7\n", "order-7", "order-7"),
        ("    idempotency_key: \"{{ '' }}\"\n", "", "u:demo:t:w"),
    ]:
        world = World(_one("t.write", said))
        assert (world.last(CallIntended).key, world.key) == (journaled, key)


def test_long_keys_are_shortened_with_a_digest() -> None:
    """Above 200 characters the beginning stays readable."""
    world = World(_one("t.write", f'    idempotency_key: "{"k" * 300}"\n'))
    key = world.key
    assert (200, "k" * 167) == (len(key), key[:167])


def test_a_claimed_key_with_a_known_result_is_reused() -> None:
    """The ledger answers: no call, the stored result (rule 4)."""
    world = World("steps: [{id: first, tool: t.read}, {id: w, tool: t.write, with: {n: 1}}]")
    world.observe(EffectKnown(tool="t.write", key="u:demo:t:w", value={"id": 3}))
    world.returns("first")
    assert world.count(CallIntended, lambda event: event.tool == "t.write") == 0
    assert (world.last(StepSucceeded).via, world.state.scope.results["w"]["output"]) == ("reused", {"id": 3})


def test_a_key_in_flight_elsewhere_is_waited_for() -> None:
    """Another run holds the key: this one looks again, and then calls."""
    world = World("steps: [{id: first, tool: t.read}, {id: w, tool: t.write, with: {n: 1}}]")
    world.observe(EffectInFlight(tool="t.write", key="u:demo:t:w", run="other"))
    world.returns("first")
    assert (world.kinds()[-1], world.in_flight()) == ("ClaimDeferred", [])
    world.tick()
    assert world.in_flight() == ["w"]


def test_a_key_with_other_arguments_is_a_mismatch() -> None:
    """Same key, other arguments: the step fails and nothing is called."""
    world = World("steps: [{id: first, tool: t.read}, {id: w, tool: t.write, with: {n: 1}}]")
    world.observe(EffectMismatch(tool="t.write", key="u:demo:t:w", run="other"))
    world.returns("first")
    assert world.outcome.error.code == "idempotency_mismatch"


def test_a_key_whose_effect_was_undone_is_not_used_again() -> None:
    """A side that remembers keys would answer for what is gone: the effect is made under the next key."""
    world = World("steps: [{id: first, tool: t.read}, {id: w, tool: t.write, with: {n: 1}, idempotency_key: mine}]")
    world.observe(EffectUndone(tool="t.write", key="mine", run="other"))
    world.observe(EffectUndone(tool="t.write", key="mine#2", run="third"))
    world.returns("first")
    assert ("mine#3", "w") == (world.last(CallIntended).key, world.in_flight()[0])


def test_a_key_that_is_used_up_while_a_person_decides_is_approved_anew() -> None:
    """An approval is bound to the key as well (11-hard-cases 7): the same arguments under another key are asked about again."""
    world = World("steps: [{id: w, tool: t.write, with: {n: 1}, human: [{reason: because, timeout: 9s}]}]")
    world.observe(EffectUndone(tool="t.write", key="u:demo:t:w", run="other"))
    world.answers("approve")
    assert ([], 1) == (world.in_flight(), len(world.state.reviews))
    world.answers("approve")
    assert ("u:demo:t:w#2", ["w"]) == (world.last(ArgumentsRendered).key, world.in_flight())
    world.returns("w")
    assert ("succeeded", "succeeded") == (world.outcome.status, world.ledger["t.write", "u:demo:t:w#2"])


@pytest.mark.parametrize(
    ("tool", "then"),
    [("t.read", ["w"]), ("t.write", ["w"]), ("t.put", ["w"]), ("t.mail", ["w?"]), ("t.once", [])],
)
def test_after_a_crash_each_strategy_does_its_own(tool: str, then: list[str]) -> None:
    """Reads and keyed writes are called again, checks asked, and without a strategy a person is."""
    world = World(_one(tool))
    world.crashes()
    assert world.in_flight() == then
    assert bool(world.state.reviews) == (tool == "t.once")
    changes = [(type(change).__name__, getattr(change, "state", "")) for change in world.turn.changes]
    assert (("EffectMarked", "unknown") in changes) == (tool != "t.read")


def test_a_takeover_repeats_the_same_attempt_under_the_same_key() -> None:
    """Attempts do not count deaths of the worker."""
    world = World(_one("t.write"))
    before = world.turn.actions[0]
    world.crashes()
    after = world.turn.actions[0]
    assert isinstance(before, CallTool)
    assert isinstance(after, CallTool)
    assert (before.attempt, before.key, before.args) == (after.attempt, after.key, after.args)


def test_a_check_that_finds_nothing_after_a_crash_begins_the_same_attempt_again() -> None:
    """Neither the retry policy nor a fallback has a say in the death of a worker."""
    world = World(_one("t.mail", FALLBACK))
    world.crashes()
    world.finds_nothing("w")
    call = world.turn.actions[0]
    assert isinstance(call, CallTool)
    assert ("w", 1) == (call.address, call.attempt)
    world.fails("w", "timeout")
    world.finds_nothing("w")
    assert world.in_flight() == ["w/other"]


def test_a_check_that_finds_nothing_in_a_run_that_ends_begins_nothing() -> None:
    """What did not happen before a cancelled run ends does not happen any more."""
    world = World(_one("t.mail"))
    world.crashes()
    world.signals("cancel")
    world.finds_nothing("w")
    assert ("cancelled", 1) == (world.outcome.status, world.count(CallIntended))


@pytest.mark.parametrize(("tool", "kind"), [("t.write", "unknown"), ("t.mail", "unknown")])
def test_three_takeovers_of_a_write_are_enough(tool: str, kind: str) -> None:
    """A write interrupted three times goes to a person (rule 6)."""
    world = World(_one(tool))
    for _ in range(3):
        world.crashes()
    assert [review.kind for review in world.state.reviews.values()] == [kind]


def test_three_takeovers_of_a_read_fail_it() -> None:
    """A read interrupted three times fails (rule 6)."""
    world = World(_one("t.read", FALLBACK.replace("other, tool: t.read", "other, set: {x: 1}")))
    for _ in range(3):
        world.crashes()
    assert (world.outcome.status, world.state.facts) == ("succeeded", {"x": 1})


@pytest.mark.parametrize("tool", ["t.read", "t.write", "t.mail"])
def test_a_worker_that_stops_of_its_own_accord_is_no_death(tool: str) -> None:
    """However often a service is restarted during one slow call, it is made again (rule 6 counts deaths alone)."""
    world = World(_one(tool))
    for _ in range(5):
        world.restarts()
    assert (["w?" if tool == "t.mail" else "w"], {}) == (world.in_flight(), world.state.reviews)
    if tool != "t.mail":
        assert {"code": "left"} == world.last(CallIntended).why
        world.crashes()
        assert {"code": "takeover", "takeovers": 1} == world.last(CallIntended).why


def test_a_restart_during_a_write_that_cannot_be_repeated_asks_a_person() -> None:
    """Its outcome is unknown all the same; the review counts no death."""
    world = World(_one("t.once"))
    world.restarts()
    (review,) = world.state.reviews.values()
    assert ("unknown", 0) == (review.kind, review.context["takeovers"])


def test_arguments_are_rendered_once() -> None:
    """All attempts use what was rendered first, whatever changed since (rule 7)."""
    world = World("steps: [{id: f, set: {n: 1}}, {id: w, tool: t.write, with: {n: '{{ facts.n }}'}, retry: 3}]")
    world.fails("w", "rate_limited")
    world.state.facts["n"] = 2
    world.law = False
    world.tick()
    action = world.turn.actions[0]
    assert isinstance(action, CallTool)
    assert action.args == {"n": 1}


def test_a_late_answer_changes_nothing() -> None:
    """The result of a call that is no longer waited for is recorded, and that is all."""
    world = World("steps: [{id: a, tool: t.read, timeout: 1s, retry: 2}]")
    late = world.call("a")
    world.fails("a", "timeout")
    world.tick()
    before = world.in_flight()
    world.observe(type(world.last(CallIntended)) and _returned(late))
    assert (before, 1) == (world.in_flight(), len(world.turn.events))


def _returned(call: int):
    from holdfast.core.events import CallReturned

    return CallReturned(call=call, value="late")
