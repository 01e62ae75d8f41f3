"""The rows of a run that follow from its journal: whatever stands beside the journals can be had again from them.

Rules of the file:
- Pure: a run's plan, entries and inbox go in, rows come out; both stores and `audit verify` compare with the same.
- What a journal says of another run (a parent undoes what its child did) is handed on in `elsewhere`: whoever goes
  through the runs in the order in which they began knows it before that run's turn comes.
- Not derivable, so kept as they stand: a run's priority and owner, how many events it keeps, who was told of a review,
  which token gave a result, who waits longest for a subject.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from holdfast.core.actions import (
    CallbackOpened,
    CallbacksClosed,
    Change,
    EffectClaimed,
    EffectMarked,
    PendingCleared,
    PendingHeld,
    PendingListed,
    ReviewClosed,
    ReviewMoved,
    ReviewOpened,
    SubjectReserved,
)
from holdfast.core.events import (
    DataErased,
    EffectResolved,
    Entry,
    Event,
    PendingReleased,
    PlanMigrated,
    ReviewAnswered,
    RunForked,
    RunRequested,
)
from holdfast.core.projection import Projection
from holdfast.errors import StoreError
from holdfast.journal import answers
from holdfast.journal.ledger import UNSETTLED
from holdfast.journal.store import Answer, CallbackRow, EffectRow, InboxItem, PendingRow, ReviewRow, RunRow
from holdfast.plan.program import Plan
from holdfast.values import value

Elsewhere = EffectMarked | PendingCleared


@dataclass(slots=True)
class Rows:
    """What stands beside the journal of one run.

    `effects` by (tool, key), `reviews` by id, `pending` by address, `callbacks` by the token's digest.
    """

    run: RunRow
    effects: dict[tuple[str, str], EffectRow] = field(default_factory=dict)
    reviews: dict[str, ReviewRow] = field(default_factory=dict)
    pending: dict[str, PendingRow] = field(default_factory=dict)
    callbacks: dict[str, CallbackRow] = field(default_factory=dict)


@value
class Expected:
    """What the journal says should stand.

    `busy`: calls are in flight, so that the run's row may be brief and lag behind. `erased`: values are gone from the
    journal, so that values and digests of arguments cannot be told from it. `elsewhere`: what it says of other runs'
    rows, and when.
    """

    rows: Rows
    elsewhere: Sequence[tuple[float, Elsewhere]] = ()
    busy: bool = False
    erased: bool = False


def expected(standing: RunRow, plan: Plan, entries: Iterable[Entry], inbox: Iterable[InboxItem] = ()) -> Expected:
    """The rows of a run as its journal has them.

    Args:
        standing: its row as it is, for what no journal tells.
        plan: compiled; the one that the run is pinned to.
        entries: its journal from the first entry on, verified.
        inbox: what has come for it and stands in no entry yet: answers count from the moment they are stored.

    Raises StoreError: the journal does not begin with a request.
    """
    return _Fold(standing, plan, entries).told([item.observation for item in inbox])


class _Fold:
    def __init__(self, standing: RunRow, plan: Plan, entries: Iterable[Entry]) -> None:
        self._projection = Projection(plan)
        passing = iter(entries)
        self._last = first = next(passing, None)
        self._rows = Rows(_first_row(standing, first))
        self._elsewhere: list[tuple[float, Elsewhere]] = []
        self._erased = False
        self._moved_at = 0.0
        self._touched: dict[tuple[str, str], float] = {}
        for entry in chain((first,) if first else (), passing):
            self._last, changes = entry, self._projection.changes(entry)
            if type(entry.event) in _HEARD:
                self._hear(entry.event, entry.at)
            else:
                self._moved_at = entry.at
            for change in changes:
                self._follow(change, entry.at)

    def told(self, inbox: Sequence[Event]) -> Expected:
        """All of it, the inbox included."""
        for event in inbox:
            if isinstance(event, ReviewAnswered):
                self._answered(event, 0.0)
            elif isinstance(event, EffectResolved | PendingReleased):
                self._said(event, 0.0)
        mind = self._projection.interpreter
        last, state = self._last, mind.state
        assert last is not None  # noqa: S101 - a journal without entries was refused
        row = dataclasses.replace(self._rows.run, updated_at=self._moved_at, last_seq=last.seq)
        if not isinstance(last.event, OPENINGS):
            brief = mind.summary()
            row = dataclasses.replace(
                row, status=brief.status, wake_at=brief.wake_at, waiting=list(brief.waiting), result=brief.result
            )
        self._rows.run = row
        busy = bool(state.calls) and not state.finished and not state.paused
        return Expected(rows=self._rows, elsewhere=self._elsewhere, busy=busy, erased=self._erased)

    # --- one entry after the other ------------------------------------------------------------------------------------

    def _hear(self, event: Event, at: float) -> None:
        """What changes rows by itself, not by what follows from it."""
        if not (isinstance(event, WORDS) and self._projection.interpreter.state.finished):
            self._moved_at = at
        if isinstance(event, RunForked):
            self._begin_fork(event, at)
        elif isinstance(event, PlanMigrated):
            self._rows.run = dataclasses.replace(self._rows.run, plan_hash=event.plan_hash)
        elif isinstance(event, ReviewAnswered):
            self._answered(event, at)
        elif isinstance(event, DataErased):
            self._erased = True
        elif isinstance(event, EffectResolved | PendingReleased):
            self._said(event, at)

    def _begin_fork(self, event: RunForked, at: float) -> None:
        """What stands before this is another run's: nothing of it is in the rows of this one."""
        rows = self._rows
        rows.run = dataclasses.replace(rows.run, task=event.run, origin=event.origin, created_at=at)
        for table in (rows.effects, rows.reviews, rows.pending, rows.callbacks):
            table.clear()
        self._elsewhere.clear()

    def _answered(self, event: ReviewAnswered, at: float) -> None:
        held = self._rows.reviews.get(event.review)
        if held is None:
            return
        said = Answer(
            decision=event.decision, value=event.value, by=event.by, reason=event.reason, source=event.source,
            looked=event.looked,
        )  # fmt: skip
        row = answers.answered(held, said, at if event.at is None else event.at)
        if held.state == "closed":
            row = dataclasses.replace(row, state="closed")
        self._rows.reviews[event.review] = row

    def _said(self, event: EffectResolved | PendingReleased, at: float) -> None:
        """An operator's word holds from when it was said, unless the run itself knew more by the time it took it up."""
        said_at = at if event.at is None else event.at
        if isinstance(event, PendingReleased):
            held = self._rows.pending.get(event.address)
            if held is not None and held.state == "held":
                del self._rows.pending[event.address]
            return
        name = event.tool, event.key
        row = self._rows.effects.get(name)
        if row is not None and self._touched.get(name, 0.0) <= said_at:
            row = dataclasses.replace(row, state=event.state, value=event.value, settled_at=said_at)
            self._rows.effects[name] = row

    def _follow(self, change: Change, at: float) -> None:
        match change:
            case EffectClaimed() | EffectMarked():
                self._effect(change, at)
            case SubjectReserved() | PendingListed() | PendingHeld() | PendingCleared():
                self._operation(change, at)
            case ReviewOpened() | ReviewClosed() | ReviewMoved():
                self._review(change, at)
            case CallbackOpened() | CallbacksClosed():
                self._callback(change)
            case _:
                pass

    def _effect(self, change: EffectClaimed | EffectMarked, at: float) -> None:
        effects, name = self._rows.effects, (change.tool, change.key)
        self._touched[name] = at
        if isinstance(change, EffectClaimed):
            effects[name] = EffectRow(
                tool=change.tool, key=change.key, state="intended", digest=change.digest, run=self._rows.run.run,
                address=change.address, intended_at=at,
            )  # fmt: skip
        elif change.run:
            self._elsewhere.append((at, change))
        elif name in effects:
            effects[name] = marked(effects[name], change, at)

    def _operation(self, change: SubjectReserved | PendingListed | PendingHeld | PendingCleared, at: float) -> None:
        pending, run = self._rows.pending, self._rows.run.run
        held = pending.get(change.address)
        match change:
            case SubjectReserved():
                pending[change.address] = PendingRow(
                    run=run, address=change.address, tool=change.tool, state="reserved", subject=change.subject,
                    since=at,
                )  # fmt: skip
            case PendingListed():
                held = held or PendingRow(
                    run=run, address=change.address, tool=change.tool, state="open", subject=change.subject, since=at
                )
                pending[change.address] = dataclasses.replace(held, state="open", due=change.due)
            case PendingHeld():
                if held is not None:
                    pending[change.address] = dataclasses.replace(held, state="held", due=change.until)
            case PendingCleared():
                if change.run:
                    self._elsewhere.append((at, change))
                else:
                    pending.pop(change.address, None)

    def _review(self, change: ReviewOpened | ReviewClosed | ReviewMoved, at: float) -> None:
        reviews, run = self._rows.reviews, self._rows.run
        if isinstance(change, ReviewOpened):
            review = change.review
            reviews[review.id] = ReviewRow(
                review=review, run=run.run, plan=run.plan, user=run.user, state="open", opened_at=at
            )
            return
        held = reviews.get(change.review)
        if held is not None:
            reviews[change.review] = followed(held, change, at)

    def _callback(self, change: CallbackOpened | CallbacksClosed) -> None:
        callbacks, run = self._rows.callbacks, self._rows.run.run
        if isinstance(change, CallbackOpened):
            callbacks[change.digest] = CallbackRow(
                digest=change.digest, run=run, address=change.address, tool=change.tool, key=change.key
            )
            return
        for row in list(callbacks.values()):
            if row.address == change.address:
                callbacks[row.digest] = dataclasses.replace(row, state="closed")


