"""`evolve`: what an event changes. It decides nothing and never refuses; the fold of a journal with it is the state.

It returns the frames that somebody has to look at next, for `decide`; a restore ignores them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from holdfast.core import events
from holdfast.core.events import Event
from holdfast.core.evolve import (
    calls,
    children,
    corrections,
    deferring,
    doubting,
    facts,
    forking,
    pending,
    people,
    policy,
    run,
    steps,
)
from holdfast.core.state import Frame, RunState

Touched = Frame | list[Frame] | None


def _nothing(_state: RunState, _event: Event, _at: float) -> None:
    """Something to be known and explained, which changes nothing by itself."""


# One function per kind of event; each takes the event of its own kind, which a mapping's type cannot say.
EVOLVE: Final[dict[type[Event], Callable[[RunState, Any, float], Touched]]] = {
    events.RunRequested: run.run_requested,
    events.CallReturned: calls.call_returned,
    events.CallDeferred: deferring.call_deferred,
    events.CallbackIssued: deferring.callback_issued,
    events.CallCompleted: deferring.call_completed,
    events.CompletionMissed: deferring.completion_missed,
    events.CallFailed: calls.call_failed,
    events.CallReconciled: calls.call_reconciled,
    events.CheckFailed: calls.check_failed,
    events.TimerFired: steps.timer_fired,
    events.ReviewAnswered: people.review_answered,
    events.SignalReceived: people.signal_received,
    events.WorkerTookOver: calls.worker_took_over,
    events.WorkerLeft: calls.worker_left,
    events.EffectKnown: calls.claim_answered,
    events.EffectInFlight: calls.claim_answered,
    events.EffectUnusable: calls.claim_answered,
    events.EffectMismatch: calls.claim_answered,
    events.ChildStarted: children.child_started,
    events.ChildFinished: children.child_finished,
    events.ChildAsked: children.child_asked,
    events.ShareGiven: children.share_given,
    events.ShareAsked: children.share_asked,
    events.ShareAnswered: children.share_answered,
    events.EffectUndone: calls.claim_answered,
    events.SubjectHeld: pending.subject_held,
    events.SubjectDue: pending.subject_due,
    events.SubjectFreed: pending.subject_freed,
    events.PendingReleased: pending.pending_released,
    events.StepEntered: steps.step_entered,
    events.StepSkipped: steps.step_skipped,
    events.ArgumentsRendered: calls.arguments_rendered,
    events.CallIntended: calls.call_intended,
    events.CallReused: calls.call_reused,
    events.ClaimDeferred: calls.claim_deferred,
    events.CheckIntended: calls.check_intended,
    events.SettlingPlanned: calls.settling_planned,
    events.EffectRuledOut: calls.effect_ruled_out,
    events.EffectConfirmed: calls.effect_confirmed,
    events.RetryPlanned: calls.retry_planned,
    events.FallbackTaken: steps.fallback_taken,
    events.StepSucceeded: steps.step_succeeded,
    events.TryFailed: steps.try_failed,
    events.StepFailed: steps.step_failed,
    events.CancelDecided: steps.cancel_decided,
    events.ReviewRequested: people.review_requested,
    events.ReviewSampledOut: policy.review_sampled_out,
    events.PolicyInForce: policy.policy_in_force,
    events.PlanMigrated: run.plan_migrated,
    events.RunForked: forking.run_forked,
    events.StoreRestored: doubting.store_restored,
    events.CallDoubted: doubting.call_doubted,
    events.EffectResolved: _nothing,
    events.DataErased: _nothing,
    events.CallWithheld: policy.call_withheld,
    events.QueueFull: policy.queue_full,
    events.ReviewDeferred: policy.review_deferred,
    events.ReviewSettled: people.review_settled,
    events.WaitStarted: steps.wait_started,
    events.EventTaken: steps.event_taken,
    events.ChildIntended: children.child_intended,
    events.ChildSignalled: children.child_signalled,
    events.FactsSet: facts.facts_set,
    events.FactNeeded: facts.fact_needed,
    events.FactResolved: facts.fact_resolved,
    events.FactMissing: facts.fact_missing,
    events.FactsCorrected: corrections.facts_corrected,
    events.StepsInvalidated: corrections.steps_invalidated,
    events.StepsRewound: corrections.steps_rewound,
    events.StepKept: corrections.step_kept,
    events.BudgetRaised: people.budget_raised,
    events.PendingOpened: pending.pending_opened,
    events.PendingAwaited: pending.pending_awaited,
    events.PendingSettled: pending.pending_settled,
    events.EndDecided: run.end_decided,
    events.UndoStarted: steps.undo_started,
    events.CompensationIntended: calls.compensation_intended,
    events.UndoSettled: steps.undo_settled,
    events.RunFinished: run.run_finished,
}


def evolve(state: RunState, event: Event, at: float) -> Touched:
    """Change the state as the event says.

    Args:
        state: of one run; changed in place.
        event: the next of its journal.
        at: when it was recorded, seconds since 1970.

    Returns:
        What has to be looked at next.
    """
    return EVOLVE[type(event)](state, event, at)
