"""How a run begins and ends."""

from __future__ import annotations

from math import inf

from holdfast.core.events import EndDecided, PlanMigrated, RunFinished, RunRequested
from holdfast.core.evolve.frames import may_run_again, watch
from holdfast.core.evolve.legacy import take_up
from holdfast.core.evolve.steps import lift_deadline
from holdfast.core.evolve.waking import stop_all
from holdfast.core.failure import Failure
from holdfast.core.keys import default_key
from holdfast.core.lineage import Lineage
from holdfast.core.provenance import bits_of
from holdfast.core.scope import Scope
from holdfast.core.state import Frame, RunState
from holdfast.plan.program import Block


def run_requested(state: RunState, event: RunRequested, at: float) -> Frame | None:
    if state.run:
        return None
    plan, state.behaviour = state.plan, event.behaviour
    state.run, state.task, state.user = event.run, event.task, event.user
    state.inputs, state.started_at = event.inputs, at
    state.contracts = {contract.name: contract for contract in event.contracts}
    state.tracked = plan.tracked or any(contract.untrusted for contract in event.contracts)
    state.plans = event.plans
    state.by_hand = bool(plan.corrigible)
    if event.lineage is not None:
        _descend(state, event.lineage)
    state.key_prefix = _key_prefix(state)
    state.scope = Scope(None, plan.steps)
    if event.legacy is not None:
        take_up(state, event.legacy)
    body = plan.root.action
    root = Frame("", plan.root, body if isinstance(body, Block) else None, None, state.scope, at)
    root.begun = True
    root.keeps = plan.on_failure == "handoff" or may_run_again(plan.root) or bool(plan.corrigible) or _kept_above(state)
    root.control = 0 if event.lineage is None else bits_of(event.lineage.text_labels)
    root.due = at + (plan.root.deadline or inf)
    state.timers.set("deadline:", root.due)
    state.frames[""] = root
    watch(state, root)
    return root


def plan_migrated(state: RunState, event: PlanMigrated, _at: float) -> None:
    state.plans = {**state.plans, **event.plans}
    state.inputs = {**state.inputs, **event.inputs}
    state.contracts |= {contract.name: contract for contract in event.contracts}
    state.tracked = state.tracked or any(contract.untrusted for contract in event.contracts)


def _descend(state: RunState, lineage: Lineage) -> None:
    """What a child knows of the run above: what guards its calls, and what is doubtful about its inputs."""
    state.lineage, state.forked = lineage, lineage.forked
    state.restored = lineage.restored if state.restored is None else state.restored
    state.by_hand = state.by_hand or lineage.by_hand
    state.guards = tuple(guard.standing() for guard in lineage.guards)
    state.standing = tuple(guard for guard in state.guards if guard.trigger.on == "before") + state.standing
    state.given_labels, state.given_confidence = bits_of(lineage.labels), lineage.confidence
    state.input_labels = {name: bits_of(labels) for name, labels in lineage.doubts.items()}
    state.input_confidence = lineage.certainties
    state.certainty = lineage.text_confidence
    if lineage.grants:
        state.spent.calls = 1  # else plans that make plans, and call nothing, would have no end in any budget
    doubted = bool(lineage.labels or lineage.text_labels or lineage.doubts or lineage.certainties)
    state.tracked = state.tracked or doubted or min(lineage.confidence, lineage.text_confidence) < 1


def _kept_above(state: RunState) -> bool:
    return state.lineage is not None and state.lineage.keeps


def _key_prefix(state: RunState) -> str:
    """What default keys begin with; a child's begin as its parent's do and go on from there (11-hard-cases 3)."""
    above = state.lineage
    if above is None:
        return default_key(state.user, state.plan.name, state.task, "")
    return default_key(state.user, above.plan, state.task, f"{above.prefix}//")


def end_decided(state: RunState, event: EndDecided, _at: float) -> list[Frame]:
    state.ending = event
    state.handed_over = state.handed_over or event.via == "person"
    root = state.frames[""]
    lift_deadline(state, root)
    return stop_all(root, Failure(code="cancelled", message=f"the run is ending: {event.status}"))


def run_finished(state: RunState, event: RunFinished, at: float) -> None:
    state.outcome, state.ended_at = event, at
    state.frames.clear()
    state.calls.clear()
    state.children.clear()
    state.waiting.clear()
    state.rules.clear()
    state.reviews.clear()
    state.timers.shift(inf)
    state.timers.due.clear()
