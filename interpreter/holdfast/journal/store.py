"""The store port: what every journal store promises (3-interpreter-and-journal 2), held to it by one suite.

Rules of the file:
- `append` is atomic: entries, ledger, reviews and the run's row change together or not at all.
- An acknowledged append survives what its durability names: `power` (loss of power) or `process` (kill -9).
- After any other StoreError the journal holds either the whole append or nothing of it; `entries` says which.
- `at` is kept as it is given: a clock that goes backwards is the engine's business.
- `seq` is dense. An append that does not continue the run's last entry raises `Fenced` and changes nothing.
- An append whose claim another effect stands against raises `ClaimRefused` and changes nothing; so does one that
  reserves a subject which another pending operation holds.
- A released subject wakes one of the runs that want it, the one that has waited longest.
- An append that opens a review in a queue which has taken on all it can raises `ClaimRefused` with `QueueFull`.
- An append that closes a review as expired or escalated raises `AnswerFirst` and changes nothing if more answers to it
  are stored than the run had heard: an acknowledged answer counts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from typing import Final, Literal, Protocol, Self

from holdfast.core.actions import Change
from holdfast.core.events import CallCompleted, Claim, Entry, Event, QueueFull, SubjectHeld
from holdfast.core.review import Review
from holdfast.core.summary import Summary
from holdfast.journal.desk import Desk
from holdfast.journal.keeping import Keeping
from holdfast.journal.outbox import Outbox
from holdfast.journal.rows import CallbackRow as CallbackRow  # noqa: PLC0414 - names of the port
from holdfast.journal.rows import PendingRow as PendingRow  # noqa: PLC0414 - the same
from holdfast.journal.rows import RunFilter as RunFilter  # noqa: PLC0414 - the same
from holdfast.plan.program import EVENTS_KEPT
from holdfast.values import value

Durability = Literal["power", "process"]

AGING: Final = 60.0
"""Seconds of waiting that count as one more of priority: `priority + waited / AGING` decides who goes first."""

LIVE: Final = frozenset({"running", "waiting", "paused"})
"""The states of a run that is not over."""


Refusal = Claim | SubjectHeld | QueueFull
"""What keeps an append from being written."""


class ClaimRefused(Exception):
    """A write cannot be intended: `observation` says what stands against it. Nothing of the append was written.

    `observations`: the same, and whatever else was found to stand against the append at once.
    """

    def __init__(self, observation: Refusal, *more: Refusal) -> None:
        super().__init__(observation, *more)
        self.observation, self.observations = observation, (observation, *more)


class AnswerFirst(Exception):
    """A review's time ran out, and somebody had answered it before that was written. Nothing of the append was.

    The answer is in the run's inbox.
    """

    def __init__(self, review: str) -> None:
        super().__init__(review)
        self.review = review


@value
class Append:
    """One turn's worth of journal for one run.

    Args:
        run: its id.
        after: the seq of the run's last entry as this worker knows it.
        at: seconds since 1970 for all of the entries.
        events: in order; they get `after + 1` and so on.
        changes: to the ledger and the reviews.
        summary: the run's new row; None: unchanged. Once it says that the run is over, nobody owns it any more.
        consumed: ids of inbox items that these events take up; removed in the same transaction.
    """

    run: str
    after: int
    at: float
    events: Sequence[Event]
    changes: Sequence[Change] = ()
    summary: Summary | None = None
    consumed: Sequence[int] = ()


@value
class NewRun:
    """A run to be created: the identity `(user, plan, task)` is unique in a store.

    `parent`: the run that waits for it; a child's task in the store is its own id. `file`, `source`: of its plan, which
    is kept once under its hash; an empty source: it is kept already. `owner`: the worker that is to hold the new run;
    empty: nobody does yet. `keep`: how many events it keeps that no wait has taken. `history`: entries that it shares
    with the run it is forked from (`origin`), each at its own time; its own first entries come behind them.
    """

    run: str
    plan: str
    plan_hash: str
    task: str
    user: str
    at: float
    priority: int = 0
    parent: str = ""
    file: str = ""
    source: str = ""
    owner: str = ""
    keep: int = EVENTS_KEPT
    origin: str = ""
    history: Sequence[Entry] = ()

    def row(self, last_seq: int) -> RunRow:
        """The run's row when it is new."""
        return RunRow(
            run=self.run, plan=self.plan, plan_hash=self.plan_hash, task=self.task, user=self.user,
            priority=self.priority, status="running", created_at=self.at, updated_at=self.at, last_seq=last_seq,
            owner=self.owner, parent=self.parent, origin=self.origin,
        )  # fmt: skip


