"""A fork goes on from another run's history by itself (11-hard-cases 23)."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.core.actions import CallTool, Turn
from holdfast.core.events import (
    CallIntended,
    CallReturned,
    Entry,
    Event,
    PolicyInForce,
    ReviewRequested,
    RunForked,
    WaitStarted,
)
from holdfast.core.interpreter import Interpreter
from holdfast.core.provenance import HUMAN
from holdfast.core.replay import replay
from tests.core.world import World

LATER = 10_000.0


def forked(
    world: World, until: int, *, inputs: dict[str, object] | None = None, facts: dict[str, object] | None = None
) -> tuple[Interpreter, Turn, list[Entry]]:
    """A fork of a world's run behind an entry, a long time afterwards: it, what it decides first, its journal."""
    shared = world.entries[:until]
    at = shared[-1].at + LATER
    event = RunForked(
        run="fork-1", origin="r", seq=until, since=shared[-1].at, inputs=inputs or {}, facts=facts or {}, by="ana"
    )
    interpreter = Interpreter.restore(world.plan, shared)
    turn = interpreter.observe(event, at)
    entries = [*shared, *(Entry(until + place, at, one) for place, one in enumerate(turn.events, start=1))]
    done = replay(world.plan, entries)
    assert None is done.divergence
    assert done.interpreter.summary() == Interpreter.restore(world.plan, entries).summary() == interpreter.summary()
    return interpreter, turn, entries


def seq(world: World, kind: type[Event], number: int = 0) -> int:
    """The number of the entry with the so-manieth event of a kind."""
    return [entry.seq for entry in world.entries if isinstance(entry.event, kind)][number]


def calls(turn: Turn) -> Sequence[CallTool]:
    """What it calls."""
    return [action for action in turn.actions if isinstance(action, CallTool)]


WRITES = """
on_failure: compensate
steps:
  - {id: a, tool: t.write, with: {n: 1}, compensate: {tool: t.put, with: {n: 0}}}
  - {id: b, tool: t.write, idempotency_key: "order-7", with: {n: "{{ steps.a.output }}"}}
  - {id: c, tool: t.write, with: {n: 3}}
"""


def test_what_was_done_is_not_repeated_and_what_is_done_has_keys_of_its_own() -> None:
    """The first write's result stands; the author's key carries the fork's id, default keys have it as their task."""
    world = World(WRITES)
    world.returns("a", 7)
    world.returns("b", 8)
    fork, turn, _ = forked(world, seq(world, CallReturned))
    assert [("b", {"n": 7}, "order-7@fork-1")] == [(call.address, call.args, call.key) for call in calls(turn)]
    turn = fork.observe(CallReturned(call=calls(turn)[0].call, value=9), LATER * 2)
    (third,) = calls(turn)
    assert third.key.endswith(":demo:fork-1:c")
    assert "fork-1" == fork.state.run == fork.state.task


def test_what_was_done_before_is_never_undone() -> None:
    """The fork fails: it undoes nothing of the other run's, although that would."""
    world = World(WRITES)
    world.returns("a", 7)
    fork, _, _ = forked(world, seq(world, CallReturned))
    assert {} == fork.state.effects
    world.fails("b", "invalid")
    assert any("~undo" in entry.event.address for entry in world.entries if isinstance(entry.event, CallIntended))


def test_a_write_that_failed_is_tried_again_under_the_fork_s_key() -> None:
    """What came in stands, and is decided about anew: the retry is the fork's own attempt."""
    for text, key in (("", ":demo:fork-1:a"), ("idempotency_key: order-7, ", "order-7@fork-1")):
        world = World(
            f"steps:\n  - {{id: a, tool: t.write, {text}with: {{n: 1}}, retry: {{attempts: 3, delay: 2s}}}}\n"
        )
        world.fails("a", "rate_limited")
        fork, turn, _ = forked(world, 3)
        assert [] == calls(turn)
        (again,) = calls(world_tick(fork))
        assert again.key.endswith(key)


def world_tick(fork: Interpreter) -> Turn:
    """The earliest timer fires."""
    from holdfast.core.events import TimerFired

    due = fork.next_due()
    assert due is not None
    timer = fork.due(due)
    assert timer is not None
    return fork.observe(TimerFired(timer=timer), due)


