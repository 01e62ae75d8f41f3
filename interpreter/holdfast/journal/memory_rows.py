"""Rows of a store in memory: which a list has, and what becomes of the ledger's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast.core.actions import Change, EffectClaimed, EffectMarked, ReviewClosed, ReviewMoved, ReviewOpened
from holdfast.errors import InputError
from holdfast.journal import answers, ledger
from holdfast.journal.capacity import full
from holdfast.journal.desk import Desk
from holdfast.journal.digest import StoredAppend
from holdfast.journal.expected import followed, marked
from holdfast.journal.store import (
    LIVE,
    AnswerFirst,
    Append,
    ClaimRefused,
    EffectRow,
    ReviewRow,
    RunFilter,
    RunRow,
)

Ledger = dict[tuple[str, str], EffectRow]


@dataclass(slots=True)
class Run:
    """One run: its row, its journal as stored, and the journal's last digest."""

    row: RunRow
    head: bytes
    seal: bytes
    keep: int
    journal: list[StoredAppend] = field(default_factory=list[StoredAppend])


def fits(row: RunRow, which: RunFilter) -> bool:
    """Whether a list that is narrowed so has this run."""
    wanted = ((which.plan, row.plan), (which.task, row.task), (which.user, row.user), (which.parent, row.parent))
    named = all(want in (None, is_) for want, is_ in wanted)
    return named and (not which.status or row.status in which.status)


def has_work(row: RunRow, now: float, called: set[str]) -> bool:
    """Whether a run has something to do. `called`: the runs that have something in their inbox."""
    due = row.wake_at is not None and row.wake_at <= now and row.status != "paused"
    return row.status in LIVE and (row.status == "running" or due or row.run in called)


def claimed(claim: EffectClaimed, append: Append) -> EffectRow:
    """The ledger's row of an effect that is meant."""
    return EffectRow(
        tool=claim.tool, key=claim.key, state="intended", digest=claim.digest, run=append.run, address=claim.address,
        intended_at=append.at,
    )  # fmt: skip


def listed(row: ReviewRow, run: str | None, to: str | None, beginning: str, desk: Desk | None) -> bool:
    """Whether a list of reviews that is narrowed so holds this one; see `Store.reviews`."""
    review = row.review
    mine = desk is None or desk.takes(review.to, row.user)
    return mine and run in (None, row.run) and to in (None, review.to) and review.id.startswith(beginning)


def refuse_silence(append: Append, reviews: Mapping[str, ReviewRow]) -> None:
    """Raises AnswerFirst when somebody answered a review that is to be closed because nobody did."""
    for change in append.changes:
        if isinstance(change, ReviewClosed) and change.heard is not None:
            held = reviews.get(change.review)
            if held and held.run == append.run and answers.count(held) > change.heard:
                raise AnswerFirst(change.review)


def refuse_full(append: Append, reviews: Mapping[str, ReviewRow]) -> None:
    """Raises ClaimRefused when a queue has taken on all it can."""
    times: dict[str, list[float]] = {}
    for change in append.changes:
        if isinstance(change, ReviewOpened):
            queue = change.review.to
            if change.limit and queue not in times:
                times[queue] = [row.opened_at for row in reviews.values() if row.review.to == queue]
            if change.limit and (said := full(queue, times[queue], change.limit, append.at)) is not None:
                raise ClaimRefused(said)
            times.setdefault(queue, []).append(append.at)


def ledger_after(append: Append, before: Ledger) -> Ledger:
    """The rows that the append's changes touch, as they are afterwards. Raises ClaimRefused."""
    touched: Ledger = {}
    for change in append.changes:
        if isinstance(change, EffectClaimed):
            held = touched.get((change.tool, change.key)) or before.get((change.tool, change.key))
            against = held and ledger.standing_against(held, append.run, change)
            if against:
                raise ClaimRefused(against)
            touched[change.tool, change.key] = claimed(change, append)
        elif isinstance(change, EffectMarked):
            held = touched.get((change.tool, change.key)) or before.get((change.tool, change.key))
            if held and held.run == (change.run or append.run):
                touched[change.tool, change.key] = marked(held, change, append.at)
    return touched


def meant(runs: dict[str, Run], run: str) -> str:
    """The run that a name means: its id, a beginning of it, or a task that only it has. Raises InputError."""
    if run in runs:
        return run
    found = sorted(name for name in runs if name.startswith(run) and run)
    if len(found) > 1:
        raise InputError(f"`{run}` fits several runs: {', '.join(found[:3])}; give more of the id")
    named = [name for name, held in reversed(runs.items()) if held.row.task == run] if not found else []
    if len(named) > 1:
        raise InputError(f"the task `{run}` is that of several runs: {', '.join(named[:3])}")
    return (found or named or [run])[0]


def keep_review(reviews: dict[str, ReviewRow], change: Change, run: RunRow, at: float) -> None:
    """Keep the reviews as a change says."""
    if isinstance(change, ReviewOpened):
        row = ReviewRow(review=change.review, run=run.run, plan=run.plan, user=run.user, state="open", opened_at=at)
        reviews[change.review.id] = row
    elif isinstance(change, ReviewClosed | ReviewMoved):
        held = reviews.get(change.review)
        if held and held.run == run.run:
            reviews[change.review] = followed(held, change, at)
