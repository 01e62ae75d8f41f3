"""The embedded engine: the only clock and the only calls (3-interpreter-and-journal 3).

One task per live run and one that watches the store; no task outlives the engine. A run that waits for long leaves
memory: its row says when it is due, its inbox holds what comes for it, and the watch brings it back.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Self

from holdfast.core.events import Entry
from holdfast.engine.calls import Calls
from holdfast.engine.children import Children
from holdfast.engine.durable import Durable, Trouble
from holdfast.engine.identity import run_id, worker_id
from holdfast.engine.keeper import Idler
from holdfast.engine.live import LiveRun
from holdfast.engine.plans import Plans
from holdfast.engine.queue import Queue
from holdfast.engine.recovery import Recovered, revive
from holdfast.engine.request import record
from holdfast.engine.settings import Settings
from holdfast.engine.shield import shielded
from holdfast.engine.ward import State, Ward
from holdfast.engine.watch import Watch
from holdfast.errors import Fenced, HoldfastError, StoreError
from holdfast.journal.arrivals import priority_said
from holdfast.journal.store import InboxItem, RunRow, Store
from holdfast.plan.program import Plan
from holdfast.plan.shelf import Shelf
from holdfast.registry import Registry, Resources

if TYPE_CHECKING:
    from holdfast.core.policy import Policy

LOG: Final = logging.getLogger("holdfast.engine")
FINAL: Final = frozenset({"succeeded", "failed", "aborted", "cancelled"})
"""The statuses of a run that is over."""


class Overloaded(HoldfastError):
    """More runs wait for their turn than the engine takes; start it again later."""


class Engine:
    """Moves runs on. Use with `async with`, on one event loop.

    Args:
        store: an open store.
        registry: the tools.
        settings: limits.
        clock: seconds since 1970; the only source of time.
        secrets: names to references, `env:NAME` or `file:PATH`, for `ctx.secret`.
        trouble: told in one sentence when the store fails and when it is well again.
        shelf: where compiled plans are kept for the next process.
        new_id: makes the id of a run from its plan's name and the time; what a run draws, it draws from its id.
    """

    def __init__(
        self,
        store: Store,
        registry: Registry,
        settings: Settings | None = None,
        *,
        clock: Callable[[], float] = time.time,
        secrets: Mapping[str, str] | None = None,
        trouble: Trouble | None = None,
        shelf: Shelf | None = None,
        new_id: Callable[[str, float], str] = run_id,
    ) -> None:
        self.store, self.registry, self.clock = store, registry, clock
        self._new_id = new_id
        self.settings = settings or Settings()
        self.worker = worker_id()
        self._secrets = secrets
        self.wards: dict[str, Ward] = {}
        self.lives: dict[str, LiveRun] = {}
        self.idle: dict[Idler, None] = {}
        self.children = Children(self)
        self.plans = Plans(store, shelf)
        self.policy: Policy | None = None
        self._durable = Durable(store, self.settings.store_patience, trouble)
        self._owed: set[str] = set()
        """Runs that nobody moves on here and that may be this worker's all the same: the store failed just then."""
        self.calls: Calls
        self._tasks: set[asyncio.Task[None]] = set()
        self._queue = Queue()
        self._watch = Watch(self)
        self._watching: asyncio.Task[None] | None = None
        self._closing = False

    async def __aenter__(self) -> Self:
        self.calls = Calls(self.registry, self.settings, self.clock, Resources(self._secrets))
        self._watching = asyncio.create_task(self._watch.keep(), name="holdfast watch")
        return self

    async def __aexit__(self, *exc: object) -> None:
        with shielded():
            await self.close()

    # --- runs ------------------------------------------------------------------------------------------------------

    async def start(
        self,
        plan: Plan,
        *,
        inputs: Mapping[str, object] | None = None,
        task: str | None = None,
        user: str = "local",
        priority: int = 0,
    ) -> Ward:
        """Start a run, or go on with the one that has the same user, plan and task.

        Raises InputError (the inputs do not fit, or differ from the first time), UnknownName (a tool), Overloaded.
        """
        self._refuse_when_full()
        owner = self.worker if len(self._tasks) < self.settings.max_live else ""
        at = self.clock()
        run = self._new_id(plan.name, at)
        try:
            row, requested = await record(
                self.store, self.registry, plan, at, inputs=inputs, task=task, user=user, priority=priority,
                shelf=self.plans.shelf, owner=owner, run=run,
            )  # fmt: skip
        except StoreError:
            self._owed.add(run)
            raise
        self.plans.know(plan)
        if requested is None or not owner:
            return self._take(row)
        return self._take(row, revive(row.run, plan, [Entry(1, row.created_at, requested)], self.worker))

    async def resume(self, run: str) -> Ward:
        """Go on with a run that was parked or whose process died. Raises UnknownName."""
        row = await self.store.run(run)
        self._refuse_when_full()
        return self._take(row)

    def _take(self, row: RunRow, new: Recovered | None = None) -> Ward:
        ward = self.wards.get(row.run) or Ward(row.run, row.priority)
        ward.new = ward.new or new
        if row.status in FINAL:
            ward.become("over")
        elif ward.state == "parked" or row.run not in self.wards:
            ward.adopted = False
            self.wards[row.run] = ward
            self.enqueue(ward)
        return ward

    def _refuse_when_full(self) -> None:
        if self._closing:
            raise Overloaded("the engine is closing and takes no more runs")
        if len(self._queue) >= self.settings.max_queue:
            raise Overloaded(
                f"{len(self._queue)} runs wait for their turn, more are not taken (max_queue); try again later"
            )

    def use_policy(self, policy: Policy) -> None:
        """Runs obey this policy of the installation from now on, those that are live too."""
        self.policy = self.calls.policy = policy

    # --- turns -----------------------------------------------------------------------------------------------------

    def enqueue(self, ward: Ward) -> None:
        """Bring a run into memory as soon as there is room."""
        ward.brief = False
        ward.become("queued")
        self._queue.push(ward, self.clock())
        self._pump()
        if self._queue and self.idle:
            waits = next(iter(self.idle))  # perhaps for this one: it gives its place up
            del self.idle[waits]
            waits.wake()

    def _pump(self) -> None:
        while self._queue and not self._closing and len(self._tasks) < self.settings.max_live:
            ward = self._queue.pop()
            task = asyncio.create_task(self._keep(ward), name=f"holdfast run {ward.run}")
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._pump()

    async def _keep(self, ward: Ward) -> None:
        """Have a run in memory until it leaves, and say how it left."""
        try:
            departure = await self._move(ward)
        except Fenced as error:
            LOG.warning("%s", error, extra={"run": ward.run})
            ward.become("elsewhere")
        except HoldfastError as error:
            about = {"run": ward.run}
            LOG.error("run %s stops here and can be resumed: %s", ward.run, error, extra=about)  # noqa: TRY400 - a state of the world
            self._let_go(ward, "broken", error)
        except Exception as error:
            about = {"run": ward.run}
            LOG.exception("run %s stops here and can be resumed: a fault of Holdfast itself", ward.run, extra=about)
            self._let_go(ward, "broken", error)
        else:
            self._departed(ward, departure)

    def _departed(self, ward: Ward, departure: State) -> None:
        if departure == "parked" and ward.look_again and not self._closing:
            self.enqueue(ward)
            return
        if ward.adopted or departure != "parked":
            self._let_go(ward, departure)  # the store knows the rest: 100,000 parked runs take no memory in a worker
        else:
            ward.brief = ward.wake_at is not None and ward.wake_at - self.clock() <= self.settings.linger
            ward.become("parked")
            self._watch.park(ward)

    def _let_go(self, ward: Ward, state: State, error: Exception | None = None) -> None:
        """Be responsible no longer; who holds the ward still learns what became of it."""
        if state != "elsewhere" and self.wards.get(ward.run) is ward:
            del self.wards[ward.run]
        ward.become(state, error)

    async def _move(self, ward: Ward) -> State:
        """Load a run and move it on; what it became."""
        if (new := ward.new) is not None:
            ward.new = None
            return await self._hold(ward, new.plan, new)
        row = await self.store.run(ward.run)
        if row.status in FINAL:
            return "over"
        plan = await self.plans.get(row.plan_hash)
        self.registry.contracts(sorted(plan.tools))  # a run whose tools are not here is left to who has them
        try:
            if not await self.store.acquire(ward.run, self.worker):
                return "elsewhere"
        except StoreError:
            self._owed.add(ward.run)
            raise
        return await self._hold(ward, plan)

    async def _hold(self, ward: Ward, plan: Plan, new: Recovered | None = None) -> State:
        """Move on a run that this worker owns, and give it up; one that is over has no owner any more."""
        departure: State | None = None
        try:
            live = await self._brought(ward, plan, new)
            departure = await live.live()
            return departure
        finally:
            if ward.live is not None:
                ward.wake_at = ward.live.wake_at
                ward.live.abandon()
            ward.live = None
            self.lives.pop(ward.run, None)
            if departure != "over":
                await self._release(ward.run)

    async def _release(self, run: str) -> None:
        """Give a run up. Where the store fails just then, the watch does it: nobody takes what a living worker owns."""
        self._owed.add(run)
        with shielded(), contextlib.suppress(StoreError):
            await self.store.release(run, self.worker)
            self._owed.discard(run)

    async def release_owed(self) -> None:
        """Give up what could not be given up before, unless it is moved on here again."""
        for run in list(self._owed):
            ward = self.wards.get(run)
            if ward is not None and ward.state in {"queued", "live"}:
                self._owed.discard(run)
            else:
                await self._release(run)

    async def _brought(self, ward: Ward, plan: Plan, new: Recovered | None) -> LiveRun:
        """A run in memory, with all that came for it."""
        ward.look_again = False
        recovered = new or revive(
            ward.run, plan, await self.store.entries(ward.run), self.worker, await self.store.restored(ward.run)
        )
        live = LiveRun(recovered, self._durable, self.calls, self.clock, self.settings, self)
        ward.live, ward.state = live, "live"
        self.lives[ward.run] = live
        if new is None:
            live.receive(await self.store.inbox([ward.run]))
        else:
            self._watch.look()  # something may have come for it already
        if self._closing:
            live.close()
        return live

    def adopt(self, run: str) -> None:
        """Be responsible for a run that nobody has, and bring it into memory."""
        ward = self.wards.get(run)
        if ward is None:
            ward = self.wards[run] = Ward(run)
            ward.adopted = True
            self.enqueue(ward)
        elif ward.state == "parked":
            self.enqueue(ward)

    def carry_out(self, row: RunRow, parent: str) -> None:
        """Bring a child into memory: whoever sees to its parent sees to it."""
        above, ward = self.wards.get(parent), self.wards.get(row.run)
        if ward is None:
            ward = self.wards[row.run] = Ward(row.run, row.priority)
            ward.adopted = above is not None and above.adopted
            self.enqueue(ward)
        if above is not None and ward.above is None:
            above.take_under(ward)

    def is_kept(self, run: str, parent: str) -> bool:
        """Whether this engine sees to a child already; then it is known who waits for it."""
        above, ward = self.wards.get(parent), self.wards.get(run)
        if above is not None and ward is not None and ward.above is None:
            above.take_under(ward)
        return ward is not None

    def waits(self, run: str) -> bool:
        """Whether something goes on here in a run's children."""
        ward = self.wards.get(run)
        return ward is not None and any(child.busy for child in (ward.below or {}).values())

    @property
    def crowded(self) -> bool:
        """Whether runs wait for a place in memory."""
        return bool(self._queue)

    def seen_elsewhere(self, ward: Ward, row: RunRow) -> None:
        """What another worker made of a run."""
        if row.status in FINAL:
            self._let_go(ward, "over")
        elif row.status != "running" and not row.owner:
            ward.wake_at = row.wake_at
            ward.become("parked")
            self._watch.park(ward)
        else:
            self.enqueue(ward)  # only an attempt to acquire it tells whether its owner lives

    # --- what comes from outside -----------------------------------------------------------------------------------

    async def notice(self, run: str) -> None:
        """Something was put into this run's inbox by this process: take it up now, not at the next look."""
        if (ward := self.wards.get(run)) is not None:
            self.dispatch({run: ward.live}, await self.store.inbox([run]))

    def dispatch(self, lives: Mapping[str, LiveRun | None], items: Sequence[InboxItem]) -> None:
        """Hand inbox items to their runs. `lives`: who was live when they were read; to others they may be old news."""
        for run, group in itertools.groupby(items, key=lambda item: item.run):
            ward = self.wards.get(run)
            if ward is None:
                continue
            came = list(group)
            for item in came:
                if (priority := priority_said(item.observation)) is not None:
                    self._queue.prioritise(ward, priority)
            if ward.live is not None and ward.live is lives.get(run):
                ward.live.receive(came)
            elif ward.state == "parked":
                self.enqueue(ward)
            else:
                ward.look_again = True

    # --- the end ---------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Take no more, let writes in flight end within the grace time, give the runs up; all stay resumable."""
        self._closing = True
        for live in list(self.lives.values()):
            live.close()
        await self._ended(self.settings.grace)
        self._durable.stop_waiting()
        for live in list(self.lives.values()):
            live.abandon()
        await self._ended(self.settings.grace)
        for task in (*self._tasks, self._watching):
            if task is not None:
                task.cancel()
        await asyncio.gather(*self._tasks, *filter(None, [self._watching]), return_exceptions=True)
        for ward in list(self.wards.values()):
            self._let_go(ward, "left")
            if ward.new is not None:
                await self._release(ward.run)
        await self.calls.close()
        self.plans.keep()

    async def _ended(self, seconds: float) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
