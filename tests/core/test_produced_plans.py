"""A plan that is made in the run, as its parent and it itself see it (2-plan-language 3)."""

from __future__ import annotations

import json

import pytest

from holdfast.core.actions import StartChild
from holdfast.core.events import ChildAsked, ChildIntended, ShareAnswered
from holdfast.core.failure import Failure
from holdfast.core.guarding import Guard
from holdfast.core.lineage import Lineage, Usage
from tests.core.world import World

MADE = """
tools: [t.*, mail.send]
facts: {kind: {given: small}}
steps:
  - {id: draft, tool: t.web}
  - {id: look, tool: t.read}
  - id: go
    plan: {source: steps.draft.output, tools: [t.write]}
    with: {n: "{{ steps.look.output }}"}
output: "{{ steps.go.output }}"
"""


def started(world: World) -> StartChild:
    """The one child that the world's run waits for."""
    (action,) = world.children()
    return action


def made(text: object, plan: str = MADE, **more: object) -> World:
    """A run whose first step has made this."""
    world = World(plan, **more)  # type: ignore[arg-type]
    world.returns("draft", text)
    if "look" in world.state.frames:
        world.returns("look", 3)
    return world


def test_the_text_goes_to_the_engine_and_is_in_the_journal() -> None:
    """With what it may touch, and under an id that hangs on the step: it has no name yet."""
    world = made("a plan")
    action, meant = started(world), world.last(ChildIntended)
    assert ("a plan", "", {"n": 3}) == (action.source, action.plan_hash, action.inputs)
    assert ("a plan", ("steps.draft",), "") == (meant.source, meant.source_reads, meant.plan)
    assert action.child.startswith("go-")
    assert (("t.*", "mail.send"), ("t.write",)) == action.lineage.grants
    world.crashes()
    assert action == started(world)
    world.child_ends("go", output=7)
    assert 7 == world.outcome.output


def test_a_tree_is_a_text_too() -> None:
    """As JSON, whose strange characters are written as escapes: a plan may not hold them as themselves."""
    tree = {"plan": "x\u2028\x85y", "steps": [1]}
    text = started(made(tree)).source
    assert tree == json.loads(text)
    assert text.isascii()
    assert ['  "steps": ['] == text.splitlines()[2:3]


@pytest.mark.parametrize(
    ("given", "said"), [(7, "the number 7"), (None, "null"), ("  ", "the string '  '"), ([], "a list of 0 items")]
)
def test_what_is_no_text_and_no_tree_is_refused(given: object, said: str) -> None:
    """`lint`, like any other plan that does not hold, so that one fallback serves both."""
    world = made(given)
    assert ("lint", "go", False) == (
        world.outcome.error.code,
        world.outcome.error.address,
        world.outcome.error.happened,
    )
    assert f"`source` gives {said}" in world.outcome.error.message


def test_a_text_that_cannot_be_had_fails_as_any_expression() -> None:
    """`invalid`, with the place in the plan."""
    world = made({}, MADE.replace("steps.draft.output,", "steps.draft.output.text,"))
    assert ("invalid", "go") == (world.outcome.error.code, world.outcome.error.address)


def test_a_refused_plan_fails_its_step_which_may_have_another_one_made() -> None:
    """`error` tells the fallback what to mend; the next text is another child."""
    world = made(
        "bad",
        """
steps:
  - {id: draft, tool: t.web}
  - id: go
    plan: {source: steps.draft.output}
    fallback:
      - id: mended
        when: error.code == 'lint'
        do:
          - {id: again, tool: t.web, with: {wrong: "{{ error.message }}"}}
          - {id: second, plan: {source: steps.again.output}}
""",
    )
    first = world.child("go")
    world.child_ends("go", "failed", error=Failure(code="lint", message="line 2: no"))
    assert [] == list(world.mind.summary().waiting), "the child that was refused is nothing to wait for"
    (call,) = world.mind.outstanding()
    assert {"wrong": "line 2: no"} == call.args  # type: ignore[union-attr]
    world.returns("go/mended/again", "better")
    assert first != world.child("go/mended/second")
    assert "better" == started(world).source


