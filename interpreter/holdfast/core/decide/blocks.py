"""Blocks and cases: one step after the other."""

from __future__ import annotations

from holdfast.core.decide import corrections, ending
from holdfast.core.decide.finishing import succeed
from holdfast.core.decide.turn import Deciding, condition, unreadable
from holdfast.core.events import UNSET, StepEntered
from holdfast.core.failure import Failure
from holdfast.core.state import Frame
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import Block, Step, Switch, Template


def begin(d: Deciding, _parent: Frame, _step: Step, address: str) -> None:
    """A step that needs nothing but to be entered."""
    d.emit(StepEntered(address=address))


def begin_switch(d: Deciding, parent: Frame, step: Step, address: str) -> None:
    """Take the first case that holds; none: the step is done with no output."""
    assert isinstance(step.action, Switch)  # noqa: S101 - dispatched on it
    names = d.names(parent.inner or parent.scope, {"address": address})
    for number, (when, _) in enumerate(step.action.cases):
        held = condition(when, names)
        if isinstance(held, ExpressionError):
            d.fail(address, unreadable(held))
            return
        if held:
            d.emit(StepEntered(address=address, case=number))
            return
    d.emit(StepEntered(address=address))


def conclude(d: Deciding, frame: Frame) -> None:
    """A block has come to its end: its output is its own, or its last step's."""
    if frame.address == "":
        if not (d.state.invalid and corrections.sweep(d, frame)):
            _conclude_plan(d, frame)
        return
    template = _output(frame)
    if template is None:
        succeed(d, frame)
        return
    try:
        output = template.render(d.names(frame.scope, {"output": frame.output, "address": frame.address}))
    except ExpressionError as problem:
        d.fail(frame.address, unreadable(problem))
        return
    succeed(d, frame, output)


def _output(frame: Frame) -> Template | None:
    return frame.body.output if frame.body is not None else None


def _conclude_plan(d: Deciding, root: Frame) -> None:
    template = d.state.plan.output
    try:
        output = None if template is None else template.render(d.names(root.scope))
    except ExpressionError as problem:
        message = f"the plan's output could not be made: {problem}"
        undo = d.state.plan.on_failure == "compensate"
        ending.end(d, "failed", error=Failure(code="invalid", message=message), undo=undo)
        return
    ending.end(d, "succeeded", output=output)


def conclude_fallback(d: Deciding, frame: Frame) -> None:
    """An alternative succeeded: the step has its output; the plan has the alternative's own, if it declares one."""
    if frame.address != "":
        succeed(d, frame, UNSET)
        return
    if d.state.invalid and corrections.sweep(d, frame):
        return
    step = frame.step
    action = step.fallback[frame.alternative].action if step is not None else None
    output = frame.output if isinstance(action, Block) and action.output is not None else None
    ending.end(d, "succeeded", output=output, via="fallback")
