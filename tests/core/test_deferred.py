"""Results that come later, and what a call brings about beside its value (2-plan-language 9)."""

from __future__ import annotations

import pytest

from holdfast.core.actions import CallbackOpened, CallbacksClosed, EffectMarked
from holdfast.core.events import (
    CallbackIssued,
    CallCompleted,
    CallDeferred,
    CallIntended,
    CompletionMissed,
    FactsSet,
    PendingOpened,
)
from holdfast.core.failure import Failure
from holdfast.core.pending import Given
from holdfast.core.projection import Projection
from tests.core.world import World


def deferred(step: str = "tool: t.write", after: str = "", **top: str) -> World:
    """A world whose first step gives its result later."""
    head = "".join(f"{key}: {value}\n" for key, value in top.items())
    at = World(f"{head}steps:\n  - {{id: build, {step}}}\n{after}")
    at.observe(CallbackIssued(call=at.call("build"), digest="d1"))
    at.observe(CallDeferred(call=at.call("build"), timeout=7200.0, tokens=3))
    return at


def completes(at: World, value: object = None, error: Failure | None = None, key: str = "u:demo:t:build") -> None:
    """The result comes."""
    at.observe(CallCompleted(address="build", key=key, value=value, error=error, by="ana"))


def test_a_deferred_step_parks_and_says_for_what() -> None:
    """Nothing is in flight; the result is waited for until its time is over."""
    at = deferred()
    assert ([], "waiting", 3) == (at.in_flight(), at.status, at.state.spent.tokens)
    assert at.mind.summary().waiting == ({"for": "completion", "address": "build", "due": at.now + 7200},)


def test_a_token_is_put_on_record_before_it_is_used_and_closed_with_its_step() -> None:
    """By its digest; whoever takes the run over knows it too."""
    at = World("steps: [{id: build, tool: t.write}]")
    turn = at.observe(CallbackIssued(call=1, digest="d1"))
    assert (CallbackOpened(digest="d1", address="build", tool="t.write", key="u:demo:t:build"),) == turn.changes
    assert () == at.observe(CallbackIssued(call=99, digest="d2")).changes
    at.returns("build", 1)
    assert CallbacksClosed(address="build") in at.turn.changes
    assert set() == at.state.callbacks


def test_a_fold_tells_the_changes_of_tokens_again() -> None:
    """What was committed with them, in order; what comes after the end of a run changes nothing."""
    at = deferred()
    completes(at, 7)
    at.signals("pause")
    assert at.changes == [one for _, some in Projection(at.plan).all(at.entries) for one in some]
    assert CallbacksClosed(address="build") in at.changes


def test_the_result_ends_the_step() -> None:
    """As if the tool had returned it."""
    at = deferred(after="  - {id: next, tool: t.read, with: {x: '{{ steps.build.output }}'}}\n")
    completes(at, {"id": "R7"})
    assert EffectMarked(tool="t.write", key="u:demo:t:build", state="succeeded", value={"id": "R7"}) in at.turn.changes
    assert at.last(CallIntended).args == {"x": {"id": "R7"}}


@pytest.mark.parametrize(
    ("code", "happened", "state"), [("invalid", False, "failed"), ("unavailable", None, "unknown")]
)
def test_an_error_is_a_failure_like_any_other(code: str, happened: bool | None, state: str) -> None:
    """What it says about the effect follows from the code."""
    at = deferred("tool: t.once")
    completes(at, error=Failure(code=code, happened=happened))
    assert state == at.ledger["t.once", "u:demo:t:build"]
    assert (state == "failed") == at.state.finished


def test_a_read_may_give_its_result_later_too() -> None:
    """A long computation, and its failure."""
    at = deferred("tool: t.read, retry: {attempts: 2, on: [internal], delay: 1s, jitter: none}")
    completes(at, error=Failure(code="internal"), key="")
    at.tick()
    at.observe(CallDeferred(call=at.call("build")))
    assert at.mind.summary().waiting[0]["due"] == at.now + 86_400
    completes(at, 7, key="")
    assert at.outcome.status == "succeeded"


def test_a_result_for_another_key_or_of_nobody_changes_nothing() -> None:
    """A late one is recorded, and that is all."""
    at = deferred()
    completes(at, 1, key="other")
    at.observe(CallCompleted(address="nowhere"))
    assert not at.state.finished
    completes(at, 1)
    completes(at, 2)
    assert at.outcome.status == "succeeded"


def test_a_result_may_come_before_the_tool_has_returned() -> None:
    """The other side is fast: what the tool says afterwards is late."""
    at = World("steps: [{id: build, tool: t.write}, {id: next, tool: t.read}]")
    call = at.call("build")
    completes(at, 1)
    assert ["next"] == at.in_flight()
    at.observe(CallDeferred(call=call))
    assert ["next"] == at.in_flight()


def test_a_result_that_comes_after_a_crash_ends_the_step() -> None:
    """Killed between the call and its record: the token was recorded before, so nothing is lost."""
    at = World("steps: [{id: build, tool: t.once}]")
    at.observe(CallbackIssued(call=1, digest="d1"))
    at.crashes()
    assert ["unknown"] == [review.kind for review in at.state.reviews.values()]
    completes(at, 1)
    assert ("succeeded", {}) == (at.outcome.status, at.state.reviews)


