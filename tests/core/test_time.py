"""Retries, deadlines, waits, events and signals."""

from __future__ import annotations

import pytest

from holdfast.core.actions import CallTool
from holdfast.core.decide.retry import backoff
from holdfast.core.events import CallIntended, RetryPlanned, TimerFired
from holdfast.plan.program import Retry
from tests.core.world import World


def test_delays_grow_are_capped_and_draw_the_same_again() -> None:
    """Backoff: `delay * factor ** (attempt - 1)`, at most `max_delay`; jitter depends on the seed alone."""
    plain = Retry(attempts=9, delay=1.0, factor=2.0, max_delay=5.0, jitter="none")
    assert [backoff(plain, attempt) for attempt in (1, 2, 3, 4)] == [1.0, 2.0, 4.0, 5.0]
    full = Retry(attempts=9, delay=1.0, jitter="full")
    assert backoff(full, 1, "r", "a") == backoff(full, 1, "r", "a") != backoff(full, 1, "r", "b")
    equal = Retry(attempts=9, delay=1.0, jitter="equal")
    assert all(0.5 <= backoff(equal, 1, seed) < 1.0 for seed in range(50))
    assert backoff(Retry(attempts=9, factor=1e9, max_delay=7.0, jitter="none"), 999) == 7.0
    assert backoff(Retry(attempts=9, delay=0.0, factor=1e9, jitter="none"), 999) == 0.0


@pytest.mark.parametrize(
    ("retry", "code", "again"),
    [
        ("3", "timeout", True),
        ("3", "invalid", False),
        ("{attempts: 3, on: [invalid]}", "invalid", True),
        ("{attempts: 3, on: [invalid]}", "timeout", False),
        ("{attempts: 3, never: [timeout]}", "timeout", False),
        ("1", "timeout", False),
    ],
)
def test_a_policy_says_which_errors_it_is_about(retry: str, code: str, again: bool) -> None:
    """Transient errors by default; `on` and `never` narrow."""
    world = World(f"steps: [{{id: a, tool: t.read, retry: {retry}}}]")
    world.fails("a", code)
    assert again == (world.count(RetryPlanned) == 1)


def test_attempts_count_all_tries_and_retry_after_overrides_the_delay() -> None:
    """The other side knows best when to come again."""
    world = World("steps: [{id: a, tool: t.read, retry: 2}]")
    world.fails("a", "rate_limited", retry_after=33.0)
    assert (world.mind.next_due() or 0) - world.now == 33.0
    world.tick()
    world.fails("a", "timeout")
    assert (world.outcome.status, world.count(CallIntended)) == ("failed", 2)


def test_a_call_without_a_timeout_of_its_own_has_one() -> None:
    """A minute, or what its tool says: nothing waits for an answer for ever."""
    world = World("steps: [{id: a, tool: t.read}, {id: b, tool: t.read, timeout: 5s}]")
    action = world.turn.actions[0]
    assert isinstance(action, CallTool)
    assert 60.0 == action.timeout
    action = world.returns("a").actions[0]
    assert isinstance(action, CallTool)
    assert 5.0 == action.timeout


def test_max_elapsed_bounds_the_tries() -> None:
    """No try begins later than that after the step did."""
    world = World("steps: [{id: a, tool: t.read, retry: {attempts: 9, max_elapsed: 10s}}]")
    world.now += 20
    world.fails("a", "timeout")
    assert world.outcome.error.code == "timeout"


def test_a_deadline_clips_timeouts_and_delays() -> None:
    """No attempt starts that cannot be in time, and what is left goes to the fallback."""
    world = World(
        "steps: [{id: a, tool: t.read, timeout: 8s, deadline: 10s, retry: {attempts: 5, delay: 1s, jitter: none}, fallback: [{id: f, tool: t.read, timeout: 8s}]}]"
    )
    world.now += 8
    world.fails("a", "timeout")
    assert world.count(RetryPlanned) == 1
    world.tick()
    action = world.turn.actions[0]
    assert isinstance(action, CallTool)
    assert action.timeout == 1.0
    world.now += 0.5
    world.fails("a", "timeout")
    action = world.turn.actions[0]
    assert isinstance(action, CallTool)
    assert (action.address, action.timeout) == ("a/f", 0.5)


