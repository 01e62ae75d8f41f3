"""What a decision read, with the values and labels that it found.

A run that has facts, questions, events or sub-plans records what its expressions really read. Of any other run the
plan's text tells what they may have read; every value of it is `given` or `observed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from holdfast.core.keys import parent_of, step_id
from holdfast.core.provenance import GIVEN, input_labels, labels_of, names_of, result_at
from holdfast.core.scope import Result
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.afterwards.known import Known
    from holdfast.core.events import Event
    from holdfast.core.scope import Scope
    from holdfast.core.state import RunState
    from holdfast.plan.program import Step

UNKNOWN: Final = "<nothing>"
"""What stands for the value of a name that has none."""


@value
class Read:
    """One name that was read. `confidence`: where something was less than certain about it; None: nothing was."""

    name: str
    value: object
    labels: tuple[str, ...] = ()
    confidence: float | None = None


def reads_of(state: RunState, event: Event) -> list[Read]:
    """What an event's decision read, as the state shows it; nothing for events that read nothing."""
    address = str(getattr(event, "address", ""))
    review = getattr(event, "review", None)
    address = address or str(getattr(review, "address", ""))
    names = tuple(getattr(event, "reads", ())) or (() if state.tracked else _may_read(state, event, address))
    return [_read(state, _scope(state, address), name) for name in names]


def reads_at(known: Known, address: str) -> list[Read]:
    """What a step that is under way has read for what it is about to do, as far as the plan names it."""
    state = known.state
    step, frame = state.plan.steps.get(step_id(address)), state.frames.get(address)
    if step is None:
        return []
    names = sorted(set(_of_step(step, skipped=False)))
    recorded = frame.reads if frame is not None else None
    if recorded:
        names = [name for name in names if _is_among(name, recorded)]
    found = [_then(known, address, _read(state, _scope(state, address), name)) for name in names]
    return [read for read in found if read.value is not UNKNOWN]


def _then(known: Known, address: str, read: Read) -> Read:
    """A fact as the step met it, whatever it has become since."""
    root, _, name = read.name.partition(".")
    versions = known.versions(known.read_by(address, name)) if root == "facts" and name else ()
    if not versions:
        return read
    then = versions[-1]
    return Read(name=read.name, value=then.value, labels=tuple(names_of(then.labels)), confidence=then.confidence)


def _is_among(name: str, sources: Iterable[str]) -> bool:
    """Whether what a template may read is among what was recorded as read."""
    root, _, rest = name.partition(".")
    if root == "facts":
        return any(source.startswith(f"{name}@") for source in sources)
    if root == "steps":
        return any(step_id(source) == rest for source in sources)
    return root != "inputs" or "inputs" in sources


def _may_read(state: RunState, event: Event, address: str) -> tuple[str, ...]:
    step = state.plan.steps.get(step_id(address))
    if step is None or type(event).__name__ not in _BEGINNINGS:
        return ()
    return tuple(sorted(set(_of_step(step, skipped=type(event).__name__ == "StepSkipped"))))


_BEGINNINGS: Final = frozenset({
    "StepSkipped", "StepEntered", "ArgumentsRendered", "CallIntended", "ReviewRequested", "WaitStarted", "FactsSet",
    "ChildIntended",
})  # fmt: skip
_TEMPLATES: Final = ("arguments", "items", "question", "options", "context", "values", "until", "reason")


def _of_step(step: Step, *, skipped: bool) -> Iterator[str]:
    if step.when is not None:
        yield from step.when.reads
    for name in () if skipped else _TEMPLATES:
        yield from getattr(getattr(step.action, name, None), "reads", ())


def _scope(state: RunState, address: str) -> Scope:
    """What the step's expressions saw, as far as something around it is still active."""
    frame = state.frames.get(address)
    if frame is not None:
        return frame.inner or frame.scope
    while address:
        address = parent_of(address)
        if (frame := state.frames.get(address)) is not None:
            return frame.inner or frame.scope
    return state.scope


def _read(state: RunState, scope: Scope, name: str) -> Read:
    root, _, rest = name.partition(".")
    if root == "facts" and rest:
        confidence = state.fact_confidence.get(rest)
        labels = tuple(names_of(state.fact_labels.get(rest, 0)))
        return Read(name=name, value=state.facts.get(rest, UNKNOWN), labels=labels, confidence=confidence)
    if root == "steps" and rest:
        found = result_at(scope, rest)
        output = found.output if isinstance(found, Result) else _outputs(found)
        return Read(name=name, value=output, labels=tuple(names_of(labels_of(found))))
    if root == "inputs":
        labels = tuple(names_of(GIVEN | state.given_labels | input_labels(state, rest)))
        held: object = state.inputs.get(rest, UNKNOWN) if rest else dict(state.inputs)
        return Read(name=name, value=held, labels=labels)
    return Read(name=name, value=_named(scope, root, rest))


def _outputs(found: object) -> object:
    """The outputs of a loop's rounds."""
    if found is None:
        return UNKNOWN
    return [part.output if isinstance(part, Result) else _outputs(part) for part in found]  # type: ignore[attr-defined]


def _named(scope: Scope | None, root: str, rest: str) -> object:
    """The value of an item's name inside a loop."""
    while scope is not None:
        if root in scope.names:
            held = scope.names[root]
            return held.get(rest, UNKNOWN) if rest and isinstance(held, Mapping) else held
        scope = scope.parent
    return UNKNOWN