def test_only_the_labels_of_the_text_are_the_texts() -> None:
    """What is doubtful about the text is so for all that the child does; what is about its inputs, for these."""
    lineage = started(made("x")).lineage
    assert (("untrusted",), ("untrusted",), {}) == (lineage.text_labels, lineage.labels, lineage.doubts)
    swapped = MADE.replace("steps.draft.output,", "steps.look.output,").replace("{{ steps.look", "{{ steps.draft")
    world = World(swapped)
    world.returns("draft", 3)
    world.returns("look", "text", confidence=0.4)
    lineage = started(world).lineage
    assert ((), (), 0.4) == (lineage.text_labels, lineage.labels, lineage.text_confidence)
    assert {"n": ("untrusted",)} == lineage.doubts


CHILD = "steps: [{id: pay, tool: t.write, with: {amount: 1}}]"


def below(plan: str, when: str, **lineage: object) -> World:
    """A child of a plan that was made, with a trigger of its parent."""
    guard = Guard(mark="go!0", when=when, to="ops")
    above = Lineage(parent="above", prefix="go", plan="top", guards=(guard,), **lineage)  # type: ignore[arg-type]
    return World(plan, lineage=above)


def test_all_that_an_untrusted_text_does_is_untrusted() -> None:
    """Its constants too: the text of a model is no better where it holds no expression."""
    world = below(CHILD, "'untrusted' in labels", text_labels=("untrusted",))
    (review,) = world.state.reviews.values()
    assert ("pay", True) == (review.address, "untrusted" in review.labels)
    assert [] == list(below(CHILD, "'untrusted' in labels", labels=("untrusted",)).state.reviews)


def test_all_that_a_doubtful_text_does_is_as_doubtful() -> None:
    """The confidence of the text is the most that any of its calls has."""
    assert ["pay"] == [
        review.address for review in below(CHILD, "confidence < 0.5", text_confidence=0.4).state.reviews.values()
    ]
    deeper = below("steps: [{id: sub, plan: part}]", "false", text_confidence=0.4, text_labels=("untrusted",))
    assert (0.4, ("untrusted",), ("untrusted",)) == (
        started(deeper).lineage.confidence,
        started(deeper).lineage.labels,
        started(deeper).lineage.text_labels,
    )


def test_what_may_be_touched_only_narrows_on_the_way_down() -> None:
    """A plan by name keeps the bounds it is in; one that is made below adds its own."""
    world = made("x", lineage=Lineage(parent="a", prefix="p", plan="t", grants=(("t.write", "t.put"),)))
    assert (("t.write", "t.put"), ("t.*", "mail.send"), ("t.write",)) == started(world).lineage.grants
    named = World(
        "steps: [{id: sub, plan: part}]", lineage=Lineage(parent="a", prefix="p", plan="t", grants=(("t.x",),))
    )
    assert (("t.x",),) == started(named).lineage.grants
    default = made("x", "steps: [{id: draft, tool: t.web}, {id: go, plan: {source: steps.draft.output}}]")
    assert (("t.web",),) == started(default).lineage.grants


def test_plans_that_it_may_run_are_those_that_its_maker_names() -> None:
    """By the same names, with the same texts."""
    world = World(
        "steps: [{id: sub, plan: part, when: inputs.n}, {id: go, plan: {source: \"'x'\"}}]\ninputs: {n: {}}", {"n": 0}
    )
    assert {"part": "c" * 32} == started(world).names
    assert {} == started(World("steps: [{id: sub, plan: part}]")).names


def test_a_text_may_rest_on_a_fact_and_is_made_anew_when_that_was_wrong() -> None:
    """The child is another one if the text came out differently, and stays if it came out the same."""
    plan = """
facts: {kind: {given: small}, other: {given: 1}}
steps:
  - {id: go, plan: {source: "{'plan': facts.kind}"}, with: {n: "{{ facts.other }}"}}
  - {id: wait, wait: 1h}
"""
    world = World(plan)
    first = started(world)
    assert {"plan": "small"} == json.loads(first.source)
    world.child_ends("go", output=1)
    world.signals("correct", payload={"kind": "small"})
    assert [] == world.children()
    world.signals("correct", payload={"kind": "large"})
    assert {"plan": "large"} == json.loads(started(world).source)
    assert first.child != started(world).child


def test_a_made_plan_has_ten_thousand_calls_where_nothing_says_how_many() -> None:
    """Its own run is the first of them, so plans that make plans end; asking for more is in vain."""
    world = made("x")
    lineage = started(world).lineage
    assert 10_000 == lineage.calls
    inside = World(CHILD, lineage=lineage)
    assert 2 == inside.state.spent.calls, "itself, and the payment"
    world.observe(ChildAsked(child=world.child("go"), ask=1, spent=Usage(calls=10_000)))
    assert world.last(ShareAnswered).granted is False
