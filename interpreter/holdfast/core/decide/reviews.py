"""When a person is asked, and what exactly (2-plan-language 7, 11-hard-cases 8-11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from holdfast.core.decide.standing import shown, standing
from holdfast.core.decide.turn import Deciding, condition
from holdfast.core.events import NO_REASON, QueueFull, ReviewRequested, ReviewSampledOut, Why
from holdfast.core.failure import Failure
from holdfast.core.guarding import GuardNames
from holdfast.core.keys import draw
from holdfast.core.names import error_data, frame_names, tool_data
from holdfast.core.provenance import names_of
from holdfast.core.review import Kind, Review, options_of
from holdfast.core.state import Frame, Operation
from holdfast.core.work import CallWork, FactWork
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import Call, Names, Trigger

SHED: Final = 0.25
"""The share of its cases in which a sheddable rule is still asked while its queue is over capacity."""

_OF_OUTPUT: Final = frozenset({"output", "failure", "handoff", "pending", "undo"})
"""Kinds of reviews that show what a call gave, its error too, and not only what it was or is to be called with."""

DECISIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "approve": ("approve", "edit", "reject"),
    "choose": ("choose", "reject"),
    "answer": ("answer", "reject"),
    "handoff": ("approve", "output", "close"),
}


def open_review(
    d: Deciding,
    address: str,
    kind: Kind,
    decisions: Sequence[str],
    *,
    limit: tuple[float, ...] = (),
    why: Why = NO_REASON,
    **about: object,
) -> None:
    """Put a review before people; `about`: the rest of its fields."""
    if d.state.tracked:
        about["labels"] = tuple(names_of(shown(d, address, output=kind in _OF_OUTPUT)))
    number = d.state.review_count + 1
    review = Review(id=f"{d.state.run}.{number}", address=address, kind=kind, decisions=tuple(decisions), **about)  # type: ignore[arg-type]
    d.emit(ReviewRequested(review=review, limit=limit, why=why))


def open_again(d: Deciding, review: Review, **changed: object) -> None:
    """The same question once more, to others or about something else."""
    number = d.state.review_count + 1
    again = replace(review, id=f"{d.state.run}.{number}", follows=review.id, **changed)  # type: ignore[arg-type]
    d.emit(ReviewRequested(review=again))


def due_in(d: Deciding, timeout: float | None) -> float | None:
    """The instant so many seconds from now."""
    return None if timeout is None else d.at + timeout


def about_end(d: Deciding, error: Failure, *, again: bool) -> None:
    """A plan with `on_failure: handoff` failed: a person tries again, gives its output, or closes it.

    `again`: whether it can be tried again; not once everything in it was stopped.
    """
    open_review(
        d,
        "",
        "handoff",
        ["retry", "output", "close"] if again else ["output", "close"],
        question=f"The run failed: {error.message or error.code}. What becomes of it?",
        reason="on_failure: handoff",
        context={"error": error_data(error)},
        trigger_on="handoff" if again else "ending",
    )


# --- what is looked at ------------------------------------------------------------------------------------------------


def about_call(d: Deciding, parent: Frame, call: CallWork, address: str) -> dict[str, object]:
    """What triggers see of a call that is about to be made."""
    contract = call.contract
    work = parent.work
    step = work.fact.infer if isinstance(work, FactWork) else d.state.plan.steps.get(address.rpartition("/")[2])
    reads: Iterable[str] = step.action.arguments.reads if step and isinstance(step.action, Call) else ()
    labels, confidence = standing(d, parent, address, reads)
    return {
        "address": address,
        "step": {"id": step.id if step else "", "description": step.description if step else ""},
        "tool": tool_data(contract),
        "args": call.args,
        "amount": call.args.get(contract.amount) if contract.amount else None,
        "confidence": confidence,
        "labels": names_of(labels),
    }


def asked(
    d: Deciding, names: Names, trigger: Trigger, address: str, mark: int | str, full: QueueFull | None = None
) -> str | None:
    """Why a person is asked, or None. A trigger that cannot be evaluated holds.

    `mark`: the trigger's number, or the name of the policy's rule. The draw depends on the run, address and
    this alone; of a child run it depends on the run at the top and the whole address.
    `full`: its queue is over capacity, and the rule may be asked less often.
    """
    held = condition(trigger.when, names)
    if held is False:
        return None
    if isinstance(held, ExpressionError):
        return f"{trigger.reason} (its condition could not be evaluated: {held})".strip()
    reason = trigger.reason or (trigger.when.source if trigger.when else "every call is to be approved")
    rate = (1.0 if trigger.sample is None else trigger.sample) * (1.0 if full is None else SHED)
    if trigger.sample is None and full is None:
        return reason
    drawn = draw("sample", d.state.seed, address, mark)
    if drawn < rate:
        return f"{reason} (drawn: {drawn:.6f} of {rate:g})"
    why: dict[str, object] = {"code": "sample", "drawn": round(drawn, 6), "rate": rate}
    if full is not None:
        why |= {"code": "shed", "queue": full.queue, "opened": full.opened, "capacity": full.capacity}
    number, rule = (mark, "") if isinstance(mark, int) else (None, mark)
    d.emit(ReviewSampledOut(address=address, trigger=number, rule=rule, why=why))
    return None


def options_for(names: Names, trigger: Trigger) -> tuple[Mapping[str, object], ...] | None:
    """What a trigger lets people choose from."""
    if trigger.options is None:
        return None
    try:
        options = trigger.options.render(names)
    except ExpressionError:
        return ()
    return options_of(options) if isinstance(options, list) else ()


# --- after something went wrong, or well -----------------------------------------------------------------------------


def _held(d: Deciding, frame: Frame, on: str, extra: Mapping[str, object]) -> tuple[int, Trigger, str] | None:
    """The first trigger of this kind that holds, with its number and reason."""
    if frame.step is None:
        return None
    for number, trigger in enumerate(frame.step.human):
        if trigger.on == on and not (trigger.inherited and on != "unknown_outcome"):
            names = d.aside(frame.scope, {**frame_names(frame), **_about_work(d, frame), **extra})
            reason = asked(d, names, trigger, frame.address, number)
            if reason is not None:
                return number, trigger, reason
    return None


def _guarded(d: Deciding, frame: Frame, extra: Mapping[str, object]) -> tuple[str, Trigger, str] | None:
    """The first trigger of a run above that says who is asked whether a write took place."""
    for guard in d.state.guards:
        if guard.trigger.on == "unknown_outcome":
            names = GuardNames({**frame_names(frame), **_about_work(d, frame), **extra}, d.at)
            reason = asked(d, names, guard.trigger, frame.address, guard.mark)
            if reason is not None:
                return guard.mark, guard.trigger, reason
    return None


def _about_work(d: Deciding, frame: Frame) -> dict[str, object]:
    if isinstance(frame.work, CallWork) and frame.parent is not None:
        return about_call(d, frame.parent, frame.work, frame.address)
    return {}


def about_failure(d: Deciding, frame: Frame, error: Failure) -> bool:
    """Ask what becomes of a failed step, if a trigger says so. True if the step waits."""
    if frame.failure_reviewed:
        return False
    held = _held(d, frame, "failure", {"error": error_data(error)})
    if held is None:
        return False
    number, trigger, reason = held
    mine = trigger.decision == "handoff"
    open_review(
        d,
        frame.address,
        "handoff" if mine else "failure",
        ["retry", "output", "close"] if mine else ["retry", "output", "fallback", "abort"],
        to=trigger.to,
        question=f"`{frame.address or d.state.plan.name}` failed: {error.message or error.code}. What now?",
        reason=reason,
        context={"error": error_data(error)},
        due=due_in(d, trigger.timeout),
        on_timeout=trigger.on_timeout,
        escalate=trigger.escalate,
        triggers=(number,),
        excluded=(d.state.user,) if trigger.separate else (),
        trigger_on="failure",
    )
    return True


def about_output(d: Deciding, frame: Frame, output: object) -> bool:
    """Ask whether an output stands, if a trigger says so. True if the step waits."""
    held = _held(d, frame, "after", {"output": output})
    if held is None:
        return False
    number, trigger, reason = held
    options = None
    if isinstance(frame.work, CallWork):
        options = options_for(d.aside(frame.inner or frame.scope, {"args": frame.call.args}), trigger)
    open_review(
        d,
        frame.address,
        "handoff" if trigger.decision == "handoff" else "output",
        DECISIONS[trigger.decision],
        to=trigger.to,
        question=f"Does the output of `{frame.address}` stand?",
        reason=reason,
        context={"output": output},
        options=options,
        schema=trigger.schema,
        due=due_in(d, trigger.timeout),
        on_timeout=trigger.on_timeout,
        escalate=trigger.escalate,
        triggers=(number,),
        approvals=trigger.approvals,
        excluded=(d.state.user,) if trigger.separate else (),
        trigger_on="after",
    )
    return True


def about_unknown(d: Deciding, frame: Frame, code: str) -> None:
    """Ask a person whether a write took place. Nobody's silence answers that, so it never expires."""
    work = frame.call
    error = work.error
    extra = {"error": None if error is None else error_data(error)}
    held = _held(d, frame, "unknown_outcome", extra) or _guarded(d, frame, extra)
    said = f" Last heard: {error.code}{': ' + error.message if error.message else ''}." if error is not None else ""
    open_review(
        d,
        frame.address,
        "unknown",
        ["happened", "retry", "fail"],
        to=held[1].to if held else "requester",
        question=f"Did {work.contract.name} take place? Nobody knows: its outcome was lost.{said}",
        reason=held[2] if held else code,
        tool=work.contract.name,
        args=work.args,
        digest=work.digest,
        excluded=(d.state.user,) if held and held[1].separate else (),
        context={"key": work.key, "attempts": frame.attempt, "takeovers": work.takeovers, "intended_at": work.first_at},
        trigger_on="unknown_outcome",
    )


