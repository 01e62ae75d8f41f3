"""Rows of a store in memory: which a list has, and what becomes of the ledger's."""

from __future__ import annotations

import dataclasses

from holdfast.core.actions import EffectClaimed, EffectMarked
from holdfast.journal.desk import Desk
from holdfast.journal.ledger import UNSETTLED
from holdfast.journal.store import LIVE, Append, EffectRow, ReviewRow, RunFilter, RunRow


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


def marked(held: EffectRow, mark: EffectMarked, at: float) -> EffectRow:
    """The same once something is known of it."""
    settled = None if mark.state in UNSETTLED else at
    return dataclasses.replace(held, state=mark.state, value=mark.value, settled_at=settled)


def listed(row: ReviewRow, run: str | None, to: str | None, beginning: str, desk: Desk | None) -> bool:
    """Whether a list of reviews that is narrowed so holds this one; see `Store.reviews`."""
    review = row.review
    mine = desk is None or desk.takes(review.to, row.user)
    return mine and run in (None, row.run) and to in (None, review.to) and review.id.startswith(beginning)
