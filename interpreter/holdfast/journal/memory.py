"""A store that lives as long as its object: for tests and simulations. Same semantics, same bytes, same digests.

One event loop, no threads: nothing in here awaits between a check and its change, so each method is atomic.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from itertools import count
from typing import Self

from holdfast.core.actions import (
    ParentTold,
    PlanPinned,
)
from holdfast.core.events import CallCompleted, EffectResolved, Entry, Event, PendingReleased, StoreRestored
from holdfast.errors import Fenced, StoreError, UnknownName
from holdfast.journal import answers, arrivals, codec, ledger
from holdfast.journal.callbacks import Callbacks
from holdfast.journal.desk import Desk
from holdfast.journal.differences import compare, mend
from holdfast.journal.digest import Chain, StoredAppend, Verified
from holdfast.journal.follow import follow
from holdfast.journal.keeping import Difference, Erased, Erasing, Load, refuse_living
from holdfast.journal.ledger import STATES
from holdfast.journal.memory_books import MemoryBooks
from holdfast.journal.memory_erasing import MemoryEraser
from holdfast.journal.memory_outbox import MemoryOutbox
from holdfast.journal.memory_rows import (
    Ledger,
    Run,
    fits,
    has_work,
    keep_review,
    ledger_after,
    listed,
    meant,
    refuse_full,
    refuse_silence,
)
from holdfast.journal.operations import Operations
from holdfast.journal.rows import in_appends
from holdfast.journal.store import (
    AGING,
    LIVE,
    Answer,
    Append,
    CallbackRow,
    EffectRow,
    InboxItem,
    NewRun,
    PendingRow,
    ReviewRow,
    RunFilter,
    RunRow,
)


class Memory(MemoryOutbox):
    """Journals in memory. Workers live until they release their runs, or until a test `bury`s them."""

    def __init__(self, *, digest_key: bytes | None = None, old_keys: Sequence[bytes] = ()) -> None:
        self._chain = Chain.keyed(digest_key, old_keys)
        self._plans: dict[str, tuple[str, str]] = {}
        self._runs: dict[str, Run] = {}
        self._identities: dict[tuple[str, str, str], str] = {}
        self._ledger: Ledger = {}
        self._reviews: dict[str, ReviewRow] = {}
        super().__init__(self._reviews)
        self._operations = Operations(self._put, self._lives)
        self._callbacks = Callbacks(self._put, self._lives)
        self._inbox: dict[int, InboxItem] = {}
        self._blobs: dict[bytes, bytes] = {}
        self._dead: set[str] = set()
        self._numbers = count(1)
        self._stirred = False
        self._grown = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None

    # --- Plans --------------------------------------------------------------------------------------------------------

    async def save_plan(self, plan_hash: str, name: str, file: str, source: str) -> None:  # noqa: ARG002 - the port
        """See `Store.save_plan`."""
        self._plans.setdefault(plan_hash, (file, source))

    async def plan_source(self, plan_hash: str) -> tuple[str, str]:
        """See `Store.plan_source`."""
        if plan_hash not in self._plans:
            raise UnknownName("plan", plan_hash)
        return self._plans[plan_hash]

    # --- Runs and journals --------------------------------------------------------------------------------------------

    async def create(self, new: NewRun, events: Sequence[Event]) -> tuple[RunRow, bool]:
        """See `Store.create`."""
        identity = (new.user, new.plan, new.task)
        if identity in self._identities:
            return self._runs[self._identities[identity]].row, False
        if new.run in self._runs:
            raise StoreError(f"there is a run `{new.run}` already, of another plan, task or user")
        encoded = codec.encode(events)
        if new.source:
            self._plans.setdefault(new.plan_hash, (new.file, new.source))
        run = Run(new.row(0), self._chain.start(new.run), b"", new.keep)
        for at, shared in in_appends(new.history):
            self._write(run, at, len(shared), codec.encode(shared))
        self._write(run, new.at, len(events), encoded)
        self._runs[new.run], self._identities[identity] = run, new.run
        self._stirred = True
        return run.row, True

    async def append(self, append: Append) -> None:
        """See `Store.append`."""
        run = self._run(append.run)
        if run.row.last_seq != append.after:
            raise Fenced(append.run, append.after, run.row.last_seq)
        encoded = codec.encode(append.events)
        touched = self._operations.refuse(append, lambda append: ledger_after(append, self._ledger))
        refuse_silence(append, self._reviews)
        refuse_full(append, self._reviews)
        self._ledger |= touched
        self._write(run, append.at, len(append.events), encoded)
        for change in append.changes:
            keep_review(self._reviews, change, run.row, append.at)
            if isinstance(change, ParentTold) and self._runs[change.parent].row.status in LIVE:
                self._put(change.parent, change.said)
            self._operations.follow(change, append)
            self._callbacks.follow(change, append.run)
            if isinstance(change, PlanPinned):
                run.row = dataclasses.replace(run.row, plan_hash=change.plan_hash)
        for item in append.consumed:
            if item in self._inbox and self._inbox[item].run == append.run:
                del self._inbox[item]
        if (summary := append.summary) is not None:
            run.row = dataclasses.replace(
                run.row, status=summary.status, wake_at=summary.wake_at, waiting=list(summary.waiting),
                result=summary.result, owner=run.row.owner if summary.status in LIVE else "",
            )  # fmt: skip

    async def request(self, run: str) -> Event:
        """See `Store.request`."""
        return (await self.entries(run))[0].event

    async def entries(self, run: str, after: int = 0) -> list[Entry]:
        """See `Store.entries`."""
        return self._journal(run, after)

    def _journal(self, run: str, after: int = 0) -> list[Entry]:
        stored = self._run(run)
        journal = Verified(run, self._chain, self._chain.start(run))
        entries = [entry for entry in journal.entries(stored.journal, self._blobs.get) if entry.seq > after]
        journal.ends(stored.row.last_seq, stored.head, stored.seal)
        return entries

    async def run(self, run: str) -> RunRow:
        """See `Store.run`."""
        return self._run(meant(self._runs, run)).row

    async def runs(self, which: RunFilter) -> list[RunRow]:
        """See `Store.runs`."""
        found = (run.row for run in reversed(self._runs.values()))
        return [row for row in found if fits(row, which)][: which.limit]

    def follow(self, run: str, after: int = 0) -> AsyncIterator[Entry]:
        """See `Store.follow`."""
        return follow(self, run, after, self._growth)

    # --- Ownership ----------------------------------------------------------------------------------------------------

    async def acquire(self, run: str, worker: str) -> bool:
        """See `Store.acquire`."""
        found = self._run(run)
        if found.row.owner != worker and self._alive(found.row.owner):
            return False
        if found.row.status in LIVE:
            found.row = dataclasses.replace(found.row, owner=worker)
        return True

    async def release(self, run: str, worker: str) -> None:
        """See `Store.release`."""
        found = self._runs.get(run)
        if found and found.row.owner == worker:
            found.row = dataclasses.replace(found.row, owner="")

    async def ready(self, now: float, worker: str, limit: int) -> list[str]:
        """See `Store.ready`."""
        called = {item.run for item in self._inbox.values()}
        found = [run.row for run in self._runs.values() if has_work(run.row, now, called)]
        free = [row for row in found if row.owner != worker and not self._alive(row.owner)]
        return [row.run for row in sorted(free, key=lambda row: row.updated_at / AGING - row.priority)][:limit]

    def bury(self, worker: str) -> None:
        """For tests: this worker's process is gone."""
        self._dead.add(worker)

    # --- People and signals -------------------------------------------------------------------------------------------

    async def answer(self, review: str, answer: Answer, at: float) -> ReviewRow:
        """See `Store.answer`."""
        row = await self.review(review)
        if answers.is_new(row, answer):
            row = self._reviews[review] = answers.answered(row, answer, at)
            self._put(row.run, answers.observation(review, answer, at))
        return row

    async def signal(self, run: str, observation: Event, at: float) -> None:  # noqa: ARG002 - the port
        """See `Store.signal`."""
        found = self._run(run)
        arrivals.refuse_over(run, found.row.status)
        if (name := arrivals.event_name(observation)) is not None:
            lying = [
                item
                for item in self._inbox.values()
                if item.run == run and arrivals.event_name(item.observation) is not None
            ]
            untaken = len(lying) + arrivals.kept(found.row.result)
            arrivals.refuse_beyond(run, name, untaken, found.keep, found.row.waiting)
        if (priority := arrivals.priority_said(observation)) is not None:
            found.row = dataclasses.replace(found.row, priority=priority)
        self._put(run, observation)

    async def inbox(self, runs: Sequence[str]) -> list[InboxItem]:
        """See `Store.inbox`."""
        return [item for item in self._inbox.values() if item.run in set(runs)]

    async def changed(self) -> bool:
        """See `Store.changed`."""
        changed, self._stirred = self._stirred, False
        return changed

    async def reviews(
        self, *, state: str = "open", run: str | None = None, to: str | None = None, beginning: str = "",
        desk: Desk | None = None, limit: int = 100,
    ) -> list[ReviewRow]:  # fmt: skip
        """See `Store.reviews`."""
        found = [row for row in self._reviews.values() if row.state == state and listed(row, run, to, beginning, desk)]
        return sorted(found, key=lambda row: (row.review.due is None, row.review.due or 0.0))[:limit]

    async def decided(self, to: str, limit: int = 100) -> list[ReviewRow]:
        """See `Store.decided`."""
        return [row for row in reversed(self._reviews.values()) if row.decision and row.review.to == to][:limit]

    async def review_history(self, since: float, limit: int = 1_000_000) -> list[ReviewRow]:
        """See `Store.review_history`."""
        found = [row for row in self._reviews.values() if row.opened_at >= since or row.state == "open"]
        return found[:limit]

    async def review(self, review: str) -> ReviewRow:
        """See `Store.review`."""
        if review not in self._reviews:
            raise UnknownName(
                "review", review, [row.review.id for row in self._reviews.values() if row.state == "open"]
            )
        return self._reviews[review]

    # --- Effects ------------------------------------------------------------------------------------------------------

    async def effects(
        self, *, state: str | None = None, tool: str | None = None, run: str | None = None, limit: int = 100
    ) -> list[EffectRow]:
        """See `Store.effects`."""
        if state is not None and state not in STATES:
            raise StoreError(f"no effect state `{state}`; there are {', '.join(STATES)}")
        found = reversed(self._ledger.values())
        return [
            row for row in found if state in (None, row.state) and tool in (None, row.tool) and run in (None, row.run)
        ][:limit]

    async def resolve_effect(
        self, tool: str, key: str, state: str, value: object, at: float, by: str = ""
    ) -> EffectRow:
        """See `Store.resolve_effect`."""
        held = ledger.resolvable(self._ledger.get((tool, key)), tool, key, state)
        row = self._ledger[tool, key] = dataclasses.replace(held, state=state, value=value, settled_at=at)
        self._record(row.run, EffectResolved(tool=tool, key=key, state=state, value=value, by=by, at=at), at)
        return row

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
        return self._operations.listed(now, state, run, subject)[:limit]

    async def release_pending(self, run: str, address: str, by: str, reason: str, at: float) -> PendingRow:
        """See `Store.release_pending`."""
        said = PendingReleased(address=address, by=by, reason=reason, at=at)
        row = self._operations.release(run, said)
        self._record(run, said, at)
        return row

    # --- Results that come later --------------------------------------------------------------------------------------

    async def callback(self, digest: str) -> CallbackRow:
        """See `Store.callback`."""
        return self._callbacks.get(digest)

    async def complete(self, digest: str, completed: CallCompleted, at: float) -> CallbackRow:  # noqa: ARG002 - the port
        """See `Store.complete`."""
        return self._callbacks.complete(digest, completed)

    # --- Upkeep -------------------------------------------------------------------------------------------------------

    async def living(self) -> list[str]:
        """See `Keeping.living`."""
        return sorted({run.row.owner for run in self._runs.values() if self._alive(run.row.owner)})

    async def restored(self, run: str) -> StoreRestored | None:  # noqa: ARG002 - the port
        """See `Keeping.restored`."""
        return None

    async def differences(self, load: Load, now: float) -> list[Difference]:
        """See `Keeping.differences`."""
        return [one for run in compare(self._books(load), now) for one in run.differences]

    async def rebuild(self, load: Load, now: float) -> list[Difference]:
        """See `Keeping.rebuild`."""
        refuse_living("rebuild", await self.living())
        return mend(self._books(load), now)

    async def erase(self, runs: Sequence[str], erasing: Erasing) -> list[Erased]:
        """See `Keeping.erase`."""
        names = [self._run(run).row.run for run in runs]
        return MemoryEraser(self._runs, self._ledger, self._reviews, self._inbox, self._blobs, self._plans).erase(
            names, self._chain, erasing
        )

    async def sweep(self) -> bool:
        """See `Keeping.sweep`."""
        return True

    def _books(self, load: Load) -> MemoryBooks:
        return MemoryBooks(
            self._runs, self._journal, self._ledger, self._reviews, self._operations, self._callbacks.rows, self._inbox,
            plans=self._plans, load=load,
        )  # fmt: skip

    # --- Inside -------------------------------------------------------------------------------------------------------

    def _run(self, run: str) -> Run:
        if run not in self._runs:
            recent = [one.row for one in list(self._runs.values())[-50:]]
            raise UnknownName("run", run, [name for row in recent for name in (row.run, row.task)])
        return self._runs[run]

    def _lives(self, run: str) -> bool:
        return self._runs[run].row.status in LIVE

    def _alive(self, worker: str) -> bool:
        return worker != "" and worker not in self._dead

    def _write(self, run: Run, at: float, events: int, encoded: codec.Encoded) -> None:
        at = float(at)
        if events:
            seq = run.row.last_seq + 1
            run.head = self._chain.link(run.head, codec.VERSION, seq, at, encoded.body)
            run.journal.append(StoredAppend(codec.VERSION, seq, at, encoded.body, run.head))
            self._blobs |= encoded.blobs
        run.row = dataclasses.replace(run.row, last_seq=run.row.last_seq + events, updated_at=at)
        run.seal = self._chain.seal(run.row.last_seq, run.head)
        self._grown.set()
        self._grown = asyncio.Event()

    def _record(self, name: str, said: Event, at: float) -> None:
        """An operator's word about a run, in its inbox or, where it is over, in its journal."""
        if self._lives(name):
            return self._put(name, said)
        run, ended = self._runs[name], self._runs[name].row.updated_at
        self._write(run, at, 1, codec.encode([said]))
        run.row = dataclasses.replace(run.row, updated_at=ended)
        return None

    async def _growth(self) -> None:
        await self._grown.wait()

    def _put(self, run: str, observation: Event) -> None:
        number = next(self._numbers)
        kept = codec.encode([observation])
        read = codec.decode(kept.body, kept.blobs.get)[0]
        self._inbox[number] = InboxItem(id=number, run=run, observation=read)
        self._stirred = True