def test_reads_and_questions_begin_anew() -> None:
    """A read in flight is called again with what is true here; a question is asked under the fork's own id."""
    world = World(
        "inputs: {n: {type: integer, default: 1}}\nsteps:\n  - {id: a, tool: t.read, with: {n: '{{ inputs.n }}'}}\n",
        inputs={"n": 1},
    )
    _, turn, _ = forked(world, 2, inputs={"n": 5})
    assert [{"n": 5}] == [call.args for call in calls(turn)]
    ask = World("steps:\n  - {id: a, ask: {question: How many?, options: [1, 2], timeout: 10m}}\n")
    fork, turn, _ = forked(ask, 2)
    (asked,) = [event.review for event in turn.events if isinstance(event, ReviewRequested)]
    assert ("fork-1.2", turn.at + 600) == (asked.id, asked.due)
    assert [asked.id] == list(fork.state.reviews)


def test_an_answer_that_has_come_counts() -> None:
    """What a person said to the other run was said: it is decided about anew, not asked again."""
    world = World(
        "steps:\n  - {id: a, ask: {question: How many?, options: [1, 2], timeout: 10m}}\n  - {id: b, wait: 1h}\n"
    )
    world.answers("choose", 2)
    fork, turn, _ = forked(world, 3)
    assert [] == [event for event in turn.events if isinstance(event, ReviewRequested)]
    (wait,) = [event for event in turn.events if isinstance(event, WaitStarted)]
    assert turn.at + 3600 == wait.due
    assert {} == fork.state.reviews


def test_time_stood_still_in_between() -> None:
    """A pause that had half an hour to go has it still; so has the deadline."""
    world = World("deadline: 2h\nsteps:\n  - {id: a, wait: 1h}\n")
    due = world.mind.next_due()
    assert due is not None
    fork, _, _ = forked(world, 2)
    assert due + LATER == fork.next_due()


FACTS = """
facts:
  city: {infer: {tool: t.read, with: {n: 1}}}
steps:
  - {id: a, tool: t.put, with: {n: "{{ facts.city }}"}}
"""


def test_a_fact_that_is_otherwise_here_is_not_found_out() -> None:
    """Whoever waits for it goes on; a person stands by it."""
    world = World(FACTS)
    fork, turn, _ = forked(world, len(world.entries), facts={"city": "Rome"})
    assert [("a", {"n": "Rome"})] == [(call.address, call.args) for call in calls(turn)]
    assert HUMAN == fork.state.fact_labels["city"]
    asked = World(
        FACTS.replace(
            "infer: {tool: t.read, with: {n: 1}}", "ask: {question: Where?, options: [Rome, Oslo], timeout: 1h}"
        )
    )
    fork, turn, _ = forked(asked, len(asked.entries), facts={"city": "Oslo"})
    assert [{"n": "Oslo"}] == [call.args for call in calls(turn)]
    assert {} == fork.state.reviews
    known = World(FACTS)
    known.returns("~facts/city/infer", "Bonn", confidence=1.0)
    fork, _, _ = forked(known, 1, facts={"city": "Rome"})
    assert "Rome" == fork.state.facts["city"]


def test_a_loop_goes_on_where_it_was() -> None:
    """What is inside stays inside: rounds that were done are done, the one under way begins anew."""
    world = World("""
steps:
  - id: all
    each: {in: "[1, 2, 3]", as: n}
    do:
      - {id: a, tool: t.read, with: {n: "{{ n }}"}}
""")
    world.returns("all[0]/a", 1)
    _, turn, _ = forked(world, len(world.entries))
    assert [("all[1]/a", {"n": 2})] == [(call.address, call.args) for call in calls(turn)]


def test_a_fork_of_a_fork_and_a_policy_that_was_known_first() -> None:
    """Each has its own name; what stands behind the entry of a fork was known before it, as with a request."""
    world = World(WRITES)
    world.returns("a", 7)
    _, _, entries = forked(world, seq(world, CallReturned))
    shared = entries[: seq(world, CallReturned) + 1]
    mind = Interpreter.restore(world.plan, shared)
    at = shared[-1].at
    policy = mind.observe(PolicyInForce(policy="p"), at)
    second = mind.observe(RunForked(run="fork-2", origin="fork-1", seq=len(shared), since=at), at)
    events = [second.events[0], *policy.events, *second.events[1:]]
    journal = [*shared, *(Entry(len(shared) + place, at, event) for place, event in enumerate(events, start=1))]
    assert None is replay(world.plan, journal).divergence
    assert "fork-2" == mind.state.run
    assert ["order-7@fork-2"] == [call.key for call in calls(second)]
