"""The default store: one SQLite file, for many tasks of one event loop and many processes of one machine."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final, Self, TypeVar

from holdfast.core.events import CallCompleted, EffectResolved, Entry, Event, PendingReleased, StoreRestored
from holdfast.errors import UnknownName
from holdfast.journal import codec, keeping
from holdfast.journal.desk import Desk
from holdfast.journal.digest import Chain
from holdfast.journal.follow import follow
from holdfast.journal.keeping import Difference, Erased, Erasing, Load
from holdfast.journal.outbox import Notice, NoticeState
from holdfast.journal.rows import in_appends
from holdfast.journal.sqlite import callbacks, copies, effects, inbox, outbox, pending, reviews, runs, turns, words
from holdfast.journal.sqlite.connection import connect, explained
from holdfast.journal.sqlite.lane import Lane, Request
from holdfast.journal.sqlite.liveness import liveness
from holdfast.journal.sqlite.runs import First
from holdfast.journal.sqlite.writer import Look, Writer, roll_back
from holdfast.journal.store import (
    Answer,
    Append,
    CallbackRow,
    Durability,
    EffectRow,
    InboxItem,
    NewRun,
    PendingRow,
    ReviewRow,
    RunFilter,
    RunRow,
)

T = TypeVar("T")

_FOLLOW_EVERY: Final = 0.05
"""Seconds between two looks of a follower: another process may be writing."""


class Sqlite:
    """Journals in one SQLite file (write-ahead log, one writing thread, one reading thread).

    A worker lives as long as its process does: see `liveness`. The order of the clock's readings does not matter to the
    store: `at` is kept as it is given.

    Args:
        path: of the file; it is created when it does not exist, its folder must exist.
        durability: what an acknowledged append survives.
        digest_key: makes the digests a seal that only its holder can renew.
        old_keys: keys before it, the newest first: what was written under them still verifies.
    """

    def __init__(
        self,
        path: str,
        *,
        durability: Durability = "power",
        digest_key: bytes | None = None,
        old_keys: Sequence[bytes] = (),
    ) -> None:
        self._path = path
        self._durability: Durability = durability
        self._chain = Chain.keyed(digest_key, old_keys)
        self._workers = liveness(path)
        writer = Writer(path, self._chain)
        self._writer = Lane("holdfast-writer", self._connected, writer.perform)
        self._reader = Lane("holdfast-reader", lambda: connect(path, durability, writes=False), self._read)
        self._reading = asyncio.Lock()
        self._version: int | None = None
        self._stirred = False

    async def __aenter__(self) -> Self:
        await self._writer.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._writer.call(Look(self._workers.leave))
        await self._reader.close()
        await self._writer.close()

    # --- Plans --------------------------------------------------------------------------------------------------------

    async def save_plan(self, plan_hash: str, name: str, file: str, source: str) -> None:
        """See `Store.save_plan`."""
        await self._writer.call(lambda db: runs.save_plan(db, plan_hash, name, file, source))

    async def plan_source(self, plan_hash: str) -> tuple[str, str]:
        """See `Store.plan_source`."""
        return await self._from(lambda db: _plan_source(db, plan_hash))

    # --- Runs and journals --------------------------------------------------------------------------------------------

    async def create(self, new: NewRun, events: Sequence[Event]) -> tuple[RunRow, bool]:
        """See `Store.create`."""
        appends = [(at, len(shared), codec.encode(shared)) for at, shared in in_appends(new.history)]
        appends += [(float(new.at), len(events), codec.encode(events))] if events else []
        row, fresh = await self._writer.call(lambda db: self._created(db, new, appends))
        self._stirred |= fresh
        return row, fresh

    def append(self, append: Append) -> Awaitable[object]:
        """See `Store.append`."""
        turn = turns.encoded(append)
        written = self._writer.ask(turn)
        return self._stirring(written) if turn.wakes else written

    async def _stirring(self, written: Awaitable[object]) -> None:
        await written
        self._stirred = True

    async def request(self, run: str) -> Event:
        """See `Store.request`."""
        return await self._from(lambda db: runs.request(db, run))

    async def entries(self, run: str, after: int = 0) -> list[Entry]:
        """See `Store.entries`."""
        return await self._from(lambda db: runs.entries(db, run, after, self._chain))

    async def run(self, run: str) -> RunRow:
        """See `Store.run`."""
        return await self._from(lambda db: runs.by_id(db, run))

    async def runs(self, which: RunFilter) -> list[RunRow]:
        """See `Store.runs`."""
        return await self._from(lambda db: runs.listed(db, which))

    def follow(self, run: str, after: int = 0) -> AsyncIterator[Entry]:
        """See `Store.follow`."""
        return follow(self, run, after, lambda: asyncio.sleep(_FOLLOW_EVERY))

    # --- Ownership ----------------------------------------------------------------------------------------------------

    async def acquire(self, run: str, worker: str) -> bool:
        """See `Store.acquire`."""
        return await self._writer.call(lambda db: self._acquired(db, run, worker))

    async def release(self, run: str, worker: str) -> None:
        """See `Store.release`."""
        await self._writer.call(lambda db: runs.release(db, run, worker))

    async def ready(self, now: float, worker: str, limit: int) -> list[str]:
        """See `Store.ready`."""
        return await self._from(lambda db: runs.ready(db, now, worker, limit, self._workers.alive, self._chain.mark))

    # --- People and signals -------------------------------------------------------------------------------------------

    async def answer(self, review: str, answer: Answer, at: float) -> ReviewRow:
        """See `Store.answer`."""
        row = await self._writer.call(lambda db: reviews.answer(db, self._chain, review, answer, at))
        self._stirred = True
        return row

    async def signal(self, run: str, observation: Event, at: float) -> None:
        """See `Store.signal`."""
        encoded = codec.encode([observation])
        await self._writer.call(lambda db: inbox.signal(db, self._chain, run, observation, encoded, at))
        self._stirred = True

    async def inbox(self, runs: Sequence[str]) -> list[InboxItem]:
        """See `Store.inbox`."""
        items, refused = await self._from(lambda db: inbox.lying(db, runs, self._chain))
        if refused:
            await self._writer.call(lambda db: inbox.refuse(db, self._chain, refused))
        return items

    async def changed(self) -> bool:
        """See `Store.changed`. Another process's commit, or an answer, signal or new run through this very store."""
        version = await self._writer.call(Look(self._look))
        changed = self._stirred or version != self._version
        self._version, self._stirred = version, False
        return changed

    async def reviews(
        self,
        *,
        state: str = "open",
        run: str | None = None,
        to: str | None = None,
        beginning: str = "",
        desk: Desk | None = None,
        limit: int = 100,
    ) -> list[ReviewRow]:
        """See `Store.reviews`."""
        return await self._from(lambda db: reviews.listed(db, state, run, to, beginning, desk, limit))

    async def decided(self, to: str, limit: int = 100) -> list[ReviewRow]:
        """See `Store.decided`."""
        return await self._from(lambda db: reviews.decided(db, to, limit))

    async def review_history(self, since: float, limit: int = 1_000_000) -> list[ReviewRow]:
        """See `Store.review_history`."""
        return await self._from(lambda db: reviews.history(db, since, limit))

    async def review(self, review: str) -> ReviewRow:
        """See `Store.review`."""
        return await self._from(lambda db: reviews.by_id(db, review))

    # --- Notices ------------------------------------------------------------------------------------------------------

    async def untold(self, limit: int = 100) -> list[str]:
        """See `Outbox.untold`."""
        return await self._from(lambda db: outbox.untold(db, limit))

    async def plan_notices(self, review: str, channels: Sequence[str], at: float) -> None:
        """See `Outbox.plan_notices`."""
        await self._writer.call(lambda db: outbox.plan(db, review, channels, at))

    async def claim_notices(self, now: float, until: float, limit: int = 20) -> list[Notice]:
        """See `Outbox.claim_notices`."""
        if not await self._from(lambda db: outbox.any_due(db, now)):
            return []  # looked at twice a second: the writer is left alone
        return await self._writer.call(lambda db: outbox.claim(db, now, until, limit))

    async def settle_notice(self, number: int, state: NoticeState, at: float, error: str = "") -> None:
        """See `Outbox.settle_notice`."""
        await self._writer.call(lambda db: outbox.settle(db, number, state, at, error))

    async def notices(
        self, *, state: NoticeState | None = None, review: str | None = None, limit: int = 100
    ) -> list[Notice]:
        """See `Outbox.notices`."""
        return await self._from(lambda db: outbox.listed(db, state, review, limit))

    # --- Effects ------------------------------------------------------------------------------------------------------

    async def effects(
        self, *, state: str | None = None, tool: str | None = None, run: str | None = None, limit: int = 100
    ) -> list[EffectRow]:
        """See `Store.effects`."""
        return await self._from(lambda db: effects.listed(db, state, tool, run, limit))

    async def resolve_effect(
        self, tool: str, key: str, state: str, value: object, at: float, by: str = ""
    ) -> EffectRow:
        """See `Store.resolve_effect`."""
        said = EffectResolved(tool=tool, key=key, state=state, value=value, by=by, at=at)

        def work(db: sqlite3.Connection) -> EffectRow:
            row = effects.resolve(db, tool, key, state, value, at)
            words.record(db, self._chain, row.run, said, at)
            return row

        return await self._writer.call(work)

    # --- Pending operations -------------------------------------------------------------------------------------------

    async def pending(
        self,
        now: float,
        *,
        state: str | None = None,
        run: str | None = None,
        subject: str | None = None,
        limit: int = 100,
    ) -> list[PendingRow]:
        """See `Store.pending`."""
        return await self._from(lambda db: pending.listed(db, now, state, run, subject, limit))

    async def release_pending(self, run: str, address: str, by: str, reason: str, at: float) -> PendingRow:
        """See `Store.release_pending`."""
        said = PendingReleased(address=address, by=by, reason=reason, at=at)

        def work(db: sqlite3.Connection) -> PendingRow:
            row = pending.release(db, run, address, at)
            words.record(db, self._chain, run, said, at)
            return row

        row = await self._writer.call(work)
        self._stirred = True
        return row

    # --- Results that come later --------------------------------------------------------------------------------------

    async def callback(self, digest: str) -> CallbackRow:
        """See `Store.callback`."""
        return await self._from(lambda db: callbacks.find(db, digest))

    async def complete(self, digest: str, completed: CallCompleted, at: float) -> CallbackRow:
        """See `Store.complete`."""
        row = await self._writer.call(lambda db: callbacks.complete(db, self._chain, digest, completed, at))
        self._stirred = True
        return row

    # --- Upkeep -------------------------------------------------------------------------------------------------------

    async def living(self) -> list[str]:
        """See `Keeping.living`."""
        return await self._from(self._workers.living)

    async def restored(self, run: str) -> StoreRestored | None:
        """See `Keeping.restored`."""
        return await self._from(lambda db: copies.restored(db, run))

    async def differences(self, load: Load, now: float) -> list[Difference]:
        """See `Keeping.differences`."""
        from holdfast.journal.sqlite import books

        return await self._from(lambda db: books.differences(db, self._chain, load, now))

    async def rebuild(self, load: Load, now: float) -> list[Difference]:
        """See `Keeping.rebuild`."""
        from holdfast.journal.sqlite import books

        def work(db: sqlite3.Connection) -> list[Difference]:
            keeping.refuse_living("rebuild", self._workers.living(db))
            return books.mended(db, self._chain, load, now)

        return await self._writer.call(work)

    async def erase(self, runs: Sequence[str], erasing: Erasing) -> list[Erased]:
        """See `Keeping.erase`."""
        from holdfast.journal.sqlite.erasing import erase

        return await self._writer.call(lambda db: erase(db, runs, self._chain, erasing))

    async def sweep(self) -> bool:
        """See `Keeping.sweep`."""
        from holdfast.journal.sqlite.erasing import sweep

        await self._reader.close()
        return await self._writer.call(Look(sweep))

    # --- Inside -------------------------------------------------------------------------------------------------------

    async def _from(self, work: Callable[[sqlite3.Connection], T]) -> T:
        async with self._reading:
            if not self._reader.is_open:
                await self._reader.open()
        return await self._reader.call(work)

    def _read(self, db: sqlite3.Connection, batch: list[Request]) -> None:
        for request in batch:
            try:
                request.result = request.work(db) if callable(request.work) else None
            except sqlite3.Error as error:
                request.error = explained(error, self._path)
            except Exception as error:  # noqa: BLE001 - it belongs to the caller
                request.error = error
            if request.error is not None:
                roll_back(db)  # who reads in a transaction that was left open would see the past for ever

    def _created(self, db: sqlite3.Connection, new: NewRun, appends: Sequence[First]) -> tuple[RunRow, bool]:
        if new.owner:
            self._workers.join(db, new.owner)
        return runs.create(db, new, appends, self._chain)

    def _acquired(self, db: sqlite3.Connection, run: str, worker: str) -> bool:
        self._workers.join(db, worker)
        acquired = runs.acquire(db, run, worker, self._workers.alive)
        if acquired and self._chain.older:
            inbox.renew(db, self._chain, run)
        return acquired

    def _connected(self) -> sqlite3.Connection:
        return inbox.prepare(connect(self._path, self._durability, writes=True), self._chain)

    def _look(self, db: sqlite3.Connection) -> int:
        self._workers.beat(db)
        return int(db.execute("PRAGMA data_version").fetchone()[0])


def _plan_source(db: sqlite3.Connection, plan_hash: str) -> tuple[str, str]:
    found = db.execute("SELECT file, source FROM plans WHERE hash = ?", (plan_hash,)).fetchone()
    if found is None:
        raise UnknownName("plan", plan_hash)
    return found[0], found[1]
