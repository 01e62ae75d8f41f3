"""A run out of its journal: folded, and told who took it over if calls were in flight."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.core.behaviour import NEWEST
from holdfast.core.events import Entry, Observation, RunRequested, WorkerTookOver
from holdfast.core.interpreter import Interpreter
from holdfast.errors import StoreError
from holdfast.plan.program import Plan
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
            decided yet, that is RunRequested itself, although it is an entry.
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


def revive(run: str, plan: Plan, entries: Sequence[Entry], worker: str) -> Recovered:
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
    if last.seq == 1:
        interpreter, first = Interpreter(plan), (requested,)
    else:
        interpreter = Interpreter.restore(plan, entries)
        if interpreter.state.calls and not interpreter.state.finished:
            first = (WorkerTookOver(worker=worker),)
    return Recovered(
        run=run, plan=plan, interpreter=interpreter, seq=last.seq, at=last.at, task=requested.task,
        user=requested.user, worker=worker, first=first,
    )  # fmt: skip
