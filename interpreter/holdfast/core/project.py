"""What changes in the ledger and among the reviews, and what an engine has to do, as a function of the events.

It is read off the event and the state after it, never decided: so every table beside the journal can be rebuilt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from holdfast.core.actions import (
    Action,
    CallbackOpened,
    CallbacksClosed,
    CallTool,
    Change,
    CheckTool,
    EffectClaimed,
    EffectMarked,
    Finish,
    ParentTold,
    PendingCleared,
    PendingHeld,
    PendingListed,
    PlanPinned,
    ReviewClosed,
    ReviewMoved,
    ReviewOpened,
    SubjectReserved,
    SubjectWanted,
    TellParent,
)
from holdfast.core.contract import DEFAULT_TIMEOUT
from holdfast.core.events import (
    CallbackIssued,
    CallCompleted,
    CallDoubted,
    CallFailed,
    CallIntended,
    CallReconciled,
    CallReturned,
    CallReused,
    CallWithheld,
    CheckIntended,
    ChildAsked,
    ChildFinished,
    ChildIntended,
    ChildSignalled,
    ClaimDeferred,
    CompletionMissed,
    EffectConfirmed,
    EffectRuledOut,
    Event,
    PendingOpened,
    PendingSettled,
    PlanMigrated,
    ReviewRequested,
    ReviewSettled,
    RunFinished,
    ShareAnswered,
    ShareAsked,
    SignalReceived,
    StepFailed,
    StepSucceeded,
    UndoSettled,
    WorkerTookOver,
)
from holdfast.core.lineage import Usage
from holdfast.core.offspring import child_action, share_action, signal_action
from holdfast.core.pending import operation_id
from holdfast.core.reasons import CORRECTED
from holdfast.core.state import Frame, RunState
from holdfast.core.wording import why
from holdfast.core.work import CallWork
from holdfast.plan.program import Call, Secrets


def timeout_of(frame: Frame) -> float:
    """Seconds for one attempt, before any deadline clips it."""
    step = frame.step
    if step is not None and step.timeout is not None:
        return step.timeout
    return frame.call.contract.timeout or DEFAULT_TIMEOUT


def _secrets_of(state: RunState, frame: Frame) -> Secrets:
    action = frame.step and frame.step.action
    if not isinstance(action, Call) or not action.secrets:
        return ()
    if frame.undoes and state.effects[frame.undoes].run:
        return action.secrets  # a child's, found out when it ended
    return secrets_for(state, action.secrets)


def secrets_for(state: RunState, secrets: Secrets) -> Secrets:
    """The places with names that stand for themselves: a secret input's name gives way to its reference."""
    declared = state.plan.inputs
    return tuple(
        (place, str(state.inputs[name]) if name in declared and declared[name].secret else name)
        for place, name in secrets
    )


def _approved(work: CallWork) -> tuple[str, float]:
    """What a call's approvals are bound to, and when the first of those that held ends."""
    digest = work.digest
    return digest, min(until for bound, until in work.approved.values() if bound == digest and until >= work.last_at)


def _doubtful(state: RunState, work: CallWork) -> bool:
    """Whether a call may have been made since the copy, and the other side would not answer for it by its key."""
    contract = work.contract
    if contract.effect != "write" or work.key in state.cleared:
        return False
    return contract.idempotency in {"none", "check"} or contract.dedup_window is not None


def call_action(state: RunState, frame: Frame) -> CallTool | CheckTool:
    """What the engine has to do for a call in flight."""
    work = frame.call
    if work.state == "checking":
        return CheckTool(
            call=work.call,
            address=frame.address,
            tool=work.contract.name,
            args=work.args,
            key=work.key,
            timeout=timeout_of(frame),
            secrets=_secrets_of(state, frame),
        )
    first = frame.attempt == 1 and not work.unknown
    return CallTool(
        call=work.call,
        address=frame.address,
        tool=work.contract.name,
        args=work.args,
        attempt=frame.attempt,
        key=work.key,
        timeout=work.timeout or timeout_of(frame),
        write=work.contract.effect == "write",
        secrets=_secrets_of(state, frame),
        heartbeat=frame.step.heartbeat if frame.step is not None else None,
        policy=state.policy if first else None,
        approved=_approved(work) if first and work.approved else None,
        doubtful=state.restored is not None and _doubtful(state, work),
    )


def _writes(frame: Frame | None) -> CallWork | None:
    work = None if frame is None else frame.work
    return work if isinstance(work, CallWork) and work.contract.effect == "write" else None


