"""How pending operations and subjects change a run."""

from __future__ import annotations

from holdfast.core.events import (
    PendingAwaited,
    PendingOpened,
    PendingReleased,
    PendingSettled,
    SubjectDue,
    SubjectFreed,
    SubjectHeld,
)
from holdfast.core.evolve.calls import free
from holdfast.core.evolve.frames import close, drop_wait, locate
from holdfast.core.pending import operation_id, terms_of, watch_address, watching
from holdfast.core.scope import Scope
from holdfast.core.state import Frame, Operation, RunState
from holdfast.core.times import iso
from holdfast.core.work import CallWork
from holdfast.plan.program import Pending, Step


def pending_opened(state: RunState, event: PendingOpened, at: float) -> Frame:
    frame, name = state.frames[event.address], operation_id(state, event.address)
    terms = terms_of(frame)
    assert terms is not None  # noqa: S101 - decided by them
    work = frame.call
    work.opened = True
    state.pending[name] = Operation(name, work.contract.name, work.subject, terms, event.due)
    return _begin_watch(state, frame, name, terms, event.due, at)


def _begin_watch(state: RunState, frame: Frame, name: str, terms: Pending, due: float, at: float) -> Frame:
    """What looks for the confirmation belongs to no block: it outlives the step, and holds up nothing but the end."""
    work, address = frame.call, watch_address(name)
    names = {"args": work.args, "output": work.output, "started_at": iso(work.first_at), "address": frame.address}
    step = Step(id="~pending", action=watching(terms))
    watch = Frame(address, step, None, None, Scope(frame.inner or frame.scope, None, names), at, due, limited=True)
    watch.watches = name
    state.frames[address] = watch
    state.timers.set(f"deadline:{address}", due)
    if terms.event is not None:
        state.waiting.setdefault(terms.event, {})[address] = watch
    return watch


def pending_awaited(state: RunState, event: PendingAwaited, at: float) -> None:
    unbegun = event.address not in state.frames
    frame = locate(state, event.address, at)
    frame.awaits, frame.unbegun = event.pending, unbegun
    state.pending[event.pending].readers[event.address] = None


def pending_settled(state: RunState, event: PendingSettled, _at: float) -> list[Frame]:
    operation = state.pending.pop(event.address, None)
    if operation is None:
        del state.unconfirmed[event.address]
        free(state, event.subject, event.address)
        return []
    close(state, state.frames[watch_address(event.address)])
    if event.outcome in {"confirmed", "released", "undone"}:
        free(state, event.subject, event.address)
        if operation.result is not None:
            operation.result.status = "succeeded"
    else:
        state.unconfirmed[event.address] = operation
        state.notes.append(f"not confirmed: {event.address}")
        if event.until is not None:
            state.subjects[event.subject] = (event.address, event.until)
    return _freed_readers(state, operation)


def _freed_readers(state: RunState, operation: Operation) -> list[Frame]:
    """Steps that waited for it go on; those that had not begun are begun anew by the block they stand in."""
    touched: list[Frame] = []
    for address in operation.readers:
        frame = state.frames.get(address)
        if frame is not None and frame.awaits == operation.address:
            frame.awaits = ""
            if frame.unbegun and frame.parent is not None:
                close(state, frame)
                frame = frame.parent
            touched.append(frame)
    touched.append(state.frames[""])
    return touched


def pending_released(state: RunState, event: PendingReleased, _at: float) -> Frame | None:
    operation = state.pending.get(event.address)
    if operation is None:
        return None
    operation.released = event.by
    return state.frames[watch_address(event.address)]


# --- subjects ---------------------------------------------------------------------------------------------------------


def subject_held(state: RunState, event: SubjectHeld, at: float) -> None:
    state.held[event.subject] = (event, at)


def subject_due(state: RunState, event: SubjectDue, _at: float) -> None:
    """Who waits for it looks again at that instant, if not before."""
    for address in state.queued_for.get(event.subject, ()):
        frame = state.frames.get(address)
        if frame is not None and frame.timer.startswith("claim:"):
            state.timers.set(frame.timer, min(event.until, state.timers.due[frame.timer]))


def subject_freed(state: RunState, event: SubjectFreed, at: float) -> list[Frame]:
    known = state.held.get(event.subject)
    if known is not None and known[1] < at:  # one that was said at this instant is news: somebody was faster
        del state.held[event.subject]
    waiting = [state.frames.get(address) for address in state.queued_for.pop(event.subject, {})]
    return [frame for frame in waiting if frame is not None and _goes_on(state, frame)]


def _goes_on(state: RunState, frame: Frame) -> bool:
    """Wake a call that waits for its subject."""
    if not isinstance(frame.work, CallWork) or not frame.timer.startswith("claim:"):
        return False
    drop_wait(state, frame)
    frame.work.state = "ready"
    return True