def test_a_deadline_ends_what_is_inside_and_fails_with_timeout() -> None:
    """Waiting for people included; the step's parent may have its own way out."""
    world = World(
        "steps: [{id: b, deadline: 10s, do: [{id: q, ask: {to: r, question: q, options: [x], timeout: 1h}}]}]\nfallback: [{id: f, set: {code: '{{ error.code }}'}}]"
    )
    world.tick()
    assert (world.state.facts, world.state.reviews) == ({"code": "timeout"}, {})


def test_a_write_in_flight_at_the_deadline_is_settled_first() -> None:
    """Its result counts: it took place, and whoever comes after knows."""
    world = World("steps: [{id: w, tool: t.write, timeout: 1h, deadline: 10s}]")
    world.tick()
    assert world.in_flight() == ["w"]
    world.returns("w", "late but done")
    assert world.outcome.status == "succeeded"
    world = World("steps: [{id: w, tool: t.write, timeout: 1h, deadline: 10s}]")
    world.tick()
    world.fails("w", "conflict")
    assert world.outcome.error.code == "timeout"


def test_the_runs_deadline_fails_it() -> None:
    """`deadline` of the plan; cleanup has its own allowance."""
    world = World(
        "deadline: 1m\nsteps: [{id: a, ask: {to: r, question: q, options: [x], timeout: 1h}}]\ncleanup: [{id: c, tool: t.read}]"
    )
    world.tick()
    assert world.in_flight() == ["~cleanup/c"]
    world.returns("~cleanup/c")
    assert (world.outcome.status, world.outcome.error.code) == ("failed", "timeout")


def test_cleanup_has_a_deadline_of_its_own() -> None:
    """Ten minutes by default, or what the plan says."""
    world = World("steps: [{id: a, set: {x: 1}}]\ncleanup: {deadline: 5s, steps: [{id: c, tool: t.read, timeout: 1m}]}")
    assert (world.mind.next_due() or 0) - world.now == 5.0
    world.tick()
    assert (world.outcome.status, len(world.outcome.notes)) == ("succeeded", 1)


def test_a_wait_is_a_durable_timer() -> None:
    """`wait: 10m`, and `until` a time; one that has passed is over at once."""
    world = World(
        "deadline: 36000d\nsteps: [{id: a, wait: 10m}, {id: b, wait: {until: '2001-09-09T01:46:40Z'}}, {id: c, wait: {until: '2001-09-09'}}]"
    )
    assert (world.mind.next_due() or 0) - world.now == 600.0
    world.tick()
    world.tick()
    world.tick()
    assert world.outcome.status == "succeeded"


EVENT = "steps: [{id: a, wait: {event: paid, match: event.amount > 5, timeout: 1h, on_timeout: %s}}]"


def test_a_wait_takes_the_event_that_matches() -> None:
    """Others stay for later waits."""
    world = World(EVENT % "fail")
    world.signals("event", "other", {"amount": 9})
    world.signals("event", "paid", {"amount": 1})
    assert not world.state.finished
    world.signals("event", "paid", {"amount": 9})
    assert world.state.scope.results["a"]["output"] == {"amount": 9}


@pytest.mark.parametrize(
    ("on_timeout", "status"), [("fail", "failed"), ("continue", "succeeded"), ("abort", "aborted")]
)
def test_an_event_that_does_not_come(on_timeout: str, status: str) -> None:
    """`on_timeout` of a wait."""
    world = World(EVENT % on_timeout)
    world.tick()
    assert world.outcome.status == status


def test_an_event_may_come_before_its_wait_and_none_is_dropped() -> None:
    """Who sends one too many is refused by the store; what did come is kept, and the run's row says how many."""
    world = World("steps: [{id: a, tool: t.read}, {id: b, wait: {event: go, timeout: 1h}}]", law=False)
    for number in range(101):
        world.signals("event", "go", number)
    assert (world.mind.summary().result or {})["events"] == 101
    world.returns("a")
    assert world.state.scope.results["b"]["output"] == 0
    assert (world.mind.summary().result or {})["events"] == 100