def _intended(state: RunState, event: CallIntended, _frame: Frame | None) -> Change | list[Change] | None:
    work = _writes(state.calls[event.call])
    if work is None:
        return None
    claim = EffectClaimed(tool=work.contract.name, key=work.key, digest=work.digest, address=event.address)
    if not work.subject:
        return claim
    operation = operation_id(state, event.address)
    return [claim, SubjectReserved(subject=work.subject, address=operation, tool=work.contract.name)]


def _marks(state: RunState, frame: Frame | None, marked: str, value: object = None) -> Change | list[Change] | None:
    """What became of a write, and that its subject is free if that follows from it."""
    work = _writes(frame)
    if frame is None or work is None:
        return None
    mark = EffectMarked(tool=work.contract.name, key=work.key, state=marked, value=value)
    if not work.subject or work.subject in state.subjects:
        return mark
    return [mark, PendingCleared(address=operation_id(state, frame.address), subject=work.subject)]


def _returned(state: RunState, event: CallReturned, frame: Frame | None) -> Change | list[Change] | None:
    return _marks(state, frame, "succeeded", event.value)


def _failed(state: RunState, _event: CallFailed, frame: Frame | None) -> Change | list[Change] | None:
    return _became(state, frame)


def _became(state: RunState, frame: Frame | None) -> Change | list[Change] | None:
    work = _writes(frame)
    if work is None:
        return None
    return _marks(state, frame, "unknown" if work.unknown else "unusable" if work.happened else "failed")


def _reconciled(state: RunState, event: CallReconciled, frame: Frame | None) -> Change | list[Change] | None:
    return _marks(state, frame, "succeeded", event.value) if event.found else None


def _taken_over(state: RunState, _event: WorkerTookOver, frames: list[Frame]) -> list[Change]:
    """Nobody knows any more what became of the writes that were in flight, unless they had not begun."""
    changes: list[Change] = []
    for frame in frames:
        work = _writes(frame)
        if work is not None and work.unknown:
            changes.append(EffectMarked(tool=work.contract.name, key=work.key, state="unknown"))
        elif work is not None:
            made = _became(state, frame)
            changes += made if isinstance(made, list) else () if made is None else (made,)
    return changes


def _ruled_out(state: RunState, event: EffectRuledOut, _frame: Frame | None) -> Change | list[Change] | None:
    return _marks(state, state.frames[event.address], "failed")


def _confirmed(state: RunState, event: EffectConfirmed, _frame: Frame | None) -> Change | list[Change] | None:
    return _marks(state, state.frames[event.address], "succeeded", event.value)


def _reused(state: RunState, event: CallReused, _frame: Frame | None) -> Change | None:
    frame = state.frames[event.address]
    subject = frame.call.subject if frame.call.happened else ""
    if not subject or subject in state.subjects:
        return None
    return PendingCleared(address=operation_id(state, event.address), subject=subject)


def _issued(_state: RunState, event: CallbackIssued, frame: Frame | None) -> Change | None:
    if frame is None:
        return None
    work = frame.call
    return CallbackOpened(digest=event.digest, address=frame.address, tool=work.contract.name, key=work.key)


def _completed(state: RunState, event: CallCompleted, frame: Frame | None) -> Change | list[Change] | None:
    if event.error is None:
        return _marks(state, frame, "succeeded", event.value)
    return _became(state, frame)


def _missed(state: RunState, _event: CompletionMissed, frame: Frame) -> Change | list[Change] | None:
    return _marks(state, frame, "unknown")


def _deferred(state: RunState, event: ClaimDeferred, _frame: Frame | None) -> Change | None:
    if not event.subject:
        return None
    known = state.held.get(event.subject)
    return SubjectWanted(subject=event.subject, until=None if known is None else known[0].until)


def _listed(_state: RunState, event: PendingOpened, watch: Frame) -> Change:
    operation = _state.pending[watch.watches]
    return PendingListed(address=operation.address, tool=operation.tool, due=event.due, subject=operation.subject)


def _settled(_state: RunState, event: PendingSettled, _frame: object) -> Change:
    if event.until is not None:
        return PendingHeld(address=event.address, until=event.until, subject=event.subject)
    return PendingCleared(address=event.address, subject=event.subject)


def _opened(_state: RunState, event: ReviewRequested, _frame: Frame | None) -> Change | None:
    return ReviewOpened(review=event.review, limit=event.limit)


def _closed(_state: RunState, event: ReviewSettled, _frame: Frame | None) -> Change | None:
    said = why(event.why) if event.why.get("code") == CORRECTED else ""
    return ReviewClosed(review=event.review, outcome=event.outcome, heard=event.heard, why=said)


