"""An observation that no longer matters is recorded and changes nothing else (3-interpreter-and-journal 1)."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.core import events as e
from holdfast.core.failure import Failure
from holdfast.core.lineage import Usage
from tests.core.plans import plans, policies
from tests.core.test_laws import _kind_answer, _unkind
from tests.core.world import World, snapshot

LATE = Failure(code="timeout")


def strays(world: World) -> Iterator[e.Observation]:
    """What nobody waits for: late, given twice, of calls that were cancelled, of what was never there."""
    state = world.state
    for call in [number for number in range(1, state.call_count + 2) if number not in state.calls]:
        yield e.CallReturned(call=call, value=7, tokens=4, cost=1.0)
        yield e.CallFailed(call=call, error=LATE)
        yield e.CallReconciled(call=call, found=True, value=7)
        yield e.CallReconciled(call=call, found=False)
        yield e.CheckFailed(call=call, error=LATE)
        yield e.CallDeferred(call=call, timeout=5.0)
        yield e.CallbackIssued(call=call, digest="d")
        yield e.CallWithheld(call=call, reason="expired")
        yield e.CallDoubted(call=call)
    reviews = {f"r.{number}" for number in range(1, state.review_count + 2)} - set(state.reviews)
    for review in sorted(reviews):
        for decision in ("approve", "edit", "retry"):
            yield e.ReviewAnswered(review=review, decision=decision, value=1, by="ana")
    yield e.TimerFired(timer="retry:nowhere")
    yield e.CallCompleted(address="nowhere", value=1)
    yield e.ChildStarted(child="part-0")
    yield e.ChildAsked(child="part-0", ask=1, spent=Usage(calls=1))
    yield e.ChildFinished(child="part-0", status="succeeded", output=1, spent=Usage(calls=2))
    yield e.PendingReleased(address="nowhere", by="op")
    yield e.SubjectFreed(subject="nobody-waits-for-it")
    yield e.SignalReceived(signal="other", name="go")


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(st.data())
def test_what_nobody_waits_for_is_recorded_and_changes_nothing_else(data: st.DataObject) -> None:
    """At whatever point of whatever run: one entry, no action, no change beside the journal, the state as it was."""
    world = World(data.draw(plans()), {"n": 1}, policy=data.draw(policies()), law=False)
    for _ in range(data.draw(st.integers(0, 10))):
        if not world.state.finished and not (data.draw(st.booleans()) and _kind_answer(world, data.draw)):
            _unkind(world, data.draw)
    before = snapshot(world.state)
    for stray in () if world.state.finished else strays(world):
        turn = world.observe(stray)
        assert ((stray,), (), ()) == (turn.events, turn.actions, turn.changes)
        assert before == snapshot(world.state)
