"""A store in memory run by run, to compare its tables with its journals and to mend them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping

from holdfast.core.events import Entry
from holdfast.errors import UnknownName
from holdfast.journal.differences import Book, taken_since
from holdfast.journal.erasure import PLAN_ERASED
from holdfast.journal.expected import Rows
from holdfast.journal.keeping import Load
from holdfast.journal.memory_rows import Run
from holdfast.journal.operations import Operations
from holdfast.journal.store import CallbackRow, EffectRow, InboxItem, ReviewRow
from holdfast.plan.program import Plan


class MemoryBooks:
    """The runs of a store in memory; its tables are changed in place.

    Args:
        runs: by their ids, in the order in which they began.
        entries: reads a journal, verified.
        ledger, reviews, operations, callbacks: its tables.
        inbox: what has come and stands in no entry yet.
        plans: a plan's file and source by its hash.
        load: compiles a plan, given its source and its file's name.
    """

    def __init__(
        self,
        runs: Mapping[str, Run],
        entries: Callable[[str], list[Entry]],
        ledger: dict[tuple[str, str], EffectRow],
        reviews: dict[str, ReviewRow],
        operations: Operations,
        callbacks: dict[str, CallbackRow],
        inbox: Mapping[int, InboxItem],
        *,
        plans: Mapping[str, tuple[str, str]],
        load: Load,
    ) -> None:
        self._runs, self._entries, self._ledger, self._reviews = runs, entries, ledger, reviews
        self._operations, self._callbacks, self._inbox = operations, callbacks, inbox
        self._plans, self._load = plans, load

    def runs(self) -> Iterator[Book]:
        """See `Books.runs`."""
        for run, held in self._runs.items():
            rows = Rows(
                held.row,
                effects={name: one for name, one in self._ledger.items() if one.run == run},
                reviews={name: one for name, one in self._reviews.items() if one.run == run},
                pending={one.address: one for one in self._operations.all() if one.run == run},
                callbacks={name: one for name, one in self._callbacks.items() if one.run == run},
            )
            inbox = [item for item in self._inbox.values() if item.run == run]
            yield Book(rows=rows, entries=self._entries(run), inbox=inbox)

    def holder(self, tool: str, key: str) -> EffectRow | None:
        """See `Books.holder`."""
        return self._ledger.get((tool, key))

    def plan(self, plan_hash: str) -> Plan | None:
        """See `Books.plan`."""
        if plan_hash not in self._plans:
            raise UnknownName("plan", plan_hash)
        file, source = self._plans[plan_hash]
        if source == PLAN_ERASED:
            return None
        return self._load(source, file)

    def clear(self, stands: Rows, told: Rows) -> None:
        """See `Mendable.clear`."""
        for name in stands.effects.keys() - told.effects.keys():
            del self._ledger[name]
        for review in stands.reviews.keys() - told.reviews.keys():
            del self._reviews[review]
        for digest in stands.callbacks.keys() - told.callbacks.keys():
            del self._callbacks[digest]
        for one in stands.pending.values():
            self._operations.put(one, None)

    def write(self, told: Rows) -> None:
        """See `Mendable.write`."""
        self._runs[told.run.run].row = told.run
        for name, effect in told.effects.items():
            if not taken_since(effect, self._ledger.get(name)):
                self._ledger[name] = effect
        self._reviews |= told.reviews
        for one in told.pending.values():
            self._operations.put(one, one)
        for digest, token in told.callbacks.items():
            held = self._callbacks.get(digest, token)
            self._callbacks[digest] = dataclasses.replace(token, state=held.state, said=held.said)
