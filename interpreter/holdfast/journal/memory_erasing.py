"""Erasing runs of a store in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from holdfast.journal import erasure
from holdfast.journal.digest import Chain
from holdfast.journal.keeping import Erased, Erasing
from holdfast.journal.ledger import UNSETTLED
from holdfast.journal.memory_rows import Run
from holdfast.journal.redaction import ERASED, blank, review_without_values
from holdfast.journal.store import EffectRow, InboxItem, ReviewRow, RunRow
from holdfast.plan.grants import MADE


class MemoryEraser:
    """The tables of a store in memory; all are changed in place."""

    def __init__(
        self,
        runs: Mapping[str, Run],
        ledger: dict[tuple[str, str], EffectRow],
        reviews: dict[str, ReviewRow],
        inbox: dict[int, InboxItem],
        blobs: dict[bytes, bytes],
        plans: dict[str, tuple[str, str]],
    ) -> None:
        self._runs, self._ledger, self._reviews, self._inbox = runs, ledger, reviews, inbox
        self._blobs, self._plans = blobs, plans

    def erase(self, runs: Sequence[str], chain: Chain, erasing: Erasing) -> list[Erased]:
        """See `Keeping.erase`; the runs are there."""
        families = [self._family(run) for run in runs]
        named = {row.run for family in families for row in family}
        for family in families:
            own = {row.run for row in family}
            forks = [
                run.row.run
                for run in self._runs.values()
                if run.row.origin in own and run.row.run not in named and not _erased(run.row)
            ]
            unsettled = [row for row in self._ledger.values() if row.run in own and row.state in UNSETTLED]
            erasure.refuse(family, forks, unsettled)
        return [self._one(self._runs[row.run], chain, erasing) for family in families for row in family]

    def _family(self, run: str) -> list[RunRow]:
        rows = [self._runs[run].row]
        for row in rows:
            rows += [other.row for other in self._runs.values() if other.row.parent == row.run]
        return rows

    def _one(self, run: Run, chain: Chain, erasing: Erasing) -> Erased:
        row = run.row
        done = erasure.rewritten(row.run, run.journal, chain, self._blobs.get, erasing)
        if done is None:
            return Erased(run=row.run, entries=row.last_seq, already=True)
        changed = {append.seq: append for append in done.changed}
        run.journal[:] = [*(changed.get(append.seq, append) for append in run.journal), done.added]
        run.head, seq = done.added.digest, done.added.seq
        run.seal = chain.seal(seq, run.head)
        result = erasure.brief(row.result, erasing)
        run.row = dataclasses.replace(row, last_seq=seq, waiting=(), result=result)
        for name, effect in self._ledger.items():
            if effect.run == row.run and effect.value is not None:
                self._ledger[name] = dataclasses.replace(effect, value=ERASED)
        for review in [one for one in self._reviews.values() if one.run == row.run]:
            self._reviews[review.review.id] = _without_values(review)
        for number in [number for number, item in self._inbox.items() if item.run == row.run]:
            del self._inbox[number]
        self._drop_unnamed(done.large)
        self._drop_made_plan(row.plan_hash)
        return Erased(run=row.run, entries=seq)

    def _drop_unnamed(self, large: frozenset[bytes]) -> None:
        for ref in large:
            if not any(ref.hex().encode() in append.body for run in self._runs.values() for append in run.journal):
                self._blobs.pop(ref, None)

    def _drop_made_plan(self, plan_hash: str) -> None:
        """A plan that a model made in a run is a value too; one that another run has stays."""
        others = [run for run in self._runs.values() if run.row.plan_hash == plan_hash and not _erased(run.row)]
        file, _ = self._plans[plan_hash]
        if file == MADE and not others:
            self._plans[plan_hash] = (file, erasure.PLAN_ERASED)


def _erased(row: RunRow) -> bool:
    return "erased" in (row.result or {})


def _without_values(row: ReviewRow) -> ReviewRow:
    given = tuple(dataclasses.replace(one, value=blank(one.value), reason=str(blank(one.reason))) for one in row.given)
    value = None if row.value is None else ERASED
    return dataclasses.replace(
        row,
        review=review_without_values(row.review),
        value=value,
        given=given,
        why="",
        remark=str(blank(row.remark)),
    )
