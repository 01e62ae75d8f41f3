"""What worlds have reached of a plan: steps that ran, alternatives, cases, people who were asked, laws that spoke."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from holdfast.core.events import (
    CallIntended,
    CheckIntended,
    ChildStarted,
    FactResolved,
    FallbackTaken,
    ReviewRequested,
    StepEntered,
    StepSkipped,
    StepSucceeded,
)
from holdfast.core.keys import bare_id
from holdfast.plan.program import Switch

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from holdfast.core.events import Entry
    from holdfast.plan.program import Plan, Step

Part = tuple[str, str, int]
"""A kind, the id of a step or the name of a law, and the number of an alternative or a case.

Kinds are those of `KINDS`, and what tells what else might have gone wrong (chances.py): steps that were `called` and
`checked` with their tools, what people were `asked`, each `fact` and `child`; the `chance`s that came about; and
arguments that were `refused`.
"""

KINDS: Final[Mapping[str, str]] = {
    "step": "steps ran",
    "fallback": "fallbacks were taken",
    "case": "cases held",
    "trigger": "triggers asked somebody",
    "law": "of the plan's own laws had something to say",
}
"""What there is to reach, and how that is said of how many."""


def parts_of(plan: Plan) -> Iterator[Part]:
    """Everything in a plan that can be reached, in its order."""
    yield from _modifiers(plan.root, "")
    for id_, step in plan.steps.items():
        yield "step", id_, 0
        yield from _modifiers(step, id_)
        if isinstance(step.action, Switch):
            yield from (("case", id_, number) for number in range(len(step.action.cases)))
    yield from (("law", law.name, 0) for law in plan.invariants)


def _modifiers(step: Step, id_: str) -> Iterator[Part]:
    yield from (("fallback", id_, number) for number in range(len(step.fallback)))
    if id_:  # those of blocks and of the plan stand with the calls that inherit them
        yield from (("trigger", id_, number) for number, one in enumerate(step.human) if not one.inherited)


def reached_in(entries: Iterable[Entry]) -> Iterator[Part]:
    """What a journal has reached; a step that was only skipped has not run."""
    for entry in entries:
        event = entry.event
        if isinstance(event, ReviewRequested):
            id_ = bare_id(event.review.address)
            yield "step", id_, 0
            yield from (("trigger", id_, number) for number in event.review.triggers)
            if event.review.kind == "unknown":
                yield "unknown", id_, 0
            yield from (("asked", f"{id_} {decision}", 0) for decision in event.review.decisions)
            continue
        if isinstance(event, FactResolved):
            yield "fact", event.fact, 0
            continue
        if isinstance(event, ChildStarted):
            yield "child", "", 0
            continue
        id_ = bare_id(str(getattr(event, "address", "")))
        if isinstance(event, CallIntended | CheckIntended):
            yield "called" if isinstance(event, CallIntended) else "checked", f"{id_} {getattr(event, 'tool', '')}", 0
        if isinstance(event, FallbackTaken):
            yield "fallback", id_, event.alternative
        elif not isinstance(event, StepSkipped) and not (isinstance(event, StepSucceeded) and event.via == "kept"):
            yield "step", id_, 0
            if isinstance(event, StepEntered) and event.case is not None:
                yield "case", id_, event.case


def name_of(plan: Plan, part: Part) -> str:
    """A part as people call it: `book`, `book -> other`, `choose: case 2`, `book: trigger 1 (on failure)`."""
    kind, id_, number = part
    step = plan.steps.get(id_, plan.root)
    match kind:
        case "fallback":
            return f"{id_ or 'the plan'} -> {step.fallback[number].id}"
        case "case":
            return f"{id_}: case {number + 1}"
        case "trigger":
            return f"{id_}: trigger {number + 1} (on {step.human[number].on})"
        case _:
            return id_


def missed(plan: Plan, reached: AbstractSet[Part], kind: str) -> list[str]:
    """The names of the parts of one kind that nothing has reached."""
    return [name_of(plan, part) for part in parts_of(plan) if part[0] == kind and not _was(plan, part, reached)]


def _was(plan: Plan, part: Part, reached: AbstractSet[Part]) -> bool:
    """Whether a part was reached; who is asked about an unknown outcome is asked by all triggers for that."""
    kind, id_, number = part
    unknown = kind == "trigger" and plan.steps[id_].human[number].on == "unknown_outcome"
    return part in reached or (unknown and ("unknown", id_, 0) in reached)
