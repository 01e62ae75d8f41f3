"""One turn of deciding: an observation comes in, decisions are emitted until nothing is left to look at.

Law: deciding reads the state and changes it through `emit` alone, so the journal holds everything that was decided.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from holdfast.core import events
from holdfast.core.actions import Action, Change, Turn
from holdfast.core.events import READING, Event
from holdfast.core.evolve import EVOLVE
from holdfast.core.failure import Failure
from holdfast.core.names import RunNames
from holdfast.core.project import ACTIONS, CHANGES, closed, compensated
from holdfast.core.provenance import names_of
from holdfast.core.scope import Scope
from holdfast.core.state import Frame, RunState
from holdfast.core.unsettled import Unsettled
from holdfast.core.work import CallWork
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import Expression, Names, Step

_CHANGED: Final[dict[type[Event], tuple[str, ...]]] = {
    events.RunRequested: ("labels", "spent", "inputs", "facts", "run", "steps", "now"),
    events.PlanMigrated: ("inputs",),
    events.RunForked: ("labels", "spent", "inputs", "facts", "run", "steps", "now"),
    events.CallReturned: ("spent",),
    events.CallFailed: ("spent",),
    events.CallDeferred: ("spent",),
    events.CallCompleted: ("spent",),
    events.CompletionMissed: ("spent",),
    events.CheckFailed: ("spent",),
    events.ChildFinished: ("spent",),
    events.CallIntended: ("spent",),
    events.TimerFired: ("spent", "now"),
    events.FactsSet: ("facts",),
    events.FactResolved: ("facts",),
    events.StepEntered: ("spent", "facts"),
    events.StepSucceeded: ("steps", "labels"),
    events.StepFailed: ("steps", "labels"),
    events.StepSkipped: ("steps",),
    events.PendingSettled: ("steps",),
}
"""Which names an event may give new values: abort conditions that read them are looked at again."""

_NOTHING: Final[Mapping[str, object]] = {}

_MEANS: Final = {kind: (evolve, CHANGES.get(kind), ACTIONS.get(kind)) for kind, evolve in EVOLVE.items()}
"""By kind of event: how it changes the state, the tables beside the journal, and what it asks an engine to do."""


class Deciding:
    """A turn in the making.

    Args:
        state: of the run; changed by `emit` alone.
        at: the instant of the turn, seconds since 1970.
    """

    __slots__ = ("actions", "agenda", "at", "changed", "changes", "events", "noted", "patient", "state")

    def __init__(self, state: RunState, at: float) -> None:
        self.state = state
        self.at = at
        self.events: list[Event] = []
        self.changes: list[Change] = []
        self.actions: list[Action] = []
        self.agenda: deque[Frame] = deque()
        self.changed: set[str] = set()
        self.patient = False
        self.noted: dict[str, None] | None = {} if state.tracked else None
        """What expressions have read since the last event that says so; None: this run does not record it."""

    def emit(self, event: Event) -> None:
        """Put an event on record and let it change the state."""
        kind = type(event)
        state = self.state
        if self.noted and kind in READING:
            event = replace(event, reads=tuple(self.noted))  # type: ignore[arg-type]
            self.noted.clear()
        if state.undoing:
            self.changes += compensated(state, event)
        if state.callbacks and (done := closed(state, event)) is not None:
            self.changes.append(done)
        self.events.append(event)
        evolve, project, ask = _MEANS[kind]
        touched = evolve(state, event, self.at)
        if project is not None and (made := project(state, event, touched)) is not None:
            if type(made) is list:
                self.changes += made
            else:
                self.changes.append(made)  # type: ignore[arg-type]
        if ask is not None:
            self.actions.append(ask(state, event))
        if state.rules:
            self.changed.update(_CHANGED.get(kind, ()))
        if touched is None:
            return
        if type(touched) is list:
            self.agenda.extend(touched)
        else:
            self.agenda.append(touched)  # type: ignore[arg-type]

    def take_note(self) -> None:
        """Begin to record what is read, where the run that has just begun wants that."""
        if self.noted is None and self.state.tracked:
            self.noted = {}

    def act(self, action: Action) -> None:
        """Ask the engine for something that is no event of its own."""
        self.actions.append(action)

    def names(self, scope: Scope, extra: Mapping[str, object] = _NOTHING) -> RunNames:
        """What an expression sees at this instant."""
        return RunNames(self.state, scope, self.at, extra, self.noted, patient=self.patient)

    def aside(self, scope: Scope, extra: Mapping[str, object] = _NOTHING) -> RunNames:
        """The same for what decides about a step without being part of it, such as triggers: no reads of the step's."""
        return RunNames(self.state, scope, self.at, extra)

    def known(self, scope: Scope) -> RunNames:
        """The same for a condition that resolves no facts: what is not known is not there."""
        labels = {"labels": names_of(self.state.labels)} if self.state.tracked else _NOTHING
        return RunNames(self.state, scope, self.at, labels, resolve=False)

    def done(self) -> Turn:
        """The turn as it came out."""
        return Turn(self.at, tuple(self.events), tuple(self.changes), tuple(self.actions))

    def patiently(self, step: Step, address: str, act: Callable[..., None], *args: object, **how: object) -> None:
        """Do something for a step which reads outputs; one that rests on a pending operation is waited for."""
        if not self.state.pending or step.accept_pending:
            act(self, *args, **how)
            return
        self.patient = True
        try:
            act(self, *args, **how)
        except Unsettled as gap:
            self.emit(events.PendingAwaited(address=address, pending=gap.operation))
        finally:
            self.patient = False

    def render(self, call: CallWork, address: str) -> None:
        """Put a call's arguments on record before it is intended."""
        self.emit(
            events.ArgumentsRendered(
                address=address, args=call.args, key=call.key, digest=call.digest, subject=call.subject
            )
        )

    def fail(self, address: str, error: Failure) -> None:
        """The current try of a step failed for a reason of the interpreter's own."""
        self.emit(events.TryFailed(address=address, error=error))


def unreadable(problem: ExpressionError) -> Failure:
    """The failure of a step one of whose expressions could not be evaluated."""
    code = problem.code if problem.code in {"expired", "failed_precondition"} else "invalid"
    return Failure(code=code, message=str(problem), happened=False)


def condition(expression: Expression | None, names: Names) -> bool | ExpressionError:
    """Whether a condition holds (no condition always does), or why it cannot be told."""
    if expression is None:
        return True
    try:
        return bool(expression.evaluate(names))
    except ExpressionError as problem:
        return problem
