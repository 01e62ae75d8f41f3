"""A run out of its journal: folded, and told who took it over if calls were in flight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from holdfast.core.behaviour import NEWEST
from holdfast.core.events import Entry, Observation, RunForked, RunRequested, StoreRestored, WorkerTookOver
from holdfast.core.interpreter import Interpreter
from holdfast.core.state import RunState
from holdfast.errors import StoreError
from holdfast.plan.program import Plan
from holdfast.uncollected import uncollected
from holdfast.values import value


@value
class Recovered:
    """A run as its journal tells it.

    Args:
        run: its id.
        plan: its own plan, whatever the file says by now.
        interpreter: folded to the last entry.
        seq: of the last entry.
        at: of the last entry.
        task, user: as they were when it was requested.
        worker: who has it now.
        first: what the interpreter has to observe before anything else. Where the run was created and nothing
            decided yet, that is its last entry: the request, or that it was forked.
        restored: the store was put back to a copy in which this run stood already; None: it was not.
        opening: the number of that entry; 0: something was decided already.
    """

    run: str
    plan: Plan
    interpreter: Interpreter
    seq: int
    at: float
    task: str
    user: str
    worker: str
    first: tuple[Observation, ...] = ()
    opening: int = 0
    restored: StoreRestored | None = None


def revive(
    run: str, plan: Plan, entries: Sequence[Entry], worker: str, restored: StoreRestored | None = None
) -> Recovered:
    """Fold a journal for `worker`, who takes the run over.

    Raises StoreError if the run has no journal, or was begun by a Holdfast that decides in a way unknown here.
    """
    if not entries:
        raise StoreError(f"run {run} has no journal: its store is damaged")
    requested, last = entries[0].event, entries[-1]
    if not isinstance(requested, RunRequested):
        raise StoreError(f"the journal of run {run} does not begin with its request: its store is damaged")
    if requested.behaviour > NEWEST:
        raise StoreError(f"run {run} was begun by a newer Holdfast, which decides otherwise: go on with it there")
    first: tuple[Observation, ...] = ()
    opening = isinstance(last.event, OPENINGS)
    if opening:
        interpreter, first = _folded(plan, entries[:-1]), (last.event,)  # type: ignore[assignment]
    else:
        interpreter = _folded(plan, entries)
        if interpreter.state.calls and not interpreter.state.finished:
            first = (WorkerTookOver(worker=worker),)
    task = last.event.run if isinstance(last.event, RunForked) else interpreter.state.task or requested.task
    return Recovered(
        run=run, plan=plan, interpreter=interpreter, seq=last.seq, at=last.at, task=task,
        user=requested.user, worker=worker, first=first, opening=last.seq if opening else 0,
        restored=restored,
    )  # fmt: skip


def _folded(plan: Plan, entries: Sequence[Entry]) -> Interpreter:
    with uncollected():
        return Interpreter.restore(plan, entries)


OPENINGS: Final = (RunRequested, RunForked)
"""What is recorded before anything is decided from it."""


def told_of_the_copy(
    restored: StoreRestored, state: RunState, observations: Sequence[Observation]
) -> Sequence[Observation]:
    """That the store was put back is the first that a run hears of a new life; once is enough."""
    known = state.restored
    return [restored, *observations] if known is None or known < restored.taken else observations
