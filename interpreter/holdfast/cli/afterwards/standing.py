"""How a run stands in the middle of its history: facts and what is active, as lines and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.cli.terminal import times
from holdfast.cli.terminal.output import compact, plain
from holdfast.core.provenance import names_of
from holdfast.core.work import CallWork, ChildWork, EachWork, ParallelWork, RepeatWork

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.core.events import Event
    from holdfast.core.state import Frame, RunState


def fact_data(state: RunState) -> dict[str, dict[str, object]]:
    """Each fact with its value, labels, confidence and version."""
    return {
        name: {
            "value": value,
            "labels": names_of(state.fact_labels.get(name, 0)),
            "confidence": state.fact_confidence.get(name),
            "version": state.versions.get(name, 1),
        }
        for name, value in state.facts.items()
    }


def fact_lines(state: RunState) -> list[str]:
    """The same for people."""
    lines = [f"{plain(name)} = {compact(known['value'])}{_about(known)}" for name, known in fact_data(state).items()]
    missing = [f"{plain(name)} cannot be had: {plain(error.message)}" for name, error in state.missing.items()]
    unknown = [
        f"{plain(name)} is not known yet"
        for name in state.plan.facts
        if name not in state.facts and name not in state.missing
    ]
    return lines + missing + unknown


def _about(known: Mapping[str, object]) -> str:
    labels, confidence, version = known["labels"], known["confidence"], known["version"]
    said = [*(labels if isinstance(labels, list) else ())]
    said += [f"confidence {confidence:g}"] if isinstance(confidence, float) else []
    said += [f"version {version}"] if version != 1 else []
    return f"  ({', '.join(said)})" if said else ""


def frame_data(state: RunState) -> list[dict[str, object]]:
    """Every step that is under way, and what about."""
    return [
        {"address": frame.address, "attempt": frame.attempt, "doing": doing(state, frame), "due": _due(state, frame)}
        for frame in state.frames.values()
        if frame.address
    ]


def frame_lines(state: RunState, at: float) -> list[str]:
    """The same for people, as a tree."""
    lines: list[str] = []
    root = state.frames.get("")
    tops = [frame for frame in state.frames.values() if frame.parent in (None, root) and frame.address]
    for frame in tops:
        _tree(state, frame, 0, at, lines)
    return lines


def _tree(state: RunState, frame: Frame, depth: int, at: float, lines: list[str]) -> None:
    due = _due(state, frame)
    when = f", {times.until(due, at)}" if due is not None else ""
    again = f", attempt {frame.attempt}" if frame.attempt > 1 else ""
    lines.append(f"{'  ' * depth}{plain(frame.address)}: {doing(state, frame)}{again}{when}")
    for part in frame.children.values():
        _tree(state, part, depth + 1, at, lines)


def _due(state: RunState, frame: Frame) -> float | None:
    reviews = [state.reviews[review].due for review in frame.reviews]
    known = [state.timers.due.get(frame.timer), *reviews] if frame.timer or reviews else []
    return min((due for due in known if due is not None), default=None)


_STATES = {
    "in_flight": "its call is under way",
    "checking": "its tool is asked whether the effect took place",
    "returned": "its call returned",
    "failed": "its call failed",
    "check_failed": "the check failed",
    "interrupted": "its call was interrupted",
    "waiting": "it waits before it calls",
    "settling": "an unknown outcome is being settled",
    "ready": "its call is due",
    "unsettled": "an unknown outcome is due to be settled",
    "deferred": "its result comes later",
}


def doing(state: RunState, frame: Frame) -> str:
    """What a step is about, in a few words."""
    if frame.stopping is not None:
        return "it is being stopped"
    if frame.reviews:
        return ", ".join(f"waits for {plain(state.reviews[review].to)} to decide {review}" for review in frame.reviews)
    if frame.awaiting:
        return f"waits for the fact {plain(frame.awaiting)}"
    if frame.awaits:
        return f"waits until the effect of {plain(frame.awaits)} is confirmed"
    return _at_work(frame)


def _at_work(frame: Frame) -> str:
    match frame.work:
        case CallWork() as work:
            return f"{_STATES.get(work.state, 'arguments stand')} ({work.contract.name})"
        case EachWork() as work:
            return f"{frame.cursor} of {len(work.items)} items done"
        case RepeatWork() as work:
            return f"round {work.rounds}"
        case ParallelWork() as work:
            return f"{work.succeeded} of {len(work.outputs)} branches done"
        case ChildWork() as work:
            return f"its child run {work.intended.child} {work.state}"
        case _:
            return "waits for its timer" if frame.timer else "under way"


def placed(event: Event) -> str:
    """The name of a kind of event, with the step that it is about."""
    address = str(getattr(event, "address", "")) or str(getattr(getattr(event, "review", None), "address", ""))
    return f"{type(event).__name__}{f' at {plain(address)}' if address else ''}"
