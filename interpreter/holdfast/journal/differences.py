"""Where what stands beside the journals is not what the journals say (the tables are projections, and nothing else).

Where it can drift: a table with a new column that is derived has to be compared here; `Rows` names all of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from holdfast.core.events import Entry
from holdfast.journal import pending
from holdfast.journal.expected import Elsewhere, Expected, Rows, expected, hear
from holdfast.journal.keeping import Difference
from holdfast.journal.store import EffectRow, InboxItem
from holdfast.plan.program import Plan
from holdfast.values import value


@value
class Book:
    """All that a store has of one run."""

    rows: Rows
    entries: Iterable[Entry]
    inbox: Sequence[InboxItem] = ()


class Books(Protocol):
    """A store, run by run."""

    def runs(self) -> Iterable[Book]:
        """Every run, in the order in which they began. Raises StoreError for a journal that is broken."""
        ...

    def holder(self, tool: str, key: str) -> EffectRow | None:
        """The ledger's row of a key."""
        ...

    def plan(self, plan_hash: str) -> Plan | None:
        """A plan, compiled; None: it was made in a run, and erased with it. Raises UnknownName, PlanError."""
        ...


class Mendable(Books, Protocol):
    """A store whose tables can be set right."""

    def clear(self, stands: Rows, told: Rows) -> None:
        """Take out the rows that no journal has, and whatever could stand in the way of those that one has."""
        ...

    def write(self, told: Rows) -> None:
        """Write the rows of a run as its journal has them; what no journal tells stays."""
        ...


@value
class Compared:
    """A run whose rows were compared: what they should be, and where they are not."""

    standing: Rows
    expected: Rows
    differences: Sequence[Difference]


def compare(books: Books, now: float) -> Iterator[Compared]:
    """Compare the rows of every run with its journal, one run after the other, where its plan is still there.

    Args:
        books: the store.
        now: seconds since 1970: holds that have run out by then are none, whether they still stand or not.
    """
    said: dict[str, list[tuple[float, Elsewhere]]] = {}
    for book in books.runs():
        plan = books.plan(book.rows.run.plan_hash)
        if plan is None:
            continue
        told = expected(book.rows.run, plan, book.entries, book.inbox)
        for at, change in told.elsewhere:
            said.setdefault(change.run, []).append((at, change))
        hear(told.rows, said.pop(book.rows.run.run, ()))
        found = differences(book.rows, told, books.holder, now)
        yield Compared(standing=book.rows, expected=told.rows, differences=list(found))


def mend(books: Mendable, now: float) -> list[Difference]:
    """Set right what differs; gives what differed. The caller's transaction makes it all or nothing."""
    wrong = [one for one in compare(books, now) if one.differences]
    for one in wrong:
        books.clear(one.standing, one.expected)
    for one in wrong:
        books.write(one.expected)
    return [difference for one in wrong for difference in one.differences]


Holder = Callable[[str, str], EffectRow | None]


def differences(stands: Rows, told: Expected, holder: Holder, now: float) -> Iterator[Difference]:
    """Where the rows of one run are not what its journal says."""
    run = stands.run.run
    only = _BUSY if told.busy else None
    yield from _fields(Difference(run=run, table="run"), stands.run, told.rows.run, _RUN | _values(told, "run"), only)
    yield from _effects(run, stands, told, holder)
    for table, here, there in (
        ("review", stands.reviews, told.rows.reviews),
        ("pending", _current(stands, now), _current(told.rows, now)),
        ("callback", stands.callbacks, told.rows.callbacks),
    ):
        ignored = _values(told, table)
        yield from _table(run, table, here, there, ignored)


_RUN: Final = frozenset({"priority", "owner"})
_BUSY: Final = frozenset({"status", "plan_hash", "task", "user", "last_seq", "parent", "origin"})
"""While calls are in flight the row is only renewed for what people have to know."""

_ERASED: Final[Mapping[str, frozenset[str]]] = {
    "run": frozenset({"waiting", "result"}),
    "effect": frozenset({"digest", "value"}),
    "review": frozenset({"review", "value", "given", "why"}),
}
_TOKEN: Final = frozenset({"state", "said"})


def _values(told: Expected, table: str) -> frozenset[str]:
    """The fields that a journal cannot tell."""
    if table == "callback":
        return _TOKEN
    return _ERASED.get(table, frozenset()) if told.erased else frozenset()


def _current(rows: Rows, now: float) -> dict[str, Any]:
    return {name: row for name, row in rows.pending.items() if not pending.run_out(row, now)}


def _effects(run: str, stands: Rows, told: Expected, holder: Holder) -> Iterator[Difference]:
    if stands.effects == told.rows.effects:  # as in nearly every run
        return
    expects = dict(told.rows.effects)
    for name in expects.keys() - stands.effects.keys():
        if taken_since(expects[name], holder(*name)):
            del expects[name]
    here, there = ({" ".join(name): row for name, row in some.items()} for some in (stands.effects, expects))
    yield from _table(run, "effect", here, there, _values(told, "effect"))


def taken_since(own: EffectRow, held: EffectRow | None) -> bool:
    """Whether another run has taken the key since: this one's effect is known not to have happened."""
    if held is None or held.run == own.run or own.state != "failed":
        return False
    return held.intended_at >= own.intended_at


def _table(
    run: str, table: str, stands: Mapping[str, Any], told: Mapping[str, Any], ignored: frozenset[str]
) -> Iterator[Difference]:
    for name in [*told, *(stands.keys() - told.keys())]:
        here, there = stands.get(name), told.get(name)
        at = Difference(run=run, table=table, name=name)
        if here is None or there is None:
            yield dataclasses.replace(at, stands=_plain(here), expected=_plain(there))
        elif here != there:  # mostly they are equal at the first look; lists and tuples differ, and may mean the same
            yield from _fields(at, here, there, ignored)


def _fields(
    at: Difference, here: Any, there: Any, ignored: frozenset[str], only: frozenset[str] | None = None
) -> Iterator[Difference]:
    for field in dataclasses.fields(here):
        name = field.name
        if name in ignored or (only is not None and name not in only):
            continue
        stands, expects = _plain(getattr(here, name)), _plain(getattr(there, name))
        if stands != expects:
            yield dataclasses.replace(at, field=name, stands=stands, expected=expects)


def _plain(one: Any) -> Any:
    """Rows and their parts as plain data, so that lists and tuples, and what was never stored, compare alike."""
    if dataclasses.is_dataclass(one) and not isinstance(one, type):
        return {field.name: _plain(getattr(one, field.name)) for field in dataclasses.fields(one)}
    if isinstance(one, Mapping):
        return {key: _plain(item) for key, item in one.items()}
    if isinstance(one, list | tuple):
        return [_plain(item) for item in one]
    return one
