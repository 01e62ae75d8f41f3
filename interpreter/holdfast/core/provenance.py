"""Where values come from: labels, and what was read to make them (2-plan-language 6, 11-hard-cases 12).

A label is a bit. The labels of a call's arguments are the union over all that its templates and enclosing conditions
really read; an output carries its arguments' labels and its tool's. Only a person's word takes labels away: who was
shown the exact value, and answered or approved, adds `human` and removes `inferred` and `untrusted` from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from holdfast.core.memo import Memo
from holdfast.core.rounds import Rounds
from holdfast.core.scope import Result, Scope
from holdfast.core.state import Frame, RunState
from holdfast.core.work import CallWork, FactWork
from holdfast.plan.program import SubPlan, Wait
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.core.contract import Contract

GIVEN: Final = 1
OBSERVED: Final = 2
INFERRED: Final = 4
UNTRUSTED: Final = 8
HUMAN: Final = 16
NAMES: Final = (
    (GIVEN, "given"),
    (HUMAN, "human"),
    (INFERRED, "inferred"),
    (OBSERVED, "observed"),
    (UNTRUSTED, "untrusted"),
)


def names_of(labels: int) -> list[str]:
    """Labels as expressions and people see them, in alphabetical order."""
    return [name for bit, name in NAMES if labels & bit]


def bits_of(names: Iterable[str]) -> int:
    """Labels as they are kept."""
    return sum(bit for bit, name in NAMES if name in names)


def endorsed(labels: int) -> int:
    """The labels of a value that a person was shown and stood by."""
    return labels & ~(INFERRED | UNTRUSTED) | HUMAN


def label_of(contract: Contract) -> int:
    """What a tool's outputs are."""
    return UNTRUSTED if contract.untrusted else OBSERVED


@pair
class Origin:
    """What names are at one place and instant: labels, the least confidence, and the sources in the order of reading.

    A source is `inputs`, `inputs.NAME`, `facts.NAME@VERSION`, or the address of a step.
    """

    labels: int
    confidence: float
    sources: dict[str, None]


def resolve(state: RunState, scope: Scope, reads: Iterable[str]) -> Origin:
    """What these names (`inputs`, `facts.NAME`, `steps.ID`) mean at a place of a run right now."""
    labels, confidence, sources = 0, state.certainty, dict[str, None]()
    for read in reads:
        root, _, name = read.partition(".")
        if root == "facts":
            labels |= state.fact_labels.get(name, 0)
            confidence = min(confidence, state.fact_confidence.get(name, 1.0))
            sources[f"{read}@{state.versions.get(name, 1)}"] = None
        elif root == "steps":
            found = result_at(scope, name)
            labels |= labels_of(found)
            if isinstance(found, Result | Rounds):
                sources[found.address] = None
                confidence = min(confidence, confidence_of(found))
        else:
            labels |= GIVEN | state.given_labels
            confidence = min(confidence, state.given_confidence)
            if state.input_labels or state.input_confidence:
                labels |= input_labels(state, name)
                confidence = min(confidence, input_confidence(state, name))
            sources[read] = None
    return Origin(labels, confidence, sources)


def input_labels(state: RunState, name: str) -> int:
    """What the runs above doubt about an input; no name: about any of them."""
    if name:
        return state.input_labels.get(name, 0)
    labels = 0
    for one in state.input_labels.values():
        labels |= one
    return labels


def input_confidence(state: RunState, name: str) -> float:
    """How certain an input is at most; no name: the least certain of them."""
    if name:
        return state.input_confidence.get(name, 1.0)
    return min(state.input_confidence.values(), default=1.0)


def result_at(scope: Scope | None, name: str) -> object:
    """What `steps.NAME` is at a place; None if it has not run."""
    while scope is not None and (scope.declared is None or name not in scope.declared):
        scope = scope.parent
    return None if scope is None else scope.results.get(name)


def labels_of(found: object) -> int:
    """The labels of a step's result, or of all its rounds together."""
    if isinstance(found, Result):
        return found.labels
    labels = 0
    for one in found if isinstance(found, Rounds) else ():
        labels |= labels_of(one)
    return labels


def confidence_of(found: object) -> float:
    """The confidence of a step's result, or the least of all its rounds; 1 where none says."""
    if isinstance(found, Result):
        return 1.0 if found.confidence is None else found.confidence
    return min((confidence_of(one) for one in found), default=1.0) if isinstance(found, Rounds) else 1.0


def note(state: RunState, frame: Frame, reads: tuple[str, ...]) -> None:
    """A step, or a part of one, has read these."""
    origin = resolve(state, frame.scope, reads)
    frame.labels |= origin.labels
    frame.certainty = min(frame.certainty, origin.confidence)
    frame.reads = {**frame.reads, **origin.sources} if frame.reads else origin.sources


def trace(state: RunState, frame: Frame, result: Result) -> None:
    """Say where a step's result comes from, to its block as well."""
    memo = state.memos.pop(frame.address, None)
    if state.redoing and frame.stopping is None:
        _compare(state, frame.address, memo, result)
    if frame.via == "kept" and memo is not None:
        frame.reads, frame.inputs, result.labels = memo.reads, memo.inputs, memo.result.labels
    else:
        result.labels = of_outcome(frame)
    result.address = frame.address
    state.memos[frame.address] = Memo(result, frame.inputs, frame.reads or {})
    state.labels |= result.labels
    parent = frame.parent
    assert parent is not None  # noqa: S101 - a step stands in something
    parent.passed = result.labels
    if isinstance(parent.work, FactWork):
        parent.reads = {**(parent.reads or {}), **(frame.reads or {})}


def trace_skipped(
    state: RunState, parent: Frame, scope: Scope, address: str, result: Result, reads: tuple[str, ...]
) -> None:
    """The same for a step that was passed over: its condition read something, too."""
    origin = resolve(state, scope, reads)
    result.address, result.labels = address, parent.control | parent.labels | origin.labels
    memo = state.memos.pop(address, None)
    if state.redoing:
        _compare(state, address, memo, result)
    state.memos[address] = Memo(result, None, origin.sources)


def _compare(state: RunState, address: str, memo: Memo | None, result: Result) -> None:
    """A step was done again after a correction: what rests on it matters if it came to something else."""
    state.invalid.pop(address, None)
    if memo is None or (memo.result.status, memo.result.output) != (result.status, result.output):
        state.redone[address] = None


def of_outcome(frame: Frame) -> int:
    """The labels of what a step gave, now that it is concluded."""
    if frame.via == "person":
        return frame.control | HUMAN
    made = 0 if frame.settled else _made(frame)
    return _stood_by(frame, frame.labels | frame.passed | made)


def so_far(frame: Frame) -> int:
    """The labels of what a step was given so far, its arguments say; what its tool adds is not there yet."""
    return _stood_by(frame, frame.labels | frame.passed)


def _stood_by(frame: Frame, labels: int) -> int:
    return frame.control | (endorsed(labels) if frame.endorsed else labels)


def _made(frame: Frame) -> int:
    """What the step itself adds: its tool's label, or that of the world outside."""
    if isinstance(frame.work, CallWork):
        return label_of(frame.work.contract)
    action = frame.step.action if frame.step is not None else None
    if isinstance(action, Wait) and action.event is not None:
        return UNTRUSTED
    return OBSERVED | UNTRUSTED if isinstance(action, SubPlan) else 0