def test_a_deferred_step_survives_its_worker() -> None:
    """Nothing of it is in flight, so there is nothing to settle."""
    at = deferred("tool: t.once")
    at.crashes()
    assert {} == at.state.reviews
    completes(at, 1)
    assert at.outcome.status == "succeeded"


def test_a_write_whose_result_does_not_come_is_unknown() -> None:
    """P3: its time is over, and what became of it is settled by its strategy."""
    at = deferred("tool: t.mail")
    at.tick()
    assert at.last(CompletionMissed).error.code == "timeout"
    assert ["build?"] == at.in_flight()
    completes(at, "late")
    assert at.outcome.status == "succeeded"


def test_a_read_whose_result_does_not_come_has_failed() -> None:
    """With `timeout`, so that its fallbacks and its retries apply."""
    at = deferred("tool: t.read, deferred: {timeout: 1h}")
    before = at.now
    at.tick()
    assert ("failed", "timeout", 3600.0) == (at.outcome.status, at.outcome.error.code, at.now - before)


def test_a_person_may_be_asked_first() -> None:
    """`on_timeout: human`: whatever the strategy; a result that comes after all answers the question."""
    at = deferred("tool: t.write, deferred: {timeout: 1h, on_timeout: human}")
    at.tick()
    assert ["unknown"] == [review.kind for review in at.state.reviews.values()]
    completes(at, 1)
    assert ("succeeded", {}) == (at.outcome.status, at.state.reviews)


@pytest.mark.parametrize("tool", ["t.read", "t.once"])
def test_a_run_that_is_cancelled_waits_for_its_writes_only(tool: str) -> None:
    """A write that was taken on may take place: it is settled first, as any other."""
    at = deferred(f"tool: {tool}")
    at.signals("cancel")
    if tool == "t.once":
        at.tick()
        assert ["unknown"] == [review.kind for review in at.state.reviews.values()]
        completes(at, 1)
    assert at.outcome.status == "cancelled"


def test_a_deferred_write_opens_its_operation_when_the_result_comes() -> None:
    """The effect took place then."""
    at = deferred("tool: t.write, subject: s, pending: {event: seen, timeout: 1h}")
    completes(at, 1)
    assert (1, ["build"]) == (at.count(PendingOpened), list(at.state.pending))


def test_a_deferred_write_that_did_not_happen_frees_its_subject() -> None:
    """Known not to have happened is known."""
    at = deferred("tool: t.write, subject: s")
    completes(at, error=Failure(code="conflict", happened=False))
    assert {} == at.state.subjects


# --- what comes beside the value --------------------------------------------------------------------------------------


def test_side_effects_set_facts_in_the_same_turn() -> None:
    """And the output stays the tool's."""
    at = World(
        "steps: [{id: first, set: {seats: 9}}, {id: build, tool: t.write}, {id: next, tool: t.read, "
        "with: {s: '{{ facts.seats }}', o: '{{ steps.build.output }}'}}]"
    )
    at.returns("build", "ok", side_effects={"seats": 3})
    assert (2, {"s": 3, "o": "ok"}) == (at.count(FactsSet), at.last(CallIntended).args)


def test_what_is_missing_is_seen_by_the_plan() -> None:
    """`steps.X.partial`: null where nothing is."""
    at = World(
        "steps: [{id: build, tool: t.read}, {id: next, tool: t.read, with: {p: '{{ steps.build.partial }}'}}, "
        "{id: last, tool: t.read, with: {p: '{{ steps.next.partial }}'}}]"
    )
    at.returns("build", [1], partial=["page 2"])
    assert at.last(CallIntended).args == {"p": ["page 2"]}
    at.returns("next", [1])
    assert at.last(CallIntended).args == {"p": None}


SAID = {"tool": "t.read", "with": {"of": "{{ 7 }}"}, "when": "result == 1", "every": 5.0, "timeout": 60.0}


def test_a_tool_may_say_what_confirms_its_effect() -> None:
    """Its arguments are data, never templates."""
    at = World("steps: [{id: build, tool: t.write, subject: s}]")
    at.returns("build", 1, pending=SAID | {"on_timeout": "continue", "hold_for": 60.0})
    assert at.last(CallIntended).args == {"of": "{{ 7 }}"}
    at.returns("build/~pending", 1)
    assert ("succeeded", {}) == (at.outcome.status, at.state.subjects)


def test_a_tool_may_name_an_event_and_the_plan_goes_before_it() -> None:
    """Who writes the plan knows more."""
    event = {
        "event": "seen",
        "match": "event == 1",
        "timeout": 60.0,
        "every": 1.0,
        "on_timeout": "continue",
        "hold_for": 9.0,
    }
    at = World("steps: [{id: build, tool: t.write}]")
    at.returns("build", 1, pending=event)
    at.signals("event", "seen", 2)
    at.signals("event", "seen", 1)
    assert at.outcome.status == "succeeded"
    own = World("steps: [{id: build, tool: t.write, pending: {event: mine, timeout: 1h}}]")
    own.returns("build", 1, pending=event)
    own.signals("event", "mine")
    assert own.outcome.status == "succeeded"


def test_arguments_that_a_tool_gave_show_what_they_are() -> None:
    """Where a state is shown, they stand in it as data."""
    assert "Given({'lead': '{{ x }}'})" == repr(Given({"lead": "{{ x }}"}))