def about_unusable(d: Deciding, frame: Frame, error: Failure) -> None:
    """The write took place, its result cannot be used: a person gives one or lets the step fail."""
    work = frame.call
    open_review(
        d,
        frame.address,
        "failure",
        ["output", "fail"],
        question=f"{work.contract.name} took place, but: {error.message or error.code}. What is its result?",
        reason="a write that took place is not repeated",
        tool=work.contract.name,
        args=work.args,
        context={"error": error_data(error), "key": work.key},
        trigger_on="unusable",
    )


def about_fresh(d: Deciding, frame: Frame, error: Failure, standing: Sequence[str]) -> None:
    """A block is to begin afresh although effects of it stand: a person lets them be made again, or the step fails."""
    open_review(
        d,
        frame.address,
        "fresh",
        ["retry", "fail"],
        question=f"Begin `{frame.address}` afresh, and make again what was not undone: {', '.join(standing)}?",
        reason="it failed and is to be tried afresh, and some of what it did still stands",
        context={"error": error_data(error), "standing": list(standing)},
        trigger_on="fresh",
    )


def about_undo(d: Deciding, frame: Frame, error: Failure) -> None:
    """A compensation failed for good: a person tries again, undoes it by hand, or leaves the effect standing."""
    effect = d.state.effects[frame.undoes]
    open_review(
        d,
        frame.address,
        "undo",
        ["retry", "done", "leave"] if effect.undo.tool else ["done", "leave"],
        question=f"The effect of `{effect.address}` could not be undone: {error.message or error.code}. What now?",
        reason="a compensation failed",
        tool=effect.undo.tool or effect.tool,
        args=frame.work.args if isinstance(frame.work, CallWork) else None,
        context={"error": error_data(error), "effect": effect.key, "output": effect.output},
        trigger_on="undo",
    )


def about_pending(d: Deciding, frame: Frame, operation: Operation) -> None:
    """Nothing confirmed an effect in time: a person says that it is there, goes on without it, or lets the run fail."""
    terms = operation.terms
    about = f" about `{operation.subject}`" if operation.subject else ""
    missed = f"Nothing confirmed it within {terms.timeout:g} s."
    open_review(
        d,
        frame.address,
        "pending",
        ["happened", "continue", "fail"],
        to=terms.to,
        question=f"Is the effect of `{operation.address}`{about} there? {missed}",
        reason="it is not confirmed",
        tool=operation.tool,
        args=frame.scope.names["args"],
        context={"output": frame.scope.names["output"], "subject": operation.subject, "hold_for": terms.hold_for},
        trigger_on="pending",
    )


def about_budget(d: Deciding, address: str, used: str, tool: str, args: Mapping[str, object]) -> None:
    """The budget is used up: a person allows another helping, or the run aborts."""
    open_review(
        d,
        address,
        "budget",
        ["approve", "reject"],
        question=f"The run has used up its budget of {used}. Allow the same again?",
        reason="budget",
        tool=tool,
        args=args,
        trigger_on="budget",
    )
