"""How corrections change a run."""

from __future__ import annotations

from typing import Final

from holdfast.core.events import FactsCorrected, StepKept, StepsInvalidated, StepsRewound
from holdfast.core.evolve.frames import drop_wait
from holdfast.core.evolve.versions import give_again, take_back
from holdfast.core.evolve.waking import stop_all
from holdfast.core.failure import Failure
from holdfast.core.keys import fact_address, parent_of, step_id
from holdfast.core.provenance import HUMAN, resolve
from holdfast.core.reasons import corrected
from holdfast.core.state import Frame, RunState

STAYS: Final = -1
"""The position of a block that stays with the alternative to its steps."""


def facts_corrected(state: RunState, event: FactsCorrected, _at: float) -> list[Frame]:
    state.corrections.pop(0)
    stopped: list[Frame] = []
    for name in event.dropped:
        state.versions[name] = state.versions.get(name, 1) + 1
        state.facts.pop(name, None)
        state.missing.pop(name, None)
    for name, value in event.values.items():
        if name not in state.facts or state.facts[name] != value:
            state.versions[name] = state.versions.get(name, 1) + 1
        state.facts[name] = value
        state.missing.pop(name, None)
        state.fact_labels[name], state.fact_reads[name] = HUMAN, {}
        state.fact_confidence.pop(name, None)
        frame = state.frames.get(fact_address(name))
        if frame is not None:
            why = corrected({name: value}, event.by)
            message = f"the fact `{name}` was corrected"
            stopped += stop_all(frame, Failure(code="cancelled", message=message, details=why))
    return stopped


def steps_invalidated(state: RunState, event: StepsInvalidated, _at: float) -> list[Frame]:
    block = state.frames[event.address]
    block.redo, state.redoing = event.position, True
    for address in event.steps:
        state.invalid[address] = None
        state.kept.pop(address, None)
        state.stuck.pop(address, None)
        state.approvals.pop(address, None)
    if block.awaiting:
        state.wanted[block.awaiting].remove(block)
        block.awaiting = ""
    error = Failure(code="cancelled", message="what it rests on was corrected", details=event.why)
    stopped = [frame for part in block.children.values() if not part.undoes for frame in stop_all(part, error)]
    return [*stopped, block]


def steps_rewound(state: RunState, event: StepsRewound, _at: float) -> Frame:
    block = state.frames[event.address]
    position, block.redo = block.redo, None
    drop_wait(state, block)
    assert position is not None  # noqa: S101 - said when the steps were invalidated
    take_back(state, block, position)
    block.failure, block.failure_reviewed, block.settled, block.output = None, False, False, None
    if position != STAYS:
        block.cursor, block.in_fallback, block.alternative, block.inner = position, False, -1, None
    return block


def step_kept(state: RunState, event: StepKept, _at: float) -> Frame:
    address = event.address
    parent = state.frames[parent_of(address)]
    memo = state.memos.pop(address)
    if state.taken_back:
        give_again(state, address)
    if event.reads:  # looked at again: it rests on the present versions now
        origin = resolve(state, parent.inner or parent.scope, event.reads)
        memo.reads = origin.sources
        memo.result.labels |= origin.labels
    state.memos[address] = memo
    state.invalid.pop(address, None)
    (parent.inner or parent.scope).home().results[step_id(address)] = memo.result
    parent.output, parent.passed = memo.result.output, memo.result.labels
    if parent.in_fallback:
        parent.settled, parent.via = True, step_id(address)
    else:
        parent.cursor += 1
    return parent
