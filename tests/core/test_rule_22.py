"""Rule 22: a corrected run ends as one that knew the right facts from the start, or somebody is told what is otherwise.

A person's answer hangs on the question alone, a tool's on its arguments.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.core.actions import EffectClaimed
from holdfast.core.events import CallReturned, ReviewRequested, SignalReceived
from holdfast.core.review import Review
from tests.core.shapes import SHAPES, in_shape
from tests.core.world import World

_HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large]
_SUMS = (
    "{{ facts.p + facts.f }}",
    "{{ facts.q * 2 }}",
    "{{ facts.p + facts.q }}",
    "{{ facts.g }}",
    "{{ facts.p + 1 }}",
)
_CONDITIONS = ["facts.f > 1", "facts.g > 1", "facts.h == 1", "facts.p > 2"]
_SCHEMA = {"type": "integer"}


@st.composite
def _chains(draw: st.DrawFn, *, undoable: bool) -> str:
    """A plan whose effects can all be undone, or some of them not; some steps change facts that they read."""
    steps: list[dict[str, object]] = [{"id": "z", "set": {"p": 1, "q": 1}}]
    readable: list[str] = []
    for number in range(draw(st.integers(1, 5))):
        sources = ["facts.f", "facts.g", "facts.h", "facts.k", "facts.p", "facts.q", "inputs.n", *readable]
        step: dict[str, object] = {"id": f"s{number}"}
        tool = draw(st.sampled_from(["t.read", "t.write", "t.put"]))
        source = draw(st.sampled_from(sources))
        step |= {"tool": tool, "with": {"x": f"{{{{ {source} }}}}"}}
        if tool != "t.read":
            step |= {"compensate": {"tool": "t.undo", "with": {"x": "{{ output }}"}}}
            if not undoable and draw(st.booleans()):
                del step["compensate"]
            if draw(st.integers(0, 3)) == 0:
                step["human"] = [{"when": "args.x > 1", "to": "desk", "timeout": "1d"}]
        elif draw(st.booleans()):
            step = {"id": f"s{number}", "set": {draw(st.sampled_from("pq")): draw(st.sampled_from(_SUMS))}}
        elif draw(st.booleans()):
            step = {"id": f"s{number}", "ask": {"question": f"{{{{ {source} }}}}?", "schema": _SCHEMA, "timeout": "1d"}}
        shape = draw(st.sampled_from(SHAPES))
        step = in_shape(
            shape, step, number, draw(st.sampled_from(_CONDITIONS)), {"tool": "t.read", "with": {"x": "{{ facts.g }}"}}
        )
        if shape == "plain" and "set" not in step:
            readable.append(f"steps.s{number}.output")
        steps.append(step)
    facts = {
        "f": {"given": 1},
        "g": {"given": "{{ facts.f }}"},
        "h": {"infer": {"tool": "t.read", "with": {"x": "{{ facts.f }}"}}},
        "k": {"ask": {"question": "k of {{ facts.g }}?", "schema": _SCHEMA, "timeout": "1d"}},
    }
    steps.append({"id": "last", "wait": "1h"})
    return json.dumps({"holdfast": 1, "plan": "demo", "inputs": {"n": {"default": 1}}, "facts": facts, "steps": steps})


class _Books(World):
    """A world that keeps what every effect was made with."""

    def observe(self, *args: Any, **named: Any) -> Any:
        turn = super().observe(*args, **named)
        self.claimed = getattr(self, "claimed", {})
        for change in turn.changes:
            if isinstance(change, EffectClaimed):
                args_of = self.state.frames[change.address].call.args
                self.claimed[change.tool, change.key] = json.dumps(args_of, sort_keys=True)
        return turn

    def correct(self, **values: object) -> None:
        """Somebody says what is right."""
        self.observe(SignalReceived(signal="correct", payload=values, by="ana"))

    def serve(self) -> bool:
        """Answer one call by its arguments, or one question by its text; False if there is none."""
        if self.state.calls:
            number = next(iter(self.state.calls))
            action = self.pending[number]
            value = len(json.dumps(action.args, default=str)) % 4 if action.tool != "t.undo" else None
            self.observe(CallReturned(call=number, value=value))
            return True
        for review in self.state.reviews.values():
            self.answers(*_said(review), review=review.id)
            return True
        return False

    def finish(self) -> None:
        """To the end, in time."""
        for _ in range(400):
            if self.state.finished:
                return
            if not self.serve():
                self.tick()

    def standing(self) -> Counter[tuple[str, str]]:
        """The effects that stand: tool and arguments."""
        return Counter(
            (effect[0], args)
            for effect, args in self.claimed.items()
            if self.ledger[effect] == "succeeded" and effect[0] != "t.undo"
        )

    def left(self) -> dict[tuple[str, str], str]:
        """What somebody was asked about because nothing could undo it, and left as it was."""
        asked = [entry.event.review for entry in self.entries if isinstance(entry.event, ReviewRequested)]
        undone = [review for review in asked if review.kind == "undo"]
        return {
            (review.tool, key): self.claimed[review.tool, key]
            for review in undone
            if (key := review.context["effect"])  # type: ignore[index]
        }


def _said(review: Review) -> tuple[str, object]:
    if review.kind == "answer":
        return "answer", len(review.question) + sum(map(ord, review.question)) % 3
    return ("leave" if review.kind == "undo" else "approve"), None


def _knowing(text: str, right: dict[str, object]) -> str:
    """The same plan, which is given what is right."""
    plan = json.loads(text)
    for name, value in right.items():
        plan["facts"][name]["given"] = value
    return json.dumps(plan)


def _lived(data: st.DataObject, text: str) -> tuple[_Books, _Books]:
    """A run that was corrected, killed and answered in any order, and one that knew from the start."""
    world = _Books(text, {"n": 1}, law=False)
    right: dict[str, object] = {}
    crashes = 0
    for _ in range(data.draw(st.integers(1, 10))):
        kind = data.draw(st.integers(0, 5))
        if kind <= 3:
            world.serve()
        elif kind == 4:
            values: dict[str, object] = {data.draw(st.sampled_from(["f", "g", "k"])): data.draw(st.integers(0, 3))}
            right |= values
            world.correct(**values)
        elif crashes < 2:
            crashes += 1
            world.crashes()
    world.finish()
    twin = _Books(_knowing(text, right), {"n": 1}, law=False)
    twin.finish()
    assert ("succeeded", "succeeded") == (world.status, twin.status)
    both = world.state.facts.keys() & twin.state.facts.keys()
    assert {name: twin.state.facts[name] for name in both} == {name: world.state.facts[name] for name in both}
    return world, twin


@settings(suppress_health_check=_HEALTH, deadline=None, max_examples=150)
@given(st.data())
def test_rule_22_a_corrected_run_ends_as_one_that_knew_from_the_start(data: st.DataObject) -> None:
    """After any corrections, crashes and answers: final facts and standing effects are those of the right facts."""
    world, twin = _lived(data, data.draw(_chains(undoable=True)))
    assert twin.standing() == world.standing()
    assert {} == world.left()


@settings(suppress_health_check=_HEALTH, deadline=None, max_examples=100)
@given(st.data())
def test_rule_22_what_is_otherwise_is_put_to_a_person_and_listed(data: st.DataObject) -> None:
    """Where an effect cannot be undone, what stands beyond the right effects is what somebody was asked about."""
    world, twin = _lived(data, data.draw(_chains(undoable=False)))
    left = world.left()
    assert twin.standing() <= world.standing()
    assert Counter((tool, args) for (tool, _), args in left.items()) == world.standing() - twin.standing()
    assert [f"not undone: {key.removeprefix('u:demo:t:')}" for _, key in left] == list(world.state.notes)
