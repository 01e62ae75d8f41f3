"""What a journal says about the tables beside it: the changes of each of its entries, found out again by a fold.

Law: the changes of a fold are those that were committed with the entries, so whatever stands in a table can be had
again from the journals alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from holdfast.core.actions import Change
from holdfast.core.events import Entry
from holdfast.core.evolve import EVOLVE
from holdfast.core.interpreter import Interpreter
from holdfast.core.project import CHANGES, closed, compensated
from holdfast.plan.program import Plan


class Projection:
    """A fold that tells what each entry changes.

    Args:
        plan: compiled; the one the run is pinned to.
    """

    def __init__(self, plan: Plan) -> None:
        self.interpreter = Interpreter(plan)

    def changes(self, entry: Entry) -> Sequence[Change]:
        """Fold the next entry; gives what was committed with it, in order."""
        state, event = self.interpreter.state, entry.event
        if state.finished:
            return ()
        found = list(compensated(state, event)) if state.undoing else []
        if state.callbacks and (done := closed(state, event)) is not None:
            found.append(done)
        kind = type(event)
        touched = EVOLVE[kind](state, event, entry.at)
        project = CHANGES.get(kind)
        made = None if project is None else project(state, event, touched)
        if isinstance(made, list):
            found += made
        elif made is not None:
            found.append(made)
        return found

    def all(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Sequence[Change]]]:
        """Every entry with what was committed with it."""
        for entry in entries:
            yield entry, self.changes(entry)