@value
class RunRow:
    """A run as lists show it. `last_seq`: of its last entry. `owner`: the worker that holds it, or empty.

    `parent`: the run that waits for this one; empty for a run that somebody started. `origin`: the run it is a fork of.
    """

    run: str
    plan: str
    plan_hash: str
    task: str
    user: str
    priority: int
    status: str
    created_at: float
    updated_at: float
    last_seq: int
    owner: str = ""
    wake_at: float | None = None
    waiting: Sequence[Mapping[str, object]] = ()
    result: Mapping[str, object] | None = None
    parent: str = ""
    origin: str = ""


@value
class EffectRow:
    """A row of the effect ledger.

    `state`: intended, succeeded, failed, unknown, compensated, or unusable: it took place, what it gave cannot be used.
    """

    tool: str
    key: str
    state: str
    digest: str
    run: str
    address: str
    intended_at: float
    settled_at: float | None = None
    value: object = None


@value
class Given:
    """What one person said about a review, and when, in seconds since 1970."""

    by: str
    decision: str
    value: object = None
    reason: str = ""
    at: float = 0.0
    source: str = ""
    looked: float | None = None


@value
class ReviewRow:
    """A review as people see it.

    `state`: open, answered (a decision is stored, the run has not taken it yet), closed (`outcome` says how). `given`:
    all answers in their order, where several people have to approve; `decision`, `value`, `by`, `source`, `looked` and
    `remark`, the reason that was given, are of the one that decided. `why`: in words, why a review was withdrawn.
    """

    review: Review
    run: str
    plan: str
    user: str
    state: str
    opened_at: float
    decision: str = ""
    value: object = None
    by: str = ""
    answered_at: float | None = None
    outcome: str = ""
    closed_at: float | None = None
    given: Sequence[Given] = ()
    source: str = ""
    looked: float | None = None
    why: str = ""
    remark: str = ""


@value
class Answer:
    """What a person decided about a review, where it was said, and for how many seconds it was looked at."""

    decision: str
    value: object = None
    by: str = ""
    reason: str = ""
    source: str = ""
    looked: float | None = None


@value
class InboxItem:
    """Something that reached a run from outside and is not in its journal yet."""

    id: int
    run: str
    observation: Event


