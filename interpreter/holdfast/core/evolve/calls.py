"""How calls and their outcomes change a run. A call's number is taken once; an outcome of another number is late."""

from __future__ import annotations

from math import inf
from typing import Final

from holdfast.core.contract import Contract
from holdfast.core.events import (
    ArgumentsRendered,
    CallFailed,
    CallIntended,
    CallReconciled,
    CallReturned,
    CallReused,
    CheckFailed,
    CheckIntended,
    Claim,
    ClaimDeferred,
    CompensationIntended,
    EffectConfirmed,
    EffectRuledOut,
    RetryPlanned,
    SettlingPlanned,
    WorkerLeft,
    WorkerTookOver,
)
from holdfast.core.evolve.forgetting import forget_writes
from holdfast.core.evolve.frames import drop_wait, forget_try, locate, revision_of
from holdfast.core.evolve.undo import begin_undo
from holdfast.core.failure import Failure
from holdfast.core.pending import operation_id, terms_of
from holdfast.core.provenance import note
from holdfast.core.state import Frame, RunState
from holdfast.core.work import CallWork
from holdfast.plan.program import Call

GATEKEEPERS: Final = frozenset({"rate_limited", "denied", "circuit_open"})
"""Refusals given before the other side looks at the key: they say nothing of an earlier attempt."""


def contract_of(state: RunState, tool: str) -> Contract:
    """A tool's contract as the run was started under; the most careful one if it is not known."""
    return state.contracts.get(tool) or Contract(name=tool, effect="write", idempotency="none")


def _tool(frame: Frame) -> str:
    action = frame.step and frame.step.action
    return action.tool if isinstance(action, Call) else ""


def _work(state: RunState, frame: Frame, args: object, key: str, subject: str = "") -> CallWork:
    if isinstance(frame.work, CallWork):
        return frame.work
    contract = Contract(name=_tool(frame)) if frame.watches else contract_of(state, _tool(frame))
    if not key and contract.effect == "write":
        key = state.own_key(frame.address)
    work = frame.work = CallWork(
        contract,
        args if isinstance(args, dict) else {},
        key,
        subject=subject,
        approved=state.approvals.get(frame.address, {}),
    )
    if frame.keeps and contract.effect == "write":
        state.intents[frame.address] = (args, revision_of(state, frame.address, args))
    return work


def arguments_rendered(state: RunState, event: ArgumentsRendered, at: float) -> Frame | None:
    frame = locate(state, event.address, at)
    if event.reads:
        note(state, frame, event.reads)
    frame.inputs = event.args
    work = _work(state, frame, event.args, event.key, event.subject)
    if work.key == event.key:
        return None
    work.key = event.key
    return frame


def call_intended(state: RunState, event: CallIntended, at: float) -> None:
    frame = locate(state, event.address, at)
    if event.reads:
        note(state, frame, event.reads)
    if event.args is not None:
        frame.inputs = event.args
    work = _work(state, frame, event.args or {}, event.key, event.subject)
    work.state, work.call, work.timeout = "in_flight", event.call, event.timeout
    work.first_at, work.last_at, work.error = work.first_at or at, at, None
    work.left = work.unbegun = False
    frame.attempt, frame.failure = event.attempt, None
    drop_wait(state, frame)
    if work.subject:
        state.subjects[work.subject] = (operation_id(state, event.address), inf)
        state.held.pop(work.subject, None)
    state.calls[event.call] = frame
    state.call_count = event.call
    state.spent.calls += 1


def check_intended(state: RunState, event: CheckIntended, _at: float) -> None:
    frame = state.frames[event.address]
    frame.call.state, frame.call.call, frame.call.left = "checking", event.call, False
    state.calls[event.call] = frame
    state.call_count = event.call


def concluded(state: RunState, call: int, doing: str) -> Frame | None:
    """The frame whose call this is, which is then over; None for an outcome that nobody waits for any more."""
    frame = state.calls.get(call)
    if frame is None or frame.call.state != doing:
        return None
    del state.calls[call]
    return frame


def call_returned(state: RunState, event: CallReturned, _at: float) -> Frame | None:
    frame = concluded(state, event.call, "in_flight")
    if frame is None:
        return None
    work = frame.call
    work.state, work.confidence, work.unknown = "returned", event.confidence, False
    work.happened = work.contract.effect == "write"
    frame.output = work.output = event.value
    work.partial, work.side_effects, work.pending = event.partial, event.side_effects or None, event.pending
    if work.subject:
        settle_subject(state, frame)
    if event.tokens or event.cost:
        spend(state, event.tokens, event.cost)
    return frame


def settle_subject(state: RunState, frame: Frame) -> None:
    """Free a write's subject once it is known that it did not happen, or that it did and needs no confirmation."""
    work = frame.call
    if not work.unknown and not (work.happened and terms_of(frame) is not None):
        free(state, work.subject, operation_id(state, frame.address))


def free(state: RunState, subject: str, operation: str) -> None:
    """An operation holds its subject no more."""
    if state.subjects.get(subject, ("",))[0] == operation:
        del state.subjects[subject]


