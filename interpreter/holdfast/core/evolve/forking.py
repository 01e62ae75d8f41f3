"""How a run goes on from the history of another one (11-hard-cases 23)."""

from __future__ import annotations

from holdfast.core.events import RunForked
from holdfast.core.evolve.frames import close
from holdfast.core.evolve.people import unpause
from holdfast.core.evolve.waking import wake
from holdfast.core.keys import default_key, fact_address, forked_key
from holdfast.core.provenance import HUMAN
from holdfast.core.state import Frame, RunState
from holdfast.core.work import CallWork
from holdfast.plan.program import Ask, Handoff


def run_forked(state: RunState, event: RunForked, at: float) -> list[Frame]:
    """It is another run from here on, with keys of its own; time stood still in between; all is looked at again."""
    own = {frame.address: state.own_key(frame.address) for frame in state.frames.values()}
    state.run = state.task = state.forked = event.run
    state.key_prefix = default_key(state.user, state.plan.name, event.run, "")
    state.inputs = {**state.inputs, **event.inputs}
    state.restored = None  # under keys of its own nothing can have been done
    for of_the_other in (state.effects, state.approvals, state.intents, state.subjects, state.callbacks):
        of_the_other.clear()
    state.paused_at = event.since if state.paused_at is None else state.paused_at
    unpause(state, at)
    for name, value in event.facts.items():
        _know(state, name, value)
    for frame in list(state.frames.values()):
        _anew(state, frame, own[frame.address])
    return list(state.frames.values())


def _know(state: RunState, name: str, value: object) -> None:
    """A person says what a fact is here; nobody needs to find it out any more."""
    state.facts[name], state.versions[name] = value, state.versions.get(name, 1) + 1
    state.fact_labels[name], state.fact_reads[name] = HUMAN, {}
    state.fact_confidence.pop(name, None)
    state.missing.pop(name, None)
    finding = state.frames.get(fact_address(name))
    if finding is not None:
        for part in list(finding.children.values()):
            _withdraw(state, part)
            close(state, part)
        close(state, finding)
    wake(state, name)


def _anew(state: RunState, frame: Frame, own_key: str) -> None:
    """What waits for the other run's calls and people begins again; what has come already is gone on from."""
    _withdraw(state, frame)
    work = frame.work
    if isinstance(work, CallWork):
        work.noted = True  # what took place is the other run's to undo
        if work.key:
            work.key = state.own_key(frame.address) if work.key == own_key else forked_key(work.key, state.forked)
        waits = work.state != "returned" and frame.failure is None and not frame.in_fallback
    else:
        waits = isinstance(frame.step and frame.step.action, Ask | Handoff)
    if waits and not frame.answers and not frame.children:
        close(state, frame)


def _withdraw(state: RunState, frame: Frame) -> None:
    """Questions that nobody has answered are the other run's."""
    answered = {given.review for given in frame.answers}
    for review in [one for one in frame.reviews if one not in answered]:
        frame.reviews.remove(review)
        del state.reviews[review]
        state.heard.pop(review, None)
        state.timers.drop(f"review:{review}")
        frame.failure_reviewed = False
