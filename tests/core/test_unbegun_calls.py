"""Calls that were intended and not begun when their worker stopped of its own accord."""

from __future__ import annotations

import pytest

from holdfast.core.events import WorkerLeft
from tests.core.world import World


@pytest.mark.parametrize("tool", ["t.read", "t.write", "t.put", "t.mail", "t.once"])
def test_a_call_that_had_not_begun_when_its_worker_stopped_is_begun_by_the_next(tool: str) -> None:
    """Whatever its strategy: nothing can have happened, so nothing is asked, and nothing is counted twice."""
    subject = "" if tool == "t.read" else ", subject: lead"
    world = World(f"steps: [{{id: a, tool: {tool}{subject}}}]")
    world.restarts(unbegun=[world.call("a")])
    assert ["WorkerTookOver", "CallIntended"] == world.kinds()
    assert (["a"], 1, 1) == (world.in_flight(), world.state.spent.calls, world.state.frames["a"].attempt)
    world.returns("a", 7)
    assert "succeeded" == world.status


def test_an_unknown_write_stays_unknown_though_its_next_attempt_had_not_begun() -> None:
    """What an earlier attempt left open is not settled by one that was never made."""
    world = World("steps: [{id: a, tool: t.write, retry: {attempts: 2, delay: 1s}, optional: true}]")
    world.fails("a", "timeout")
    world.tick()
    world.restarts(unbegun=[world.call("a")])
    assert world.state.frames["a"].call.unknown
    assert (["a"], 2) == (world.in_flight(), world.state.frames["a"].attempt)


def test_an_approval_is_looked_at_again_for_a_call_that_had_not_begun() -> None:
    """Its first attempt is still to come, so what it was allowed under has to hold then."""
    human = "{when: amount > 1, to: boss, timeout: 1d, on_timeout: reject, valid_for: 1h}"
    world = World(f"steps: [{{id: a, tool: t.write, with: {{amount: 5}}, human: [{human}]}}]")
    world.answers("approve")
    call = world.call("a")
    world.observe(WorkerLeft(worker="w1", unbegun=(call,)))
    world.now += 7200
    world.crashes()
    assert ([], 1) == (world.in_flight(), len(world.state.reviews))


def test_numbers_of_calls_that_are_not_in_flight_mean_nothing_when_a_worker_stops() -> None:
    """A check is no call that could have had an effect, and others are over."""
    world = World("steps: [{id: a, tool: t.mail}]")
    world.fails("a", "timeout")
    world.restarts(unbegun=[world.call("a"), 1, 99])
    assert ["a?"] == world.in_flight()


@pytest.mark.parametrize("tool", ["t.read", "t.once"])
def test_a_later_attempt_that_had_not_begun_is_still_that_attempt(tool: str) -> None:
    """The first one was refused, the second one was never made: it is made, as the second."""
    world = World(f"steps: [{{id: a, tool: {tool}, retry: {{attempts: 2, delay: 1s}}}}]")
    world.fails("a", "rate_limited")
    world.tick()
    world.restarts(unbegun=[world.call("a")])
    assert (["a"], 2, 2) == (world.in_flight(), world.state.frames["a"].attempt, world.state.spent.calls)
    world.fails("a", "rate_limited")
    assert "failed" == world.status
