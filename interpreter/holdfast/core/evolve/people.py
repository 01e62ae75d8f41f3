"""How reviews and signals change a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import inf

from holdfast.core.events import BudgetRaised, ReviewAnswered, ReviewRequested, ReviewSettled, SignalReceived
from holdfast.core.evolve.frames import locate, note_effect
from holdfast.core.provenance import HUMAN, endorsed, note
from holdfast.core.review import Given, Review, approvers, barred
from holdfast.core.state import Frame, RunState
from holdfast.core.work import CallWork
from holdfast.plan.program import Wait


def review_requested(state: RunState, event: ReviewRequested, at: float) -> None:
    review = event.review
    frame = locate(state, review.address, at)
    if event.reads:
        note(state, frame, event.reads)
    if not review.trigger_on:
        frame.inputs = (review.question, review.options, review.context)
    frame.reviews.append(review.id)
    state.reviews[review.id] = review
    state.review_count += 1
    if review.due is not None:
        state.timers.set(f"review:{review.id}", review.due)
    if review.kind == "failure" or review.trigger_on == "failure":
        frame.failure_reviewed = True
    if review.trigger_on == "after":
        frame.output = review.context["output"] if isinstance(review.context, dict) else None


def review_answered(state: RunState, event: ReviewAnswered, _at: float) -> Frame | None:
    review = state.reviews.get(event.review)
    if review is None:
        return None
    heard = state.heard.setdefault(review.id, [])
    heard.append((event.by, event.decision))
    if event.decision not in review.decisions or barred(review, event.by):
        return None
    if event.decision == "approve" and len(approvers(review, heard)) < review.approvals > 1:
        return None
    frame = state.frames[review.address]
    if all(given.review != event.review for given in frame.answers):
        frame.answers.append(Given(event.review, event.decision, event.value, event.by))
    return frame


def review_settled(state: RunState, event: ReviewSettled, at: float) -> None:
    review = state.reviews.pop(event.review)
    state.heard.pop(review.id, None)
    state.timers.drop(f"review:{review.id}")
    frame = state.frames[review.address]
    frame.reviews.remove(review.id)
    if state.tracked and any(given.review == review.id and given.decision != "expired" for given in frame.answers):
        _endorse(frame, review, event.outcome)
    frame.answers = [given for given in frame.answers if given.review != review.id]
    if frame.address == "" and review.kind == "handoff":
        state.handed_over = event.outcome != "retry"
    if review.trigger_on == "unusable" and event.outcome == "fail":
        note_effect(state, frame)
    if review.trigger_on == "after" and event.by:
        frame.via = "person"
    if review.trigger_on == "before" and isinstance(frame.work, CallWork):
        _approve(state, frame, frame.work, review, event, at)


def _endorse(frame: Frame, review: Review, outcome: str) -> None:
    """A person who saw the exact value stood by it, or gave another (11-hard-cases 12)."""
    if review.trigger_on != "before":
        frame.endorsed = frame.endorsed or (review.trigger_on in {"", "after"} and outcome != "reject")
    elif outcome != "reject":
        frame.labels = HUMAN if outcome == "edit" else endorsed(frame.labels)


def _approve(state: RunState, frame: Frame, work: CallWork, review: Review, event: ReviewSettled, at: float) -> None:
    """Note what was approved, bound to the digest of the arguments it was approved for."""
    if event.outcome not in {"approve", "edit", "choose", "answer"}:
        return
    if event.outcome != "approve" and isinstance(event.value, dict):
        work.args, work.approved, work.partly = event.value, {}, {}
    if frame.keeps:
        state.approvals[frame.address] = work.approved
    for mark, valid_for in _satisfied(state, frame, review):
        if event.outcome != "approve" and review.approvals > 1:
            work.partly[mark] = (work.digest, (event.by,))  # the others look at the new arguments
        else:
            work.approved[mark] = (work.digest, inf if valid_for is None else at + valid_for)


def _satisfied(state: RunState, frame: Frame, review: Review) -> Iterator[tuple[int | str, float | None]]:
    """What a review satisfies, with how long that lasts."""
    triggers = frame.step.human if frame.step else ()
    for number in review.triggers:
        yield number, triggers[number].valid_for
    for guard in state.guards if review.guards else ():
        if guard.mark in review.guards:
            yield guard.mark, guard.trigger.valid_for
    for name in review.rules:
        rule = state.policies[review.policy][name]
        yield rule.mark, rule.trigger.valid_for


def budget_raised(state: RunState, event: BudgetRaised, _at: float) -> None:
    state.budget_times = event.times


def signal_received(state: RunState, event: SignalReceived, at: float) -> Frame | list[Frame] | None:
    match event.signal:
        case "event":
            return _event(state, event)
        case "correct":
            values = event.payload if isinstance(event.payload, dict) else {}
            state.corrections.append((values, event.by))
            return None
        case "pause":
            state.paused_at = at if state.paused_at is None and state.ending is None else state.paused_at
            return None
        case "unpause":
            return unpause(state, at)
        case "cancel" | "stop":
            woken = unpause(state, at)
            state.cancelled_by, state.stopped = event.by, event.signal == "stop"
            return woken or state.root
        case _:
            return None


def _event(state: RunState, event: SignalReceived) -> list[Frame]:
    state.event_count += 1
    state.events[state.event_count] = (event.name, event.payload)
    return list(state.waiting.get(event.name, {}).values())


def unpause(state: RunState, at: float) -> list[Frame]:
    """Time stood still for deadlines and timers; whatever came in meanwhile is looked at now."""
    if state.paused_at is None:
        return []
    away = max(0.0, at - state.paused_at)
    state.paused_at = None
    instants = {frame.timer: state.timers.due[frame.timer] for frame in state.frames.values() if _waits_until(frame)}
    state.timers.shift(away)
    for timer, due in instants.items():
        state.timers.set(timer, due)
    for review in list(state.reviews.values()):
        if review.due is not None:
            state.reviews[review.id] = replace(review, due=review.due + away)
    state.started_at += away  # so that `spent.elapsed` agrees with the timers of conditions over it
    for frame in state.frames.values():
        frame.due += away
    return list(state.frames.values())


def _waits_until(frame: Frame) -> bool:
    """Whether a step waits for an instant of the calendar, which no pause moves."""
    action = frame.step.action if frame.step is not None else None
    return isinstance(action, Wait) and action.until is not None and bool(frame.timer)