def _signalled(state: RunState, event: SignalReceived, _frame: object) -> list[Change] | None:
    """A pause halts the time of open reviews; whatever ends it gives them what they had left."""
    if event.signal not in _HALTING:
        return None
    due = [(review.id, review.due) for review in state.reviews.values() if review.due is not None]
    return [ReviewMoved(review=name, due=None if state.paused else at) for name, at in due]


_HALTING: Final = frozenset({"pause", "unpause", "cancel", "stop"})


def _told(state: RunState, event: RunFinished, _frame: Frame | None) -> Change | None:
    lineage, spent = state.lineage, state.spent
    if lineage is None:
        return None
    used = Usage(calls=spent.calls, tokens=spent.tokens, cost=spent.cost, failures=spent.failures)
    undoing = {effect.undo for effect in event.effects}
    return ParentTold(
        parent=lineage.parent,
        said=ChildFinished(
            child=state.run,
            status=event.status,
            output=event.output,
            error=event.error,
            spent=used,
            effects=event.effects,
            legacy=event.legacy,
            contracts=tuple(contract for name, contract in state.contracts.items() if name in undoing),
            notes=event.notes,
        ),
    )


def _more(state: RunState, event: ShareAsked, _frame: Frame | None) -> Change:
    lineage, spent, lent = state.lineage, state.spent, state.lent
    assert lineage is not None  # noqa: S101 - only children ask
    used = Usage(calls=spent.calls + lent.calls, tokens=spent.tokens + lent.tokens, cost=spent.cost + lent.cost)
    return ParentTold(parent=lineage.parent, said=ChildAsked(child=state.run, ask=event.ask, spent=used))


CHANGES: Final[dict[type[Event], Callable[[RunState, Any, Any], Change | list[Change] | None]]] = {
    WorkerTookOver: _taken_over,
    CallIntended: _intended,
    CallReturned: _returned,
    CallFailed: _failed,
    CallWithheld: _failed,
    CallDoubted: _failed,
    CallReconciled: _reconciled,
    EffectRuledOut: _ruled_out,
    EffectConfirmed: _confirmed,
    CallReused: _reused,
    CallbackIssued: _issued,
    CallCompleted: _completed,
    CompletionMissed: _missed,
    ClaimDeferred: _deferred,
    PendingOpened: _listed,
    PendingSettled: _settled,
    ReviewRequested: _opened,
    ReviewSettled: _closed,
    RunFinished: _told,
    ShareAsked: _more,
    SignalReceived: _signalled,
    PlanMigrated: lambda _state, event, _frame: PlanPinned(plan_hash=event.plan_hash),
}
"""By kind of event: the changes it makes, given the state after it and what it touched (frames, if anything)."""


def _call(state: RunState, event: CallIntended | CheckIntended) -> Action:
    return call_action(state, state.calls[event.call])


def _finish(state: RunState, event: RunFinished) -> Action:
    return Finish(status=event.status, parent="" if state.lineage is None else state.lineage.parent)


def _child(state: RunState, event: ChildIntended) -> Action:
    return child_action(state, state.frames[event.address])


def _tell(state: RunState, event: ChildSignalled) -> Action:
    return signal_action(state, state.frames[event.address])


def _share(state: RunState, event: ShareAnswered) -> Action:
    return share_action(state, state.frames[event.address])


def _ask(state: RunState, _event: ShareAsked) -> Action:
    return TellParent(parent="" if state.lineage is None else state.lineage.parent)


ACTIONS: Final[dict[type[Event], Callable[[RunState, Any], Action]]] = {
    CallIntended: _call,
    CheckIntended: _call,
    ChildIntended: _child,
    ChildSignalled: _tell,
    ShareAnswered: _share,
    ShareAsked: _ask,
    RunFinished: _finish,
}
"""By kind of event: what it asks an engine to do."""


def closed(state: RunState, event: Event) -> Change | None:
    """The tokens of a step that is concluded are of no use. Asked before the event changes the state."""
    if isinstance(event, StepSucceeded | StepFailed) and event.address in state.callbacks:
        return CallbacksClosed(address=event.address)
    return None


def compensated(state: RunState, event: Event) -> tuple[Change, ...]:
    """The effect that a compensation has just undone, and that its subject is free. Asked before the state changes."""
    if not (isinstance(event, StepSucceeded) or (isinstance(event, UndoSettled) and event.how == "by_hand")):
        return ()
    frame = state.frames.get(event.address)
    if frame is None or not frame.undoes:
        return ()
    effect = state.effects[frame.undoes]
    if not effect.tool:
        return ()
    mark = EffectMarked(tool=effect.tool, key=effect.key, state="compensated", run=effect.run)
    if not effect.subject:
        return (mark,)
    return (mark, PendingCleared(address=effect.operation, subject=effect.subject, run=effect.run))
