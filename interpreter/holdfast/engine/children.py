"""Child runs: created where their parent's journal means them, told what it says, carried out by the same engine.

Rules of the file:
- Everything here may be done again: a child is created under an id that its parent's journal holds, once.
- A child's end reaches its parent through the store, with the child's own last entry. What is said from here to a
  parent in memory is only that it should look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final, Protocol, TypeVar, cast

from holdfast.core.actions import SignalChild, StartChild
from holdfast.core.behaviour import NEWEST
from holdfast.core.contract import Contract
from holdfast.core.events import ChildFinished, ChildStarted, Observation, RunRequested, SignalReceived
from holdfast.core.failure import Failure
from holdfast.engine.calls import Calls
from holdfast.engine.inputs import checked_inputs
from holdfast.engine.log import journaled
from holdfast.engine.plans import Plans
from holdfast.engine.threads import Raised
from holdfast.errors import InputError, StoreError, UnknownName
from holdfast.journal.store import LIVE, NewRun, RunRow, Store
from holdfast.plan.program import Plan
from holdfast.registry import Registry

T = TypeVar("T")
Asked = tuple[RunRequested, Plan]

LARGE: Final = 64 * 1024
"""Characters of a plan made in a run from which on it is looked at in a thread: other runs go on meanwhile."""


class Keeper(Protocol):
    """The engine, as its children's office sees it."""

    store: Store
    plans: Plans
    registry: Registry
    calls: Calls
    clock: Callable[[], float]

    def carry_out(self, row: RunRow, parent: str) -> None:
        """Bring a child into memory, if nobody else has it."""
        ...

    def is_kept(self, run: str, parent: str) -> bool:
        """Whether this engine sees to a child already; then it is known who waits for it."""
        ...

    async def notice(self, run: str) -> None:
        """Something was put into a run's inbox."""
        ...


class Children:
    """Carries out what a run wants of its children.

    Args:
        keeper: the engine.
    """

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    async def start(self, parent: str, action: StartChild) -> Observation | None:
        """See to it that a child runs. Gives what its parent has to observe of that; None: nothing new.

        Raises StoreError, UnknownName (its plan is not in the store), PlanError (it is and cannot be read any more).
        """
        keeper = self._keeper
        if action.started and keeper.is_kept(action.child, parent):
            return None
        try:
            row = await keeper.store.run(action.child)
        except UnknownName:
            asked = await (self._made(action) if action.source else self._named(action))
            if isinstance(asked, Failure):
                return ChildFinished(child=action.child, status="failed", error=asked)
            row = await self._created(parent, *asked, kept=not action.source)
        if row.status in LIVE:
            keeper.carry_out(row, parent)
        return None if action.started else ChildStarted(child=action.child)

    async def _named(self, action: StartChild) -> Asked | Failure:
        """A plan whose text was fixed with the run at the top, and what it is asked for; or why it cannot be."""
        plans = self._keeper.plans
        plan = await plans.get(action.plan_hash)
        below = _tools((await plans.below(plan.hash, action.plans)).values())
        try:
            return _request(plan, action, action.contracts, action.plans, below), plan
        except InputError as wrong:
            return Failure(code="invalid", message=str(wrong), happened=False)

    async def _made(self, action: StartChild) -> Asked | Failure:
        """The same for a plan that the run has made."""
        from holdfast.engine.produced import Refused, compiled, examine

        plans, registry = self._keeper.plans, self._keeper.registry
        try:
            plan = await self._apart(action, partial(compiled, action.source, plans.shelf))
            plans.know(plan)
            known = {name: action.names[name] for name in plan.plans if name in action.names}
            links = {**action.plans, plan.hash: known} if plan.plans else action.plans
            named = {name: await plans.get(child) for name, child in known.items()}
            below = _tools((await plans.below(plan.hash, links)).values())
            await self._apart(action, partial(examine, plan, action, registry, named, below))
            new = registry.contracts(sorted((plan.tools | below) - action.contracts.keys()))
            contracts = {**action.contracts, **{contract.name: contract for contract in new}}
            return _request(plan, action, contracts, links, below), plan
        except Refused as refused:
            return refused.failure
        except InputError as wrong:
            return Failure(code="lint", message=str(wrong), happened=False)

    async def _apart(self, action: StartChild, work: Callable[[], T]) -> T:
        """Do what takes long for a long text where it holds nobody up."""
        if len(action.source) < LARGE:
            return work()
        done = await self._keeper.calls.workplace.threads.run(work)
        if isinstance(done, Raised):
            raise done.error
        return cast("T", done)

    async def _created(self, parent: str, requested: RunRequested, plan: Plan, *, kept: bool) -> RunRow:
        """The child's row; `kept`: the store has the text of its plan."""
        at, above = self._keeper.clock(), await self._keeper.store.run(parent)
        new = NewRun(
            run=requested.run, plan=requested.plan, plan_hash=requested.plan_hash, task=requested.run,
            user=requested.user, at=at, priority=above.priority, parent=parent, keep=plan.events_kept,
            file="" if kept else plan.file, source="" if kept else plan.source,
        )  # fmt: skip
        row, created = await self._keeper.store.create(new, [requested])
        journaled(row.run, 0, [requested] if created else ())
        if row.run != requested.run:
            raise StoreError(f"run {row.run} has the task `{row.task}`, which is the id of a child of run {parent}")
        return row

    async def signal(self, action: SignalChild) -> None:
        """Tell a child; one that is over hears nothing any more. Raises StoreError."""
        store = self._keeper.store
        row = await store.run(action.child)
        if row.status not in LIVE:
            return
        try:
            said = action.share or SignalReceived(signal=action.signal, by=action.by)
            await store.signal(action.child, said, self._keeper.clock())
        except StoreError:
            if (await store.run(action.child)).status in LIVE:
                raise
        await self._keeper.notice(action.child)

    async def told(self, parent: str) -> None:
        """What a child said stands in its parent's inbox."""
        await self._keeper.notice(parent)


def _tools(plans: Iterable[Plan]) -> frozenset[str]:
    return frozenset().union(*(plan.tools for plan in plans))


def _request(
    plan: Plan,
    action: StartChild,
    contracts: Mapping[str, Contract],
    links: Mapping[str, Mapping[str, str]],
    below: frozenset[str],
) -> RunRequested:
    """What a child is asked for; `below`: the tools of the plans that it runs itself. Raises InputError."""
    inputs = checked_inputs(plan, action.inputs)
    for name, declared in plan.inputs.items():
        if declared.secret and name in action.inputs and name not in action.secrets:
            raise InputError(
                f"input `{name}` of plan `{plan.name}` is secret: it takes a secret input, handed on whole"
            )
    tools = plan.tools | below
    inherited = {effect.undo for effect in action.legacy.effects} if action.legacy is not None else set()
    needed = tools | {contract.undo for name, contract in contracts.items() if name in tools} | inherited
    return RunRequested(
        run=action.child, plan=plan.name, plan_hash=plan.hash, task=action.task, user=action.user, inputs=inputs,
        contracts=tuple(contract for name, contract in contracts.items() if name in needed),
        plans=links if plan.plans else {}, lineage=action.lineage, legacy=action.legacy,
        behaviour=NEWEST,
    )  # fmt: skip