WORDS: Final = (DataErased, EffectResolved, PendingReleased)
"""What may be said of a run that is over: it ended when it ended."""

_HEARD: Final = frozenset({RunForked, PlanMigrated, ReviewAnswered, *WORDS})

OPENINGS: Final = (RunRequested, RunForked)
"""What is recorded before anything is decided from it: the run's row is that of a new run then."""


def followed(held: ReviewRow, change: ReviewClosed | ReviewMoved, at: float) -> ReviewRow:
    """The row of a review once it needs nobody any more, or has another due time."""
    if isinstance(change, ReviewMoved):
        return dataclasses.replace(held, review=dataclasses.replace(held.review, due=change.due))
    if held.state == "closed":
        return held
    return dataclasses.replace(held, state="closed", outcome=change.outcome, closed_at=at, why=change.why)


def marked(held: EffectRow, mark: EffectMarked, at: float) -> EffectRow:
    """A row of the ledger once something is known of its effect."""
    return EffectRow(  # once per effect of a whole store: `dataclasses.replace` takes four times as long
        tool=held.tool, key=held.key, state=mark.state, digest=held.digest, run=held.run, address=held.address,
        intended_at=held.intended_at, settled_at=None if mark.state in UNSETTLED else at, value=mark.value,
    )  # fmt: skip


def _first_row(standing: RunRow, first: Entry | None) -> RunRow:
    requested = None if first is None else first.event
    if first is None or not isinstance(requested, RunRequested):
        raise StoreError(f"the journal of run {standing.run} does not begin with its request: its store is damaged")
    lineage = requested.lineage
    task = requested.task if lineage is None else standing.run  # a child's, among runs, is its own id
    return RunRow(
        run=standing.run, plan=requested.plan, plan_hash=requested.plan_hash, task=task,
        user=requested.user, priority=standing.priority, status="running", created_at=first.at,
        updated_at=first.at, last_seq=0, owner=standing.owner, parent="" if lineage is None else lineage.parent,
    )  # fmt: skip


def hear(rows: Rows, said: Iterable[tuple[float, Elsewhere]]) -> None:
    """Change the rows of a run as other journals say. `said`: when, and what."""
    for at, change in said:
        if isinstance(change, PendingCleared):
            rows.pending.pop(change.address, None)
        elif (held := rows.effects.get((change.tool, change.key))) is not None:
            rows.effects[change.tool, change.key] = marked(held, change, at)
