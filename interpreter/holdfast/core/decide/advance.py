"""The one place that knows which step is looked at by whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from holdfast.core.decide import (
    aborts,
    answers,
    blocks,
    calls,
    children,
    corrections,
    ending,
    facts,
    loops,
    parallel,
    pending,
    questions,
    shares,
    stopping,
    undoing,
    waits,
)
from holdfast.core.decide.failing import dispose, take_alternative
from holdfast.core.decide.turn import Deciding, condition, unreadable
from holdfast.core.events import RunForked, RunRequested, SignalReceived, StepEntered, StepSkipped, StepSucceeded
from holdfast.core.keys import child
from holdfast.core.names import FactUnresolved
from holdfast.core.state import Frame
from holdfast.core.work import ChildWork, FactWork
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import (
    Action,
    Ask,
    Block,
    Call,
    Each,
    Handoff,
    Parallel,
    Repeat,
    SetFacts,
    Step,
    Stop,
    SubPlan,
    Switch,
    Wait,
)


def settle(d: Deciding) -> None:
    """Look at everything that has been touched, until nothing is left to decide."""
    state = d.state
    if state.children:
        _pass_on(d)
    if state.paused_at is not None:
        d.agenda.clear()
        return
    if state.cancelled_by is not None and ending.open_to_others(state) and state.run:
        why = f"cancelled by {state.cancelled_by}" if state.cancelled_by else "cancelled"
        ending.end_otherwise(d, "cancelled", undo=not state.stopped, why={"code": "cancel", "reason": why})
    if state.corrections:
        corrections.take(d)
    if state.asking:
        shares.answer(d)
    _look_first(d)
    while d.agenda:
        frame = d.agenda.popleft()
        if state.frames.get(frame.address) is frame:
            _look(d, frame)
        if d.changed:
            aborts.check(d)
    if state.asking:
        shares.answer(d)  # a person may have allowed more, or a step that stops asks no more


def _look_first(d: Deciding) -> None:
    """Abort conditions that nobody has looked at before, or not while the run was paused."""
    said = type(d.events[0])
    if said is RunRequested or said is RunForked or (said is SignalReceived and d.state.rules):
        d.take_note()
        d.changed.update(d.state.rules)
        aborts.check(d)


def _look(d: Deciding, frame: Frame) -> None:
    if d.noted:
        d.noted.clear()  # what was read and led to nothing is of no interest
    try:
        advance(d, frame)
    except FactUnresolved as unresolved:
        facts.need(d, frame, unresolved)


def _pass_on(d: Deciding) -> None:
    said = d.events[0]
    if isinstance(said, SignalReceived) and said.signal in children.PASSED_ON:
        children.pass_on(d, said.signal)


def advance(d: Deciding, frame: Frame) -> None:
    """Look at one active step: what has come, and what follows from it."""
    if frame.awaiting and frame.stopping is None and not frame.overdue:
        return
    if frame.watches:
        pending.advance(d, frame)
    elif frame.answers and not (frame.stopping is not None and stopping.withdrawn(d, frame)):
        answers.take(d, frame)
    elif frame.undo:
        undoing.go_on(d, frame)
    elif frame.overdue and frame.stopping is None:
        stopping.overdue(d, frame)
    elif frame.stopping is not None:
        stopping.go_on(d, frame)
    else:
        if frame.reviews:
            stopping.known_by_now(d, frame)
        if not frame.reviews and not frame.awaits:
            _advance_freely(d, frame)


def _advance_freely(d: Deciding, frame: Frame) -> None:
    """Nothing outside the step holds it up."""
    if frame.redo is not None:
        corrections.go_on(d, frame)
    elif frame.in_fallback:
        _advance_fallback(d, frame)
    elif type(frame.step and frame.step.action) is Call:
        if frame.doubted and frame.failure is None and frame.work is None:
            _begin_again(d, frame)
        else:
            calls.advance(d, frame)
    elif frame.failure is not None:
        if not frame.children:
            dispose(d, frame, frame.failure)
    elif not frame.begun:
        _begin_again(d, frame)
    else:
        _advance_composite(d, frame)


def _advance_fallback(d: Deciding, frame: Frame) -> None:
    if frame.children:
        return
    if frame.failure is not None:
        take_alternative(d, frame, frame.failure)
    elif frame.settled:
        blocks.conclude_fallback(d, frame)
    else:
        assert frame.step is not None  # noqa: S101 - only steps have alternatives
        alternative = frame.step.fallback[frame.alternative]
        enter(d, frame, alternative, child(frame.address, alternative.id))


def _begin_again(d: Deciding, frame: Frame) -> None:
    if frame.timer or frame.step is None:
        return
    if frame.parent is None:
        d.emit(StepEntered(address=frame.address))  # the plan itself, once more
        return
    step = frame.step
    d.patiently(step, frame.address, _begin, frame.parent, step, frame.address, doubted=frame.doubted)


def _advance_composite(d: Deciding, frame: Frame) -> None:
    if frame.work is None and (frame.step is None or type(frame.step.action) is Block):
        _advance_block(d, frame)  # the commonest, and the plan itself
        return
    if isinstance(frame.work, ChildWork):
        children.advance(d, frame, frame.work)
        return
    match frame.step and frame.step.action:
        case Each() as each:
            loops.advance_each(d, frame, each)
        case Repeat() as repeat:
            assert frame.step is not None  # noqa: S101 - it has the action
            d.patiently(frame.step, frame.address, loops.advance_repeat, frame, repeat)
        case Parallel() as branches:
            parallel.advance(d, frame, branches)
        case Wait() as wait:
            waits.advance_wait(d, frame, wait)
        case None if isinstance(frame.work, FactWork):
            _advance_fact(d, frame, frame.work)
        case _:
            _advance_block(d, frame)


def _advance_fact(d: Deciding, frame: Frame, work: FactWork) -> None:
    step = facts.next_step(d, frame, work)
    if step is not None:
        enter(d, frame, step, child(frame.address, step.id))


def _advance_block(d: Deciding, frame: Frame) -> None:
    if frame.children:
        return
    if not frame.cursor and not frame.address and d.state.plan.eager and facts.eager(d):
        return
    body = frame.body
    if body is None or frame.cursor == len(body.steps):
        blocks.conclude(d, frame)
    else:
        step = body.steps[frame.cursor]
        enter(d, frame, step, child(frame.address, step.id))


def enter(d: Deciding, parent: Frame, step: Step, address: str) -> None:
    """Begin a step, unless its condition says no or an earlier try of its block has done it already."""
    if d.state.pending:
        d.patiently(step, address, _enter, parent, step, address)
    else:
        _enter(d, parent, step, address)


def _enter(d: Deciding, parent: Frame, step: Step, address: str) -> None:
    state = d.state
    if address in state.kept and address not in state.invalid and address not in state.doubted:
        d.emit(StepSucceeded(address=address, output=state.kept[address], via="kept"))
        return
    memo = state.memos.get(address) if state.redoing else None
    if memo is None or not corrections.keep(d, parent, step, address, memo):
        _begin(d, parent, step, address, doubted=True)


def _begin(d: Deciding, parent: Frame, step: Step, address: str, *, doubted: bool) -> None:
    """Begin a step; `doubted`: whether its condition has not held yet. Once it has, later tries do not ask again."""
    if doubted and step.when is not None:
        held = condition(step.when, d.names(parent.inner or parent.scope, {"address": address}))
        if isinstance(held, ExpressionError):
            d.fail(address, unreadable(held))
            return
        if not held:
            if not corrections.leave(d, parent, step, address):
                d.emit(StepSkipped(address=address))
            return
    _BEGIN[type(step.action)](d, parent, step, address)


def _begin_ask(d: Deciding, parent: Frame, step: Step, address: str) -> None:
    assert isinstance(step.action, Ask)  # noqa: S101 - dispatched on it
    guess = facts.guess(parent.work) if isinstance(parent.work, FactWork) else None
    questions.ask(d, parent, address, step.action, guess)


def _begin_handoff(d: Deciding, parent: Frame, step: Step, address: str) -> None:
    assert isinstance(step.action, Handoff)  # noqa: S101 - dispatched on it
    questions.hand_over(d, parent, address, step.action)


_BEGIN: Final[Mapping[type[Action], Callable[[Deciding, Frame, Step, str], None]]] = {
    Call: calls.begin,
    Block: blocks.begin,
    Each: loops.begin_each,
    Repeat: blocks.begin,
    Parallel: blocks.begin,
    Switch: blocks.begin_switch,
    Ask: _begin_ask,
    Wait: waits.begin_wait,
    SetFacts: waits.set_facts,
    SubPlan: children.begin,
    Handoff: _begin_handoff,
    Stop: waits.stop,
}
"""By kind of action: how a step begins."""
