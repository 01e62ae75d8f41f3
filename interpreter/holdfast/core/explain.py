"""Journal events as sentences for people.

Rules of the file:
- Pure: the same event gives the same sentence. Times are not part of it; whoever shows it puts them beside it.
- One phrase per event class in `_PHRASES`; one sentence per reason code in `REASONS`.
- A code that has no sentence is shown with its numbers, never dropped: journals outlive this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from holdfast.core import events as e
from holdfast.core.times import iso
from holdfast.core.wording import because, brief, error_text, joined, seconds, valued


def explain(event: e.Event) -> str:
    """What happened, or was decided and why, in one sentence; lower case, without a full stop."""
    return _PHRASES[type(event)](event)


# --- Observations -----------------------------------------------------------------------------------------------------


def _run_requested(event: e.RunRequested) -> str:
    inputs = f" with {brief(dict(event.inputs))}" if event.inputs else ""
    task = f", task {event.task}" if event.task != event.run else ""
    return f"{event.user} asked for plan {event.plan}{task}{inputs}"


def _call_returned(event: e.CallReturned) -> str:
    sure = f", confidence {event.confidence:g}" if event.confidence is not None else ""
    reasoning = f" ({brief(event.reasoning)})" if event.reasoning else ""
    return valued("the tool returned", event.value) + sure + reasoning + _held(event)


def _call_failed(event: e.CallFailed) -> str:
    opened = f"; its circuit opened for {seconds(event.opened)}" if event.opened else ""
    return f"the call failed with {error_text(event.error)}{opened}{_held(event)}"


def _held(event: e.CallReturned | e.CallFailed) -> str:
    return f", after it was held back for {seconds(event.held)} by {event.held_by}" if event.held else ""


def _call_reconciled(event: e.CallReconciled) -> str:
    return valued("the check found the effect", event.value) if event.found else "the check did not find the effect"


def _check_failed(event: e.CheckFailed) -> str:
    return f"the check itself failed with {error_text(event.error)}: the outcome stays unknown"


def _timer_fired(event: e.TimerFired) -> str:
    return f"time is up ({event.timer})"


def _review_answered(event: e.ReviewAnswered) -> str:
    by = f"{event.by} decided" if event.by else "a person decided"
    return valued(f"{by} {event.review}: {event.decision}", event.value) + (
        f" ({brief(event.reason)})" if event.reason else ""
    )


def _signal_received(event: e.SignalReceived) -> str:
    by = f" by {event.by}" if event.by else ""
    if event.signal == "event":
        return valued(f"event {event.name} received{by}", event.payload)
    if event.signal == "correct" and isinstance(event.payload, dict):
        return f"asked to correct {', '.join(f'{name} to {brief(value)}' for name, value in event.payload.items())}{by}"
    if event.signal == "prioritise":
        return f"given priority {event.payload}{by}"
    asked = {
        "pause": "asked to pause",
        "unpause": "asked to go on",
        "cancel": "asked to cancel",
        "stop": "told to stop",
    }
    return f"{asked.get(event.signal, event.signal)}{by}"


def _worker_took_over(event: e.WorkerTookOver) -> str:
    return f"worker {event.worker} took over; calls in flight may or may not have taken place"


def _store_restored(event: e.StoreRestored) -> str:
    by = f" by {event.by}" if event.by else ""
    return f"the store was put back{by} to a backup of {iso(event.taken)}: what was done since then stands nowhere"


def _effect_resolved(event: e.EffectResolved) -> str:
    by = event.by or "an operator"
    return valued(f"{by} said that the effect {event.key} of {event.tool} {event.state}", event.value)


def _data_erased(event: e.DataErased) -> str:
    why = f": {event.reason}" if event.reason else ""
    return f"values erased by {event.by or 'an operator'}{why}"


def _worker_left(event: e.WorkerLeft) -> str:
    begun = f", {len(event.unbegun)} of them not begun," if event.unbegun else ""
    return f"worker {event.worker} stopped; calls in flight{begun} are left to whoever goes on with the run"


def _child_finished(event: e.ChildFinished) -> str:
    error = f" with {error_text(event.error)}" if event.error else ""
    left = f"; {len(event.effects)} of its effects can be undone" if event.effects else ""
    return valued(f"the child run {event.child} {event.status}{error}", event.output) + left


def _share_answered(event: e.ShareAnswered) -> str:
    if not event.granted:
        return f"there is no more of the budget for the child run of {event.address}"
    limits = {"calls": event.calls, "tokens": event.tokens, "cost": event.cost}
    said = ", ".join(f"{limit:g} {what}" for what, limit in limits.items() if limit is not None)
    return f"the child run of {event.address} may use {said} in all"


def _effect_known(event: e.EffectKnown) -> str:
    return valued(f"the ledger already holds {event.tool} under key {event.key}", event.value)


def _effect_in_flight(event: e.EffectInFlight) -> str:
    return f"run {event.run} is busy with {event.tool} under key {event.key}"


def _effect_unusable(event: e.EffectUnusable) -> str:
    return f"run {event.run} made {event.tool} take place under key {event.key}, and its result cannot be used"


def _effect_mismatch(event: e.EffectMismatch) -> str:
    return f"run {event.run} used key {event.key} of {event.tool} with other arguments"


def _effect_undone(event: e.EffectUndone) -> str:
    return f"what {event.tool} did under key {event.key} was undone by run {event.run}: this is done under another key"


def _pending_released(event: e.PendingReleased) -> str:
    by = event.by or "a person"
    return joined(f"{by} released the pending operation of {event.address}", brief(event.reason))


_WITHHELD: Final = {"expired": "its approval had expired", "policy": "another policy had come into force"}


def _policy_in_force(event: e.PolicyInForce) -> str:
    names = ", ".join(rule.name for rule in event.rules)
    return f"the policy of the installation ({event.policy[:8]}) holds from now on: {names or 'no rules'}"


def _run_forked(event: e.RunForked) -> str:
    other = {**event.inputs, **event.facts}
    said = f" with {brief(other)}" if other else ""
    return f"{event.by or 'somebody'} forked the run {event.origin} behind its entry {event.seq}{said}"


def _plan_migrated(event: e.PlanMigrated) -> str:
    by = event.by or "somebody"
    return f"{by} moved the run to another version of its plan ({event.plan_hash[:8]}): so far it decides the same"


# --- Decisions --------------------------------------------------------------------------------------------------------


def _step_entered(event: e.StepEntered) -> str:
    if event.items is not None:
        return f"began, {len(event.items)} items"
    return f"began, case {event.case + 1}" if event.case is not None else "began"


def _call_completed(event: e.CallCompleted) -> str:
    by = f" by {event.by}" if event.by else ""
    if event.error is not None:
        return f"the call was completed{by}: it failed with {error_text(event.error)}"
    return valued(f"the call was completed{by}", event.value)


def _pending_settled(event: e.PendingSettled) -> str:
    kept = f"; {event.subject} stays held" if event.until is not None else ""
    return because(f"the effect is {event.outcome}{kept}", event.why)


def _call_intended(event: e.CallIntended) -> str:
    again = f", attempt {event.attempt}" if event.attempt > 1 else ""
    args = f" with {brief(dict(event.args))}" if event.args else ""
    return because(f"call {event.tool}{again}{args}", event.why)


def _child_intended(event: e.ChildIntended) -> str:
    again = f", attempt {event.attempt}" if event.attempt > 1 else ""
    inputs = f" with {brief(dict(event.inputs))}" if event.inputs else ""
    made = f"the plan that this run has made ({len(event.source):,} characters)" if event.source else ""
    return f"run {made or f'plan {event.plan}'} as {event.child}{again}{inputs}"


def _call_reused(event: e.CallReused) -> str:
    return because(valued("not called again, the result is known", event.value), event.why)


def _retry_planned(event: e.RetryPlanned) -> str:
    return because(f"try again, attempt {event.attempt}", event.why)


def _fallback_taken(event: e.FallbackTaken) -> str:
    return because(f"take fallback {event.alternative + 1}", event.why)


def _step_succeeded(event: e.StepSucceeded) -> str:
    done = f"done via {event.via}" if event.via else "done"
    return done if isinstance(event.output, e.Unset) else valued(done, event.output)


def _review_requested(event: e.ReviewRequested) -> str:
    review = event.review
    return joined(f"ask {review.to} ({review.id}, {review.kind}): {brief(review.question)}", brief(review.reason))


def _review_settled(event: e.ReviewSettled) -> str:
    return because(valued(f"review {event.review} is settled: {event.outcome}", event.value), event.why)


def _end_decided(event: e.EndDecided) -> str:
    error = f" with {error_text(event.error)}" if event.error else ""
    undo = "; effects are undone first" if event.undo else ""
    return because(f"the run is to end {event.status}{error}{undo}", event.why)


def _undo_settled(event: e.UndoSettled) -> str:
    how = {"undone": "undone", "by_hand": "undone by hand", "left": "left as it is"}.get(event.how, event.how)
    return f"the effect is {how}" + (f" after {error_text(event.error)}" if event.error else "")


def _fact_resolved(event: e.FactResolved) -> str:
    return because(f"{event.fact} is {brief(event.value)}, {_HOW.get(event.how, event.how)}", event.why)


def _facts_corrected(event: e.FactsCorrected) -> str:
    if not event.values:
        return "the correction changes nothing"
    said = ", ".join(f"{name} is {brief(value)}" for name, value in event.values.items())
    return f"{event.by or 'somebody'} corrected: {said}"


def _run_finished(event: e.RunFinished) -> str:
    error = f" with {error_text(event.error)}" if event.error else ""
    via = f" via {event.via}" if event.via else ""
    notes = f" ({'; '.join(map(brief, event.notes))})" if event.notes else ""
    return valued(f"the run {event.status}{via}{error}", event.output) + notes


_TOLD: Final = {"unpause": "go on"}
_HOW: Final = {
    "given": "as given",
    "infer": "as inferred",
    "ask": "as a person answered",
    "default": "by default, as nobody answered",
}

_PHRASES: Final[Mapping[type, Callable[..., str]]] = {
    e.RunRequested: _run_requested,
    e.CallReturned: _call_returned,
    e.CallFailed: _call_failed,
    e.CallReconciled: _call_reconciled,
    e.CheckFailed: _check_failed,
    e.TimerFired: _timer_fired,
    e.ReviewAnswered: _review_answered,
    e.SignalReceived: _signal_received,
    e.WorkerTookOver: _worker_took_over,
    e.WorkerLeft: _worker_left,
    e.EffectKnown: _effect_known,
    e.EffectInFlight: _effect_in_flight,
    e.EffectUnusable: _effect_unusable,
    e.EffectMismatch: _effect_mismatch,
    e.ChildStarted: lambda event: f"the child run {event.child} is recorded",
    e.ChildFinished: _child_finished,
    e.ChildAsked: lambda event: f"the child run {event.child} has used up its share and asks for more",
    e.ShareGiven: lambda event: (
        "the parent run gives more of its budget" if event.granted else "the parent run has no more"
    ),
    e.ShareAsked: lambda _event: "what the parent run gave of its budget is used up: it is asked for more",
    e.ShareAnswered: _share_answered,
    e.EffectUndone: _effect_undone,
    e.SubjectHeld: lambda event: f"run {event.run} holds the subject {event.subject} ({event.address}, {event.state})",
    e.SubjectDue: lambda event: f"the subject {event.subject} is held until {iso(event.until)} at most",
    e.SubjectFreed: lambda event: f"the subject {event.subject} was released",
    e.PendingReleased: _pending_released,
    e.CallDeferred: lambda _event: "the tool took it on and gives its result later",
    e.CallbackIssued: lambda _event: "the tool asked for a token by which its result can be given later",
    e.CallCompleted: _call_completed,
    e.CompletionMissed: lambda event: f"the result did not come in time: {error_text(event.error)}",
    e.StepEntered: _step_entered,
    e.StepSkipped: lambda event: because("skipped", event.why) if event.via else "skipped: its `when` does not hold",
    e.ArgumentsRendered: lambda event: f"arguments stand fixed: {brief(dict(event.args))}",
    e.CallIntended: _call_intended,
    e.CallReused: _call_reused,
    e.ClaimDeferred: lambda event: because("wait for another run's effect", event.why),
    e.CheckIntended: lambda event: because("ask whether the effect took place", event.why),
    e.SettlingPlanned: lambda event: because("settle the unknown outcome before anything else", event.why),
    e.EffectRuledOut: lambda event: because(
        f"the effect did not happen; failed with {error_text(event.error)}", event.why
    ),
    e.EffectConfirmed: lambda event: because(
        valued("a person said that the effect took place", event.value), event.why
    ),
    e.RetryPlanned: _retry_planned,
    e.FallbackTaken: _fallback_taken,
    e.StepSucceeded: _step_succeeded,
    e.StepFailed: lambda event: f"failed for good with {error_text(event.error)}",
    e.TryFailed: lambda event: f"this try failed with {error_text(event.error)}",
    e.CancelDecided: lambda event: f"stop what is active here: {error_text(event.error)}",
    e.ReviewRequested: _review_requested,
    e.ReviewSampledOut: lambda event: because(
        f"not asked this time{' by the rule ' + event.rule if event.rule else ''}", event.why
    ),
    e.PolicyInForce: _policy_in_force,
    e.PlanMigrated: _plan_migrated,
    e.RunForked: _run_forked,
    e.CallWithheld: lambda event: f"not called: at that moment {_WITHHELD.get(event.reason, event.reason)}",
    e.StoreRestored: _store_restored,
    e.CallDoubted: lambda _event: "not called: it may have been done since the backup that the store was put back to",
    e.EffectResolved: _effect_resolved,
    e.DataErased: _data_erased,
    e.QueueFull: lambda event: f"the queue {event.queue} is full: {event.opened} reviews, {event.capacity} at most",
    e.ReviewDeferred: lambda event: because("wait for room in the queue", event.why),
    e.ReviewSettled: _review_settled,
    e.WaitStarted: lambda event: "wait" if event.due is not None else "wait for the event",
    e.EventTaken: lambda _event: "the event it waited for is here",
    e.FactsSet: lambda event: f"facts set: {brief(dict(event.values))}",
    e.ChildIntended: _child_intended,
    e.ChildSignalled: lambda event: f"tell the child run to {_TOLD.get(event.signal, event.signal)}",
    e.FactNeeded: lambda event: f"the fact {event.fact} is needed here",
    e.FactResolved: _fact_resolved,
    e.FactsCorrected: _facts_corrected,
    e.StepsInvalidated: lambda event: because(f"walk again what rests on it: {', '.join(event.steps)}", event.why),
    e.StepsRewound: lambda _event: "go on from the first step that the correction reaches",
    e.StepKept: lambda event: because("kept as it was", event.why),
    e.FactMissing: lambda event: f"the fact {event.fact} is not to be had: {error_text(event.error)}",
    e.BudgetRaised: lambda event: f"budget raised, {event.times} helpings in all",
    e.PendingOpened: lambda _event: "the effect took place and is not confirmed yet: it is watched",
    e.PendingAwaited: lambda event: f"wait until the effect of {event.pending} is confirmed, whose output is read",
    e.PendingSettled: _pending_settled,
    e.EndDecided: _end_decided,
    e.UndoStarted: lambda event: because(f"undo {', '.join(event.effects)}", event.why),
    e.CompensationIntended: lambda event: f"undo {event.effect}",
    e.UndoSettled: _undo_settled,
    e.RunFinished: _run_finished,
}
