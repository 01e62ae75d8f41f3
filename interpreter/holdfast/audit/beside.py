"""The rows beside the journals against what the journals say: effects, reviews, pending operations, tokens, runs.

A journal that is broken says nothing, so its rows are not compared; what it says of other runs' rows (a parent undoes
what its child did) is kept until these come, which is later: a parent is older than its children.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from holdfast.audit.fault import Fault
from holdfast.core.events import Entry
from holdfast.core.wording import brief
from holdfast.journal.differences import differences
from holdfast.journal.digest import Chain
from holdfast.journal.expected import Elsewhere, expected, hear
from holdfast.journal.keeping import Difference
from holdfast.journal.sqlite import effects
from holdfast.journal.sqlite.books import SqliteBooks
from holdfast.journal.sqlite.inbox import forged, kind
from holdfast.journal.sqlite.raw import Raw, RawRun
from holdfast.journal.store import EffectRow
from holdfast.plan.load import load_source

_MANY = 1_000_000_000
_SHOWN = 160


class Beside:
    """Compares run by run.

    Args:
        raw: the store.
        chain: the keys: messages that are sealed with none of them say nothing.
        now: seconds since 1970: holds that have run out by then are none.
        whole: every run comes, in the order of the runs: the ledger is read along with them.
    """

    def __init__(self, raw: Raw, chain: Chain, now: float, *, whole: bool) -> None:
        self._raw, self._now = raw, now
        self._books = SqliteBooks(raw.db, chain, load_source)
        self._said: dict[str, list[tuple[float, Elsewhere]]] = {}
        self._ledger = self._books.ledger() if whole else None
        self._next: tuple[int, Iterable[EffectRow]] = (-1, ())

    def faults(self, run: RawRun, entries: Iterable[Entry]) -> list[Fault]:
        """Where the rows of one run differ. Raises whatever its entries, or the fold of them, do.

        Without its plan, which was erased with its values, nothing is compared.
        """
        book = self._books.book(run.id, run.run, self._effects(run), ())
        plan = self._books.plan(run.plan_hash)
        if plan is None:
            return []
        told = expected(book.rows.run, plan, entries, book.inbox)
        for at, change in told.elsewhere:
            self._said.setdefault(change.run, []).append((at, change))
        hear(told.rows, self._said.pop(run.run, ()))
        return [_fault(one) for one in differences(book.rows, told, self._books.holder, self._now)]

    def _effects(self, run: RawRun) -> Iterable[EffectRow]:
        if self._ledger is None:
            return effects.listed(self._raw.db, None, None, run.run, _MANY)
        while self._next[0] < run.id:
            self._next = next(self._ledger, (_MANY, ()))
        return self._next[1] if self._next[0] == run.id else ()


def left(raw: Raw) -> Iterator[Fault]:
    """Rows of runs that are not there."""
    for table, count in raw.orphans():
        found = f"{count} row{'s' if count != 1 else ''} of a run that is not there"
        yield Fault(kind="row_differs", what=table, expected="rows of runs", found=found)


def slipped_in(raw: Raw, chain: Chain, runs: Container[str] | None = None) -> Iterator[Fault]:
    """Messages that nobody with the key put into an inbox. `runs`: of these alone."""
    for letter in forged(raw.db, chain):
        if runs is None or letter.run in runs:
            yield Fault(
                kind="slipped_in", run=letter.run, what=f"inbox {letter.id}", expected="a message sealed with the key",
                found=f"{kind(letter)} without such a seal",
            )  # fmt: skip


def _fault(one: Difference) -> Fault:
    what = f"{one.table} {one.name}".rstrip()
    if not one.field:
        expects, stands = (
            "no such row" if side is None else f"a row {_said(side)}" for side in (one.expected, one.stands)
        )
        return Fault(kind="row_differs", run=one.run, what=what, expected=expects, found=stands)
    return Fault(
        kind="row_differs", run=one.run, what=what, expected=f"{one.field}: {_said(one.expected)}",
        found=f"{one.field}: {_said(one.stands)}",
    )  # fmt: skip


def _said(value: object) -> str:
    return "nothing" if value is None else brief(value, _SHOWN)