def call_failed(state: RunState, event: CallFailed, at: float) -> Frame | None:
    frame = concluded(state, event.call, "in_flight")
    if frame is None:
        return None
    work = frame.call
    work.state, work.error, work.last_at = "failed", event.error, at
    state.spent.failures += 1
    spend(state, event.tokens, event.cost)
    if work.contract.effect == "write":
        judge(work, event.error)
        if work.subject:
            settle_subject(state, frame)
    if not work.unknown:
        frame.failure = event.error
    return frame


def judge(work: CallWork, error: Failure) -> None:
    """What a failed write says about its effect, an earlier unknown attempt included."""
    happened = error.happened
    if happened is False:
        early = error.code in GATEKEEPERS or not error.reached
        work.unknown = work.unknown and early
    else:
        work.happened = happened is True
        work.unknown = happened is None


def spend(state: RunState, tokens: int, cost: float) -> None:
    state.spent.tokens += tokens
    state.spent.cost += cost


def call_reconciled(state: RunState, event: CallReconciled, _at: float) -> Frame | None:
    frame = concluded(state, event.call, "checking")
    if frame is None:
        return None
    work = frame.call
    if event.found:
        work.state, work.unknown, work.happened = "returned", False, True
        frame.output = work.output = event.value
        settle_subject(state, frame)
    else:
        work.state, work.not_found = "failed", True
    return frame


def check_failed(state: RunState, event: CheckFailed, _at: float) -> Frame | None:
    frame = concluded(state, event.call, "checking")
    if frame is not None:
        frame.call.state, frame.call.not_found = "check_failed", False
        state.spent.failures += 1
    return frame


def effect_ruled_out(state: RunState, event: EffectRuledOut, _at: float) -> None:
    frame = state.frames[event.address]
    work = frame.call
    work.state, work.unknown, work.not_found, work.settles = "failed", False, False, 0
    frame.failure = event.error
    settle_subject(state, frame)


def effect_confirmed(state: RunState, event: EffectConfirmed, _at: float) -> Frame:
    frame = state.frames[event.address]
    work = frame.call
    work.state, work.unknown, work.happened = "returned", False, True
    frame.output = work.output = event.value
    frame.failure = None
    settle_subject(state, frame)
    return frame


def compensation_intended(state: RunState, event: CompensationIntended, at: float) -> Frame:
    return begin_undo(state, event.effect, event.address, at)


def settling_planned(state: RunState, event: SettlingPlanned, _at: float) -> None:
    frame = state.frames[event.address]
    frame.call.state = "settling"
    frame.call.settles += 1
    frame.call.not_found = False
    arm(state, frame, "settle", event.due)


def retry_planned(state: RunState, event: RetryPlanned, at: float) -> None:
    frame = locate(state, event.address, at)
    frame.attempt, frame.failure, frame.failure_reviewed = event.attempt, None, False
    frame.in_fallback, frame.alternative = False, -1
    if isinstance(frame.work, CallWork):
        frame.work.state = "waiting"
    else:
        forget_try(state, frame)
        if event.fresh:
            forget_writes(state, frame.address)
    arm(state, frame, "retry", event.due)


def arm(state: RunState, frame: Frame, kind: str, due: float) -> None:
    frame.timer, frame.woke = f"{kind}:{frame.address}", False
    state.timers.set(frame.timer, due)


def call_reused(state: RunState, event: CallReused, at: float) -> None:
    frame = locate(state, event.address, at)
    work = _work(state, frame, event.args or {}, event.key)
    work.state, work.happened, work.unknown = "returned", work.unknown, False
    frame.output = work.output = event.value
    frame.via = "reused"
    if work.happened:
        settle_subject(state, frame)


def claim_deferred(state: RunState, event: ClaimDeferred, _at: float) -> None:
    frame = state.frames[event.address]
    frame.call.state = "waiting"
    frame.call.deferrals += 1
    if event.subject:
        state.queued_for.setdefault(event.subject, {})[event.address] = None
    arm(state, frame, "claim", event.due)


def claim_answered(state: RunState, event: Claim, at: float) -> None:
    state.claims[event.tool, event.key] = (event, at)


def worker_left(state: RunState, event: WorkerLeft, _at: float) -> None:
    for number, frame in state.calls.items():
        frame.call.left = True
        frame.call.unbegun = number in event.unbegun and frame.call.state == "in_flight"


def not_made(state: RunState, frame: Frame) -> None:
    """A call was not made after all, so it is as if it had not been intended."""
    work = frame.call
    work.state, work.unbegun = "ready", False
    if work.first_at == work.last_at:
        work.first_at = 0.0
    if work.subject:
        settle_subject(state, frame)


def worker_took_over(state: RunState, _event: WorkerTookOver, at: float) -> list[Frame]:
    frames = list(state.calls.values())
    state.calls.clear()
    for frame in frames:
        work = frame.call
        if work.unbegun:
            state.spent.calls -= 1
            if not work.unknown:
                not_made(state, frame)
                continue
        if work.state == "in_flight":
            work.last_at = at
        work.takeovers += 0 if work.left else 1
        work.unknown = work.contract.effect == "write"
        work.state = "interrupted"
    return frames
