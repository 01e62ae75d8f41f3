"""Sentences of the hard cases that no other test is about, each by the number of its rule."""

from __future__ import annotations

import pytest

from holdfast.core.events import (
    CallIntended,
    CompensationIntended,
    FactsSet,
    ReviewRequested,
    SignalReceived,
    StepSkipped,
)
from holdfast.core.keys import call_digest
from holdfast.plan.load import load_source
from tests.core.world import World

UNDO = "compensate: {tool: t.undo, with: {x: '{{ output }}'}}"


def test_rule_1_an_optional_write_is_settled_before_what_follows() -> None:
    """`optional` lets a failure pass, and an unknown outcome is none."""
    world = World("steps: [{id: w, tool: t.write, timeout: 5s, optional: true}, {id: next, tool: t.read}]")
    world.fails("w", "timeout")
    assert ([], True) == (world.in_flight(), "next" not in world.state.frames)
    world.tick()
    assert ["w"] == world.in_flight()
    world.fails("w", "conflict")
    assert ["next"] == world.in_flight()


def test_rule_1_nothing_is_undone_and_no_run_ends_while_a_write_is_unknown() -> None:
    """A cancelled run settles first, then undoes what happened, the doubtful write included."""
    world = World(
        f"steps: [{{id: a, tool: t.write, with: {{n: 1}}, {UNDO}}}, {{id: b, tool: t.write, timeout: 5s, {UNDO}}}]\n"
    )
    world.returns("a", 1)
    world.fails("b", "timeout")
    world.signals("cancel")
    assert (0, False) == (world.count(CompensationIntended), world.state.finished)
    while "b" not in world.in_flight():
        world.tick()
    world.returns("b", 2)
    assert "b~undo" == world.last(CompensationIntended).address
    world.returns("b~undo")
    world.returns("a~undo")
    assert "cancelled" == world.status


def test_rule_3_a_revision_is_appended_to_an_authors_own_key() -> None:
    """A corrected write must not be taken for the one that was undone."""
    world = World(
        "facts: {f: {given: 1}}\n"
        f"steps: [{{id: a, tool: t.write, with: {{n: '{{{{ facts.f }}}}'}}, idempotency_key: bill-7, {UNDO}}}, "
        "{id: last, wait: 1h}]"
    )
    assert "bill-7" == world.last(CallIntended).key
    world.returns("a", 1)
    world.observe(SignalReceived(signal="correct", payload={"f": 2}, by="ana"))
    world.returns("a~undo")
    assert ("bill-7#2", {"n": 2}) == (world.last(CallIntended).key, world.last(CallIntended).args)


def test_rule_7_the_hash_covers_tool_version_key_and_arguments() -> None:
    """Whatever of them is another one, it is another call; the order of arguments is none of them."""
    one = call_digest("pay", "1", "k", {"to": "ana", "amount": 1})
    others = [
        call_digest("pax", "1", "k", {"to": "ana", "amount": 1}),
        call_digest("pay", "2", "k", {"to": "ana", "amount": 1}),
        call_digest("pay", "1", "l", {"to": "ana", "amount": 1}),
        call_digest("pay", "1", "k", {"to": "ana", "amount": 2}),
    ]
    assert 5 == len({one, *others})
    assert one == call_digest("pay", "1", "k", {"amount": 1, "to": "ana"})


def test_rule_11_validity_is_checked_before_the_first_attempt_alone() -> None:
    """Later attempts only settle the same effect, however long ago it was approved."""
    world = World(
        "steps: [{id: w, tool: t.write, timeout: 5s, retry: {attempts: 2, delay: 10m, jitter: none}, "
        "human: [{to: f, timeout: 1h, valid_for: 1m}]}]"
    )
    world.answers("approve")
    world.fails("w", "unavailable")
    world.tick()
    assert (["w"], 2, 1) == (world.in_flight(), world.last(CallIntended).attempt, world.count(ReviewRequested))


def test_rule_14_what_a_failed_block_did_stays_registered() -> None:
    """Its fallback saved the block; the run aborts later, and undoes it all the same."""
    world = World(
        f"steps: [{{id: b, do: [{{id: w, tool: t.write, {UNDO}}}, {{id: r, tool: t.read}}], "
        "fallback: [{id: other, set: {x: 1}}]}, {id: s, stop: {status: aborted, reason: enough}}]"
    )
    world.returns("b/w", 1)
    world.fails("b/r", "denied")
    assert ["b/w~undo"] == world.in_flight()
    world.returns("b/w~undo")
    assert ("aborted", 1) == (world.status, world.count(CompensationIntended))


