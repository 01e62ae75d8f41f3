"""Decides what one run does next. Pure: no clock, no I/O, no randomness, no global state.

The law: `restore(entries[:n])` followed by an observation gives the decisions that the live interpreter gives, for
every n at which an append ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from holdfast.core.actions import Action, Turn
from holdfast.core.decide.advance import settle
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import Entry, Observation
from holdfast.core.evolve import EVOLVE
from holdfast.core.offspring import child_action, told_actions
from holdfast.core.overview import summary_of
from holdfast.core.project import call_action
from holdfast.core.state import RunState
from holdfast.core.summary import Summary
from holdfast.plan.program import Plan


class Interpreter:
    """The mind of one run.

    Args:
        plan: the compiled plan the run is pinned to.
    """

    __slots__ = ("state",)

    def __init__(self, plan: Plan) -> None:
        self.state = RunState(plan)

    @classmethod
    def restore(cls, plan: Plan, entries: Iterable[Entry]) -> Interpreter:
        """The interpreter as it was after these entries: resume is a fold."""
        interpreter = cls(plan)
        state = interpreter.state
        for entry in entries:
            if state.outcome is not None:
                break
            event = entry.event
            EVOLVE[type(event)](state, event, entry.at)
        return interpreter

    def observe(self, observation: Observation, at: float) -> Turn:
        """Take in what happened and decide what follows.

        Total: an observation that no longer matters is recorded and changes nothing else.

        Args:
            observation: what came in.
            at: when, seconds since 1970; never less than at the observation before.

        Returns:
            The events to be appended, the changes that go with them, and the actions to be performed once both are
            committed.
        """
        deciding = Deciding(self.state, at)
        if self.state.outcome is not None:
            deciding.events.append(observation)
            return deciding.done()
        deciding.emit(observation)
        settle(deciding)
        return deciding.done()

    def outstanding(self) -> Sequence[Action]:
        """What is in flight, for an engine that has just restored the run."""
        state = self.state
        actions: list[Action] = [call_action(state, frame) for frame in state.calls.values()]
        for frame in state.children.values():
            actions.append(child_action(state, frame))
            actions += told_actions(state, frame)
        return actions

    def next_due(self) -> float | None:
        """When the earliest timer is due, seconds since 1970; None without one, and while the run is paused."""
        first = None if self.state.paused_at is not None else self.state.timers.first()
        return None if first is None else first[0]

    def due(self, now: float) -> str | None:
        """A timer whose time has come, to be observed as `TimerFired`."""
        first = None if self.state.paused_at is not None else self.state.timers.first()
        return first[1] if first is not None and first[0] <= now else None

    def summary(self) -> Summary:
        """What lists of runs show of this one."""
        return summary_of(self.state, self.next_due())
