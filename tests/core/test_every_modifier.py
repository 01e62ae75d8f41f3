"""`when`, `retry`, `deadline`, `fallback`, `human`, `compensate`, `optional`: legal on every step, with one meaning (section 5)."""

from __future__ import annotations

import pytest

from holdfast.core.events import StepFailed, StepSkipped
from holdfast.core.failure import Failure
from tests.core.world import World

INNER = "[{id: i, tool: t.read}]"
ACTIONS = {
    "tool": "tool: t.read",
    "do": f"do: {INNER}",
    "each": f"each: {{in: '[1]'}}, do: {INNER}",
    "repeat": f"repeat: {{max: 1}}, do: {INNER}",
    "parallel": f"parallel: {{p: {INNER}}}",
    "switch": f"switch: [{{do: {INNER}}}]",
    "ask": "ask: {to: r, question: q, options: [x], timeout: 1h}",
    "wait": "wait: {event: go, timeout: 1h}",
    "set": "set: {n: '{{ inputs.n.x }}'}",
    "plan": "plan: part",
    "handoff": "handoff: {to: r, reason: see, timeout: 1h}",
    "stop": "stop: {status: failed, reason: '{{ inputs.n.x }}'}",
}
AT_ONCE = {"set", "stop"}
"""What fails, if at all, without waiting for anybody."""
EVERY = pytest.mark.parametrize("kind", ACTIONS)


def world(kind: str, modifier: str, head: str = "", after: str = "{id: after, tool: t.put}", n: object = 1) -> World:
    """A step of this kind with a modifier, and one behind it."""
    steps = f"[{{id: s, {ACTIONS[kind]}, {modifier}}}, {after}]"
    return World(f"inputs: {{n: {{}}}}\n{head}\nsteps: {steps}", {"n": n})


def fail(kind: str, one: World) -> None:
    """Let what the step waits for come to a bad end."""
    if kind in AT_ONCE:
        return
    if one.in_flight():
        one.fails(one.in_flight()[0], "denied")
    elif one.state.children:
        one.child_ends("s", "failed", error=Failure(code="denied"))
    else:
        one.tick()


def succeed(kind: str, one: World) -> None:
    """Let it come to a good one."""
    if kind in AT_ONCE:
        return
    if one.in_flight():
        one.returns(one.in_flight()[0], 1)
    elif one.state.children:
        one.child_ends("s", output=1)
    elif one.state.reviews:
        (review,) = one.state.reviews.values()
        one.answers(*(("choose", "x") if review.options else ("output", 1)))
    elif "s" in one.state.frames:
        one.signals("event", "go", 1)


@EVERY
def test_when_passes_over_any_step(kind: str) -> None:
    """Nothing of it begins."""
    one = world(kind, "when: 'false'")
    assert (["after"], 1) == (one.in_flight(), one.count(StepSkipped))


@EVERY
def test_optional_goes_on_after_any_step(kind: str) -> None:
    """Its failure is recorded."""
    one = world(kind, "optional: true")
    fail(kind, one)
    assert "s" == one.last(StepFailed).address
    assert ["after"] == one.in_flight()


@EVERY
def test_any_step_may_have_an_alternative(kind: str) -> None:
    """Which sees the error and gives the step its output."""
    one = world(kind, "fallback: [{id: alt, tool: t.put, with: {code: '{{ error.code }}'}}]")
    fail(kind, one)
    code = {"ask": "expired", "wait": "timeout", "handoff": "expired", "set": "invalid", "stop": "invalid"}.get(
        kind, "denied"
    )
    assert (["s/alt"], {"code": code}) == (one.in_flight(), one.state.frames["s/alt"].call.args)
    one.returns("s/alt", 2)
    assert (["after"], "alt") == (one.in_flight(), one.state.scope.results["s"].via)  # type: ignore[attr-defined]


@EVERY
def test_any_step_may_be_tried_again(kind: str) -> None:
    """A second try after a second, the last one."""
    one = world(kind, "retry: {attempts: 2, delay: 1s, jitter: none, on: [denied, expired, invalid, timeout]}")
    fail(kind, one)
    assert one.state.timers.first()[1] == "retry:s"  # type: ignore[index]
    one.tick()
    assert kind in AT_ONCE or 2 == one.state.frames["s"].attempt
    fail(kind, one)
    assert "failed" == one.status


@EVERY
def test_any_step_may_have_a_deadline(kind: str) -> None:
    """Then it fails with `timeout`, and what is in it has stopped."""
    one = world(kind, "deadline: 5s, optional: true")
    if kind in AT_ONCE:
        assert ["after"] == one.in_flight()
        return
    one.tick()
    if kind == "plan":
        one.child_ends("s", "cancelled")
    assert (["after"], "timeout") == (one.in_flight(), one.last(StepFailed).error.code)


@EVERY
def test_people_may_be_asked_about_the_failure_of_any_step(kind: str) -> None:
    """`on: failure`: they give its output by hand, for one."""
    one = world(kind, "human: [{on: failure, to: ops, timeout: 1d}]")
    fail(kind, one)
    (review,) = one.state.reviews.values()
    assert ("failure", "s") == (review.kind, review.address)
    one.answers("output", 7)
    assert ["after"] == one.in_flight()


@EVERY
def test_any_step_may_be_undone(kind: str) -> None:
    """`compensate` sees its output when the run fails later on; what a step gave by hand is nobody's to undo."""
    one = world(
        kind, "compensate: {tool: t.undo, with: {x: '{{ output }}'}}", "on_failure: compensate",
        "{id: after, tool: t.read}", {"x": 3},
    )  # fmt: skip
    if kind == "stop":
        assert "failed" == one.status
        return
    succeed(kind, one)
    one.fails("after", "denied")
    outputs = {"each": [1], "parallel": {"p": 1}, "ask": "x", "set": {"n": 3}}
    assert {"x": outputs.get(kind, 1)} == one.state.frames[one.in_flight()[0]].call.args
    one.returns(one.in_flight()[0])
    assert "failed" == one.status
