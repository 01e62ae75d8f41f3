"""What tests of a plan can reach: steps, alternatives, cases, both ways of conditions and triggers, aborts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from holdfast.plan.compile.walk import blocks_of
from holdfast.plan.program import Switch
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.plan.program import Plan, Step, Trigger


@pair
class Place:
    """One thing that a test can reach.

    Args:
        kind: a `step`; a `fallback` of a step or of the plan; a `case` of a switch; one way of a `condition`; a
            `trigger` that asks, or lets a call pass; an `abort` condition that holds.
        step: the id of the step it is, or belongs to; empty for the plan. Of a trigger: its mark.
        number: of the alternative, the case, the abort condition; 0 where a condition holds or a trigger asks, else 1.
    """

    kind: str
    step: str
    number: int = 0


def places_of(plan: Plan) -> Iterator[tuple[Place, str]]:
    """Everything there is to reach, with its name for people, in the order of the plan."""
    alternatives = {alternative.id for step in plan.steps.values() for alternative in step.fallback}
    alternatives.update(alternative.id for alternative in plan.root.fallback)
    yield from _of_step(plan.root, "the plan", chosen=True)
    for id_, step in plan.steps.items():
        if id_:
            yield Place("step", id_), id_
            yield from _of_step(step, id_, chosen=id_ in alternatives)
    yield from _triggers(plan)


def _of_step(step: Step, name: str, *, chosen: bool) -> Iterator[tuple[Place, str]]:
    """What belongs to a step; the `when` of one that is `chosen` as an alternative is that alternative's."""
    for number, alternative in enumerate(step.fallback):
        yield Place("fallback", step.id, number), f"{name} -> {alternative.id}"
    if isinstance(step.action, Switch):
        for number in range(len(step.action.cases)):
            yield Place("case", step.id, number), f"{name}: case {number + 1}"
    if step.when is not None and not chosen:
        yield Place("condition", step.id, 0), f"{name} runs"
        yield Place("condition", step.id, 1), f"{name} is skipped"
    rules = [rule for block in blocks_of(step.action) for rule in block.abort]
    for number, rule in enumerate(rules):
        yield Place("abort", step.id, number), f"{name}: {rule.reason or rule.when.source}"


def _triggers(plan: Plan) -> Iterator[tuple[Place, str]]:
    """Each trigger once, wherever it guards; that one before a call lets it pass is another way, if it has a `when`."""
    named: dict[str, tuple[str, Trigger]] = {}
    for id_, step in plan.steps.items():
        for trigger in step.human:
            if not trigger.inherited or mark(trigger) not in named:
                named[mark(trigger)] = (id_ if id_ and not trigger.inherited else "the plan", trigger)
    for name, trigger in named.values():
        about = f"{name}: {trigger.reason or (trigger.when.source if trigger.when else trigger.on)}"
        yield Place("trigger", mark(trigger), 0), f"{about} (asks {trigger.to})"
        if trigger.when is not None and trigger.on == "before":
            yield Place("trigger", mark(trigger), 1), f"{about} (asks nobody)"


def mark(trigger: Trigger) -> str:
    """What tells a trigger from others, where it stands as where it is inherited."""
    when = trigger.when.source if trigger.when is not None else ""
    return f"{trigger.on}\0{when}\0{trigger.decision}\0{trigger.to}\0{trigger.reason}"