class Store(Outbox, Keeping, Protocol):
    """Where journals live. Opened with `async with`; safe for many tasks of one event loop and many processes."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc: object) -> None: ...

    # plans
    async def save_plan(self, plan_hash: str, name: str, file: str, source: str) -> None:
        """Keep a plan's source under its hash, beside those that runs are created with; again changes nothing."""
        ...

    async def plan_source(self, plan_hash: str) -> tuple[str, str]:
        """(file, source) of a plan. Raises UnknownName."""
        ...

    # runs and journals
    async def create(self, new: NewRun, events: Sequence[Event]) -> tuple[RunRow, bool]:
        """Create a run with its history and first entries, or return the one that already has its identity.

        Returns the row and whether it is new. Two processes at the same moment get the same run.
        """
        ...

    def append(self, append: Append) -> Awaitable[object]:
        """Commit one turn: it stands when what this gives was awaited, and may be under way before that.

        Raises StoreError here where it holds what no store can keep; Fenced, ClaimRefused, AnswerFirst, StoreError when
        it is awaited.
        """
        ...

    async def request(self, run: str) -> Event:
        """The first entry of a run, which says what was asked for. Raises UnknownName, StoreError."""
        ...

    async def entries(self, run: str, after: int = 0) -> list[Entry]:
        """The journal of a run from seq `after + 1` on, verified against its digests (StoreError if broken)."""
        ...

    async def run(self, run: str) -> RunRow:
        """One run by its id, an unambiguous beginning of it, or else its task. Raises UnknownName, InputError."""
        ...

    async def runs(self, which: RunFilter) -> list[RunRow]:
        """Runs, the newest first."""
        ...

    # ownership
    async def acquire(self, run: str, worker: str) -> bool:
        """Make this worker the run's owner; False while another living worker owns it. One that is over has no owner.

        A worker is alive while the store can tell so: for `Sqlite` as long as the process that acquired as this worker
        lives and its store is open, for `Memory` until the run is released.
        """
        ...

    async def release(self, run: str, worker: str) -> None:
        """Give the run up if this worker owns it."""
        ...

    async def ready(self, now: float, worker: str, limit: int) -> list[str]:
        """Runs without a living owner that have something to do: an inbox item, a timer due, or left `running`.

        The highest priority first, aged so that nothing starves: a run that waits gains one for every `AGING` seconds
        since its last entry. Equal ones the oldest first.
        """
        ...

    # people and signals
    async def answer(self, review: str, answer: Answer, at: float) -> ReviewRow:
        """Record a person's decision durably and put ReviewAnswered into the run's inbox.

        Where several people have to approve, the review stays open until enough have; one other decision closes it. The
        same answer again is accepted as one. Raises ReviewError (closed, another answer was first, or this person does
        not decide about it), UnknownName.
        """
        ...

    async def signal(self, run: str, observation: Event, at: float) -> None:
        """Put an observation into a run's inbox. A priority holds in the same moment, wherever the run is.

        Raises UnknownName; StoreError if the run is over; EventRefused (see `arrivals`).
        """
        ...

    async def inbox(self, runs: Sequence[str]) -> list[InboxItem]:
        """What has come for these runs, in order of arrival; stays until an append consumes it."""
        ...

    async def changed(self) -> bool:
        """Whether something may have come since the last call: another process wrote, or this store was told.

        This store's own answers, signals and new runs count, its appends do not. Cheap enough for 50 times a second;
        one caller per store, since each call forgets what it told.
        """
        ...

    async def reviews(
        self, *, state: str = "open", run: str | None = None, to: str | None = None, beginning: str = "",
        desk: Desk | None = None, limit: int = 100,
    ) -> list[ReviewRow]:  # fmt: skip
        """Reviews, the most urgent first. `beginning`: of their ids; `desk`: of the person who asks."""
        ...

    async def decided(self, to: str, limit: int = 100) -> list[ReviewRow]:
        """What people decided for a queue, what was asked last first."""
        ...

    async def review_history(self, since: float, limit: int = 1_000_000) -> list[ReviewRow]:
        """Reviews of every state that were opened since then, and older ones that are still open; the oldest first."""
        ...

    async def review(self, review: str) -> ReviewRow:
        """One review. Raises UnknownName."""
        ...

    # effects
    async def effects(
        self, *, state: str | None = None, tool: str | None = None, run: str | None = None, limit: int = 100
    ) -> list[EffectRow]:
        """Rows of the ledger, the newest first."""
        ...

    async def resolve_effect(
        self, tool: str, key: str, state: str, value: object, at: float, by: str = ""
    ) -> EffectRow:
        """An operator says what became of an `unknown` (or forgotten `intended`) effect: succeeded or failed.

        Of an `unusable` one what it gave: succeeded. It is put on record. Raises UnknownName, StoreError.
        """
        ...

    # pending operations
    async def pending(
        self,
        now: float,
        *,
        state: str | None = None,
        run: str | None = None,
        subject: str | None = None,
        limit: int = 100,
    ) -> list[PendingRow]:
        """Pending operations and held subjects, the oldest first; holds that have run out by `now` are none."""
        ...

    async def release_pending(self, run: str, address: str, by: str, reason: str, at: float) -> PendingRow:
        """A person says that an operation needs no confirmation any more; gives the row as it was.

        One that nobody watches is taken off the list; the run of an open one is told. Raises UnknownName; StoreError
        for one that is reserved, whose effect has to be settled first.
        """
        ...

    # results that come later
    async def callback(self, digest: str) -> CallbackRow:
        """A token, by its digest. Raises UnknownName."""
        ...

    async def complete(self, digest: str, completed: CallCompleted, at: float) -> CallbackRow:
        """Put a result into the inbox of the run that waits for it, once; the same again is accepted as one.

        Raises UnknownName; CallbackError (another result was first, or nothing waits for it any more).
        """
        ...

    # for following
    def follow(self, run: str, after: int = 0) -> AsyncIterator[Entry]:
        """The journal as it grows, until the run is over."""
        ...
