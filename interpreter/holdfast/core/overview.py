"""What a run is doing, in brief: for lists, for the command line, for the end of `run --json`."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.core.names import error_data
from holdfast.core.state import Frame, RunState
from holdfast.core.summary import Summary
from holdfast.core.work import ChildWork
from holdfast.plan.program import Wait


def summary_of(state: RunState, wake_at: float | None) -> Summary:
    """The run in brief. Costs time in proportion to what is active, never to the history."""
    status, waiting, result = status_of(state), tuple(_waiting(state)), _result(state)
    if state.paused:  # its time stands still
        waiting = tuple({**item, "due": None} if "due" in item else item for item in waiting)
    return Summary(status=status, wake_at=wake_at, waiting=waiting, result=result)


def status_of(state: RunState) -> str:
    """How a run ended, or what it is doing: running, waiting or paused."""
    if state.outcome is not None:
        return state.outcome.status
    if state.paused:
        return "paused"
    if state.calls or any(_is_to_begin(frame) for frame in state.children.values()):
        return "running"
    return "waiting"


def _is_to_begin(frame: Frame) -> bool:
    """Whether a child run is meant and may not stand in the store yet."""
    return isinstance(frame.work, ChildWork) and frame.work.state == "intended"


def _waiting(state: RunState) -> list[Mapping[str, object]]:
    waiting: list[Mapping[str, object]] = [
        {
            "for": "review",
            "id": review.id,
            "address": review.address,
            "to": review.to,
            "question": review.question,
            "due": review.due,
        }
        for review in state.reviews.values()
    ]
    waiting += [
        {"for": "pending", "address": one.address, "subject": one.subject, "event": one.terms.event, "due": one.due}
        for one in state.pending.values()
    ]
    if state.asked and state.lineage is not None:
        waiting.append({"for": "budget", "address": "", "run": state.lineage.parent})
    for frame in state.frames.values():
        if frame.watches:
            continue
        action = frame.step and frame.step.action
        event = action.event if isinstance(action, Wait) else None
        if isinstance(frame.work, ChildWork):
            if frame.work.state not in {"intended", "started"}:  # it is over, and the step is about its failure
                continue
            due = state.timers.due.get(frame.timer)
            waiting.append({"for": "run", "address": frame.address, "run": frame.work.intended.child, "due": due})
        elif event is not None:
            due = state.timers.due.get(frame.timer)
            waiting.append({"for": "event", "address": frame.address, "event": event, "due": due})
        elif frame.timer:
            kind = frame.timer.partition(":")[0]
            if kind == "deferred":
                due = state.timers.due.get(frame.timer)
                waiting.append({"for": "completion", "address": frame.address, "due": due})
                continue
            due = state.timers.due.get(frame.timer)
            waiting.append({"for": "timer", "address": frame.address, "kind": kind, "due": due})
    return waiting


def _result(state: RunState) -> Mapping[str, object]:
    spent = state.spent
    used = {"calls": spent.calls, "tokens": spent.tokens, "cost": spent.cost, "failures": spent.failures}
    data: dict[str, object] = {"spent": used}
    if state.pending or state.unconfirmed:
        data["pending"] = [
            {"address": one.address, "subject": one.subject, "state": known}
            for known, some in (("open", state.pending), ("unconfirmed", state.unconfirmed))
            for one in some.values()
        ]
    if state.events:
        data["events"] = len(state.events)
    outcome = state.outcome
    if outcome is not None:
        used["elapsed"] = round(state.ended_at - state.started_at, 3)  # before, it grows while nothing is written
        data["output"] = outcome.output
        data["error"] = None if outcome.error is None else error_data(outcome.error)
        data["via"] = outcome.via
        data["notes"] = list(outcome.notes)
    return data