def test_pause_stops_time_and_new_calls_and_loses_nothing() -> None:
    """What comes in is recorded; deadlines and timers move by as long as the pause was."""
    world = World("deadline: 100s\nsteps: [{id: a, tool: t.read}, {id: b, tool: t.read}]")
    world.signals("pause")
    world.signals("pause")
    assert (world.status, world.mind.next_due(), world.mind.due(1e12)) == ("paused", None, None)
    world.returns("a", 1)
    assert world.in_flight() == []
    world.now += 500
    world.signals("unpause")
    assert world.in_flight() == ["b"]
    assert (world.mind.next_due() or 0) - world.now == 100.0
    world.signals("unpause")
    assert world.in_flight() == ["b"]


def test_cancel_stops_undoes_and_cleans_up() -> None:
    """Also while the run is paused."""
    world = World(
        "steps: [{id: a, tool: t.write, with: {n: 1}, compensate: {tool: t.undo, with: {}}}, {id: b, tool: t.read}]\ncleanup: [{id: c, tool: t.read}]"
    )
    world.returns("a")
    world.signals("pause")
    world.signals("cancel", by="ana")
    assert world.in_flight() == ["a~undo"]
    world.returns("a~undo")
    world.returns("~cleanup/c")
    assert world.outcome.status == "cancelled"


def test_cancel_leaves_a_compensation_under_way_alone() -> None:
    """What is being undone is undone."""
    world = World(
        "steps: [{id: p, join: any, parallel: {l: [{id: a, tool: t.write, with: {n: 1}, compensate: {tool: t.undo, with: {}}}, {id: x, tool: t.read}], r: [{id: b, tool: t.read}]}}]"
    )
    world.returns("p/l/a")
    world.returns("p/r/b")
    assert world.in_flight() == ["p/l/a~undo"]
    world.signals("cancel")
    assert world.in_flight() == ["p/l/a~undo"]
    world.returns("p/l/a~undo")
    assert world.outcome.status == "cancelled"


def test_signals_that_mean_nothing_are_recorded() -> None:
    """Totality."""
    world = World("steps: [{id: a, tool: t.read}]")
    world.signals("dance")
    assert (len(world.turn.events), world.in_flight()) == (1, ["a"])


def test_the_summary_says_what_a_run_waits_for() -> None:
    """Reviews, events and timers; a call is not waited for but under way."""
    world = World(
        """
steps:
  - id: p
    parallel:
      a: [{id: q, ask: {to: r, question: Which?, options: [x], timeout: 1h}}]
      b: [{id: e, wait: {event: go, timeout: 2h}}]
      c: [{id: t, wait: 3h}]
      d: [{id: w, tool: t.read}]
"""
    )
    now = world.now
    waiting = {str(item["for"]): item for item in world.mind.summary().waiting}
    assert "call" not in waiting
    assert (waiting["review"]["question"], waiting["review"]["due"]) == ("Which?", now + 3600)
    assert (waiting["event"]["event"], waiting["event"]["due"]) == ("go", now + 7200)
    assert (waiting["timer"]["kind"], waiting["timer"]["due"]) == ("wait", now + 10800)
    assert world.status == "running"
    world.returns("p/d/w")
    assert world.status == "waiting"


def test_a_pause_does_not_move_the_calendar() -> None:
    """A wait for an instant ends at that instant; one for a while ends later by the pause."""
    world = World(
        "steps: [{id: p, parallel: {a: [{id: x, wait: {until: '1970-01-12T13:48:20Z'}}], b: [{id: y, wait: 2m}]}}]"
    )
    world.signals("pause")
    world.now += 50
    world.signals("unpause")
    dues = {name: due - 1_000_000 for name, due in world.state.timers.due.items() if name.startswith("wait:")}
    assert {"wait:p/a/x": 100.0, "wait:p/b/y": 170.0} == dues


def test_a_timer_that_fires_in_a_pause_changes_nothing() -> None:
    """Time stands still: it fires again when the run goes on."""
    world = World("steps: [{id: a, wait: 5s}]")
    world.signals("pause")
    world.observe(TimerFired(timer="wait:a"), 6.0)
    assert ["TimerFired"] == world.kinds()
    world.signals("unpause")
    world.tick()
    assert world.state.finished