def test_rule_17_silence_that_aborts_aborts_the_run_from_anywhere() -> None:
    """However deep it stands: the other branch is stopped, nothing after it begins."""
    world = World(
        "steps: [{id: p, parallel: {a: [{id: d, do: [{id: q, ask: {to: r, question: q, options: [x], timeout: 1m, "
        "on_timeout: abort}}], fallback: [{id: f, tool: t.read}]}], b: [{id: w, wait: 1h}]}}, {id: next, tool: t.read}]"
    )
    world.tick()
    assert ("aborted", []) == (world.status, world.in_flight())


def test_rule_18_compensation_and_cleanup_outlast_the_deadline() -> None:
    """What was done is undone after the run's time is over; cleanup has ten minutes of its own."""
    world = World(
        f"deadline: 1m\non_failure: compensate\nsteps: [{{id: a, tool: t.write, {UNDO}}}, {{id: w, wait: 1h}}]\n"
        "cleanup: [{id: c, tool: t.read, timeout: 1d}]"
    )
    world.returns("a", 1)
    world.tick()
    assert ["a~undo"] == world.in_flight()
    world.returns("a~undo")
    assert (["~cleanup/c"], 600.0) == (world.in_flight(), (world.mind.next_due() or 0) - world.now)
    world.tick()
    assert ("failed", "timeout") == (world.status, world.outcome.error.code)


NAMES = {
    "inputs": "inputs.n == 1",
    "facts": "facts.f == 2",
    "steps": "steps.a.status == 'succeeded'",
    "run": "run.id == 'r' and run.task == 't' and run.user == 'u' and run.plan == 'demo'",
    "spent": "spent.calls >= 1 and spent.tokens == 0 and spent.cost == 0 and spent.failures == 0 and spent.elapsed >= 0",
    "args": "args.amount == 7",
    "amount": "amount == 7",
    "tool": "tool.name == 't.write' and tool.effect == 'write' and tool.reversible and 'payment' in tool.tags",
    "step": "step.id == 'w'",
    "labels": "'given' in labels",
    "confidence": "confidence == 1",
    "address": "address == 'e[1]/w'",
    "item": "item == 1",
    "index": "index == 0",
    "now": "now[:4] == '1970'",
    "slices": "[1, 2, 3][:2] == [1, 2]",
    "keywords": "([{'p': 2}, {'p': 1}] | sort(attribute='p', reverse=true) | first).p == 2",
}


@pytest.mark.parametrize("name", NAMES)
def test_rule_26_a_trigger_sees_the_name(name: str) -> None:
    """Whether it holds shows that the name is there and what it is: one that cannot be evaluated would hold too."""
    world = World(
        "inputs: {n: {default: 1}}\nfacts: {f: {given: 2}}\nsteps: [{id: a, tool: t.read}, {id: e, each: {in: '[1]', "
        "key: item}, do: [{id: w, tool: t.write, with: {amount: 7, n: '{{ inputs.n }}'}, "
        f'human: [{{when: "not ({NAMES[name]})", to: f, timeout: 1h}}]}}]}}]',
        {"n": 1},
    )
    world.returns("a", 1)
    assert (["e[1]/w"], 0) == (world.in_flight(), world.count(ReviewRequested))


def test_rule_26_names_of_other_places() -> None:
    """`output` and `args` in `compensate`, `error` in a fallback, `event` in a match, `result` in a look."""
    world = World(
        "steps: [{id: a, tool: t.read, fallback: [{id: f, when: error.code == 'denied', set: {x: 1}}]}, "
        "{id: e, wait: {event: go, match: event.n == 2, timeout: 1h}}, {id: s, set: {n: '{{ steps.e.output.n }}'}}, "
        "{id: k, when: address == 'nowhere', set: {y: 1}}]"
    )
    world.fails("a", "denied")
    assert {"x": 1} == world.last(FactsSet).values
    world.signals("event", "go", {"n": 1})
    world.signals("event", "go", {"n": 2})
    assert ({"n": 2}, "k") == (world.last(FactsSet).values, world.last(StepSkipped).address)


def test_rule_26_no_other_name_is_there() -> None:
    """A misspelt one is refused before anything runs."""
    with pytest.raises(Exception, match="`imputs`"):
        load_source("holdfast: 1\nplan: p\nsteps: [{id: a, set: {x: '{{ imputs.n }}'}}]", "p.yaml")
