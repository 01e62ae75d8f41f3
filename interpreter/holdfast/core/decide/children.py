"""`plan`: a child run, begun, watched and told what its parent is told (2-plan-language 3).

The parent's journal holds that the child is meant, under an id that every crash finds again, and how it ended. What
lies between is in the child's own journal.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from holdfast.core.allowance import share
from holdfast.core.decide import budgets, corrections, reviews
from holdfast.core.decide.finishing import succeed
from holdfast.core.decide.sources import source_of
from holdfast.core.decide.turn import Deciding, unreadable
from holdfast.core.events import ChildIntended, ChildSignalled, StepSucceeded
from holdfast.core.failure import Failure
from holdfast.core.keys import child_run
from holdfast.core.lineage import MAX_DEPTH
from holdfast.core.provenance import INFERRED, UNTRUSTED, names_of, resolve
from holdfast.core.state import Frame
from holdfast.core.work import ChildWork
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import Names, Step, SubPlan

PASSED_ON = frozenset({"pause", "unpause"})
"""What is said to a run is said to its children too; to be cancelled reaches them as steps that stop."""


@dataclass(slots=True)
class _Inputs:
    """What a child is given, and of each input what is doubtful about it."""

    values: dict[str, object]
    doubts: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    certainties: dict[str, float] = field(default_factory=dict[str, float])

    def render(self, d: Deciding, parent: Frame, action: SubPlan, names: Names) -> None:
        """Make them of what the parent knows. Raises ExpressionError."""
        noted: dict[str, None] = d.noted if d.noted is not None else {}
        read = dict(noted)
        noted.clear()

        def made(name: str) -> None:
            origin = resolve(d.state, parent.inner or parent.scope, noted)
            if doubts := tuple(names_of(origin.labels & (INFERRED | UNTRUSTED))):
                self.doubts[name] = doubts
            if origin.confidence < 1:
                self.certainties[name] = origin.confidence
            read.update(noted)
            noted.clear()

        try:
            self.values = action.arguments.render_each(names, made)
        finally:
            noted.update({**read, **noted})


def begin(d: Deciding, parent: Frame, step: Step, address: str) -> None:
    """Render the inputs and intend the child."""
    action = step.action
    assert isinstance(action, SubPlan)  # noqa: S101 - dispatched on it
    lineage = d.state.lineage
    if lineage is not None and lineage.depth + 1 >= MAX_DEPTH:
        message = f"runs wait for each other {MAX_DEPTH} deep already: a plan that starts itself needs an end"
        d.fail(address, Failure(code="failed_precondition", message=message, happened=False))
        return
    inputs = _Inputs({})
    try:
        names = d.names(parent.inner or parent.scope, {"address": address})
        text = "" if action.source is None else source_of(action.source, names)
        read = tuple(d.noted or ())
        inputs.render(d, parent, action, names)
    except ExpressionError as problem:
        d.fail(address, unreadable(problem))
        return
    if isinstance(text, Failure):
        d.fail(address, text)
        return
    before, now = d.state.given.get(address), (text, inputs.values)
    corrected = before is not None and before != now and address in d.state.invalid
    if corrected and corrections.undo_children(d, parent, address):
        return
    changed = corrected or (before is not None and before[0] != text)
    used = budgets.refused(d, address)
    if used is None:
        if not budgets.awaited(d, address):
            _intend(d, parent, step, action, address, inputs, text, read, changed=changed)
    elif used:
        reviews.about_budget(d, address, used, "", inputs.values)


def _intend(
    d: Deciding,
    parent: Frame,
    step: Step,
    action: SubPlan,
    address: str,
    inputs: _Inputs,
    text: str,
    read: tuple[str, ...],
    *,
    changed: bool,
) -> None:
    state = d.state
    frame = state.frames.get(address)
    attempt = frame.attempt if frame is not None else 1
    given = share(state, parent)
    d.emit(
        ChildIntended(
            address=address,
            child=child_run(action.plan or step.id, state.run, state.child_count),
            plan=action.plan,
            plan_hash="" if text else state.plans[state.plan.hash][action.plan],
            inputs=inputs.values,
            attempt=attempt,
            calls=given.calls,
            tokens=given.tokens,
            cost=given.cost,
            due=None if step.timeout is None else d.at + step.timeout,
            source=text,
            source_reads=read,
            changed=changed,
            doubts=inputs.doubts,
            certainties=inputs.certainties,
        )
    )


def advance(d: Deciding, frame: Frame, work: ChildWork) -> None:
    """The child ended well, or its time is up."""
    if work.state == "succeeded":
        succeed(d, frame)
    elif work.expired:
        tell(d, frame, work, "stop")


def hold(d: Deciding, frame: Frame, work: ChildWork) -> bool:
    """Whether a stopping step still has to wait for its child, or has just been concluded."""
    if work.state in {"intended", "started"}:
        tell(d, frame, work, "stop")
        return True
    if work.state == "succeeded":
        d.emit(StepSucceeded(address=frame.address))
        return True
    return False


def tell(d: Deciding, frame: Frame, work: ChildWork, signal: str) -> None:
    """Reach the child, once. One that is to stop is told nothing else."""
    if work.told not in {signal, "stop"}:
        d.emit(ChildSignalled(address=frame.address, signal=signal))


def pass_on(d: Deciding, signal: str) -> None:
    """What the run is told, its children are told."""
    for frame in list(d.state.children.values()):
        assert isinstance(frame.work, ChildWork)  # noqa: S101 - `children` holds no other frames
        tell(d, frame, frame.work, signal)
