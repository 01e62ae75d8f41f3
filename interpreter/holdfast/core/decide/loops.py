"""`each` and `repeat`."""

from __future__ import annotations

from collections import Counter

from holdfast.core.decide.finishing import succeed
from holdfast.core.decide.turn import Deciding, condition, unreadable
from holdfast.core.events import StepEntered, WaitStarted
from holdfast.core.failure import Failure
from holdfast.core.keys import escape
from holdfast.core.state import Frame
from holdfast.core.work import EachWork, RepeatWork
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.expressions.values import describe
from holdfast.plan.program import Each, Repeat, Step


def begin_each(d: Deciding, parent: Frame, step: Step, address: str) -> None:
    """Fix the items and their keys; the loop works on these, whatever changes later."""
    each = step.action
    assert isinstance(each, Each)  # noqa: S101 - dispatched on it
    scope = parent.inner or parent.scope
    try:
        items = each.items.evaluate(d.names(scope, {"address": address}))
    except ExpressionError as problem:
        d.fail(address, unreadable(problem))
        return
    if not isinstance(items, list):
        _refuse(d, address, f"`in: {each.items.source}` has to give a list, not {describe(items)}")
    elif len(items) > each.max:
        _refuse(d, address, f"{len(items)} items are more than `max: {each.max}` allows")
    else:
        _enter_each(d, parent, each, address, items)


def _enter_each(d: Deciding, parent: Frame, each: Each, address: str, items: list[object]) -> None:
    keys: list[str] = []
    for index, item in enumerate(items):
        names = d.names(parent.inner or parent.scope, {each.name: item, "index": index, "address": address})
        try:
            key = index if each.key is None else each.key.evaluate(names)
        except ExpressionError as problem:
            d.fail(address, unreadable(problem))
            return
        keys.append(escape(str(key)))
    if len(set(keys)) < len(keys):
        twice = Counter(keys).most_common(1)[0][0]
        _refuse(d, address, f"two items have the key `{twice}`: each item needs one of its own")
        return
    d.emit(StepEntered(address=address, items=tuple(items), keys=tuple(keys)))


def _refuse(d: Deciding, address: str, message: str) -> None:
    d.fail(address, Failure(code="invalid", message=message, happened=False))


def advance_each(d: Deciding, frame: Frame, each: Each) -> None:
    """Start as many iterations as may run at once; done when none is left."""
    work = frame.work
    assert isinstance(work, EachWork)  # noqa: S101 - entered
    while frame.failure is None and work.next < len(work.items) and len(frame.children) < each.concurrency:
        d.emit(StepEntered(address=f"{frame.address}[{work.keys[work.next]}]"))
    if not frame.children and frame.failure is None:
        succeed(d, frame)


def advance_repeat(d: Deciding, frame: Frame, repeat: Repeat) -> None:
    """Another round, unless the condition holds after the last one or the rounds are used up."""
    work = frame.work
    assert isinstance(work, RepeatWork)  # noqa: S101 - entered
    if frame.children or frame.timer:
        return
    if work.rounds and not work.paced and _round_ended(d, frame, repeat, work):
        return
    d.emit(StepEntered(address=f"{frame.address}[{work.rounds}]"))


def _round_ended(d: Deciding, frame: Frame, repeat: Repeat, work: RepeatWork) -> bool:
    """Whether the next round has to wait, or there is none."""
    held: bool | ExpressionError = False
    if repeat.until is not None:
        held = condition(repeat.until, d.names(work.scopes[-1], {"output": frame.output, "address": frame.address}))
    used_up = work.rounds >= repeat.max
    if isinstance(held, ExpressionError):
        d.fail(frame.address, unreadable(held))
    elif held or (used_up and repeat.until is None):
        succeed(d, frame)
    elif used_up:
        source = repeat.until.source if repeat.until is not None else ""
        message = f"`until: {source}` did not hold after {work.rounds} rounds"
        d.fail(frame.address, Failure(code="failed_precondition", message=message, happened=False))
    elif repeat.every > 0:
        d.emit(WaitStarted(address=frame.address, due=d.at + repeat.every))
    else:
        return False
    return True
