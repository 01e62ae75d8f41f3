"""A run moves to another version of its plan, if that would have decided everything so far in the same way.

Rules of the file:
- The whole journal is decided again under the new version, the move itself included; one difference, and the run stays.
- The move is one append: the event, the run's plan and its row change together or not at all.
- Who moves a run holds it meanwhile: a worker that has it is not disturbed, and one that comes is fenced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from holdfast.core.actions import PlanPinned
from holdfast.core.events import Entry, PlanMigrated, RunRequested
from holdfast.core.replay import Divergence, replay
from holdfast.engine.inputs import checked_inputs
from holdfast.engine.request import families
from holdfast.errors import InputError, StoreError
from holdfast.journal.store import LIVE, Append, RunRow, Store
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.plan.program import Plan
    from holdfast.plan.shelf import Shelf
    from holdfast.registry import Registry


@value
class Migration:
    """What became of moving a run.

    Args:
        run: its id.
        before: the hash of the plan it was pinned to.
        after: the hash of the new version.
        entries: how many entries of its journal were decided again.
        divergence: what would have been decided otherwise; None: nothing, and the run has moved, or could.
        moved: whether it has.
    """

    run: str
    before: str
    after: str
    entries: int = 0
    divergence: Divergence | None = None
    moved: bool = False

    @property
    def agrees(self) -> bool:
        """Whether nothing keeps the run from moving."""
        return self.divergence is None


async def migrate(
    store: Store,
    registry: Registry,
    plan: Plan,
    run: str,
    *,
    at: float,
    worker: str,
    by: str = "",
    dry: bool = False,
    shelf: Shelf | None = None,
) -> Migration:
    """Move a run to another version of its plan.

    Args:
        store: has the run.
        registry: has the tools of the new version.
        plan: the new version, compiled.
        run: its id, or an unambiguous beginning of it.
        at: seconds since 1970.
        worker: a name of one's own, under which the run is held meanwhile.
        by: who says so.
        dry: only look whether it could move.
        shelf: where compiled plans are kept.

    Raises InputError (it is over, of another plan, or lacks an input), UnknownName, PlanError, StoreError (a worker has
    it), Fenced.
    """
    row = await store.run(run)
    _refuse(row, plan)
    if row.plan_hash == plan.hash:
        return Migration(run=row.run, before=row.plan_hash, after=plan.hash)
    if not await store.acquire(row.run, worker):
        raise StoreError(f"run {row.run} is being carried out just now: end that process, or wait until it is parked")
    try:
        return await _moved(store, registry, plan, row, at, by, shelf, dry=dry)
    finally:
        await store.release(row.run, worker)


def _refuse(row: RunRow, plan: Plan) -> None:
    if row.status not in LIVE:
        raise InputError(f"run {row.run} is over ({row.status}): it stays with its plan")
    if row.plan != plan.name:
        raise InputError(
            f"run {row.run} is one of plan `{row.plan}`, not of `{plan.name}`: `fork` or start another run"
        )


async def _moved(
    store: Store, registry: Registry, plan: Plan, row: RunRow, at: float, by: str, shelf: Shelf | None, *, dry: bool
) -> Migration:
    entries = await store.entries(row.run)
    last = entries[-1]
    if last.seq == 1:
        raise InputError(f"run {row.run} has not begun: `holdfast resume {row.run}` begins it, or cancel it")
    event = replace(await _event(store, registry, plan, entries[0], shelf), by=by)
    entry = Entry(last.seq + 1, max(at, last.at), event)
    done = replay(plan, [*entries, entry])
    result = Migration(
        run=row.run, before=row.plan_hash, after=plan.hash, entries=len(entries), divergence=done.divergence
    )
    if dry or done.divergence is not None:
        return result
    await store.save_plan(plan.hash, plan.name, plan.file, plan.source)
    append = Append(
        run=row.run, after=last.seq, at=entry.at, events=[event], changes=[PlanPinned(plan_hash=plan.hash)],
        summary=done.interpreter.summary(),
    )  # fmt: skip
    await store.append(append)
    return replace(result, moved=True)


async def _event(store: Store, registry: Registry, plan: Plan, first: Entry, shelf: Shelf | None) -> PlanMigrated:
    """What the run has to know of the new version. Raises InputError, UnknownName, PlanError."""
    request = first.event
    assert isinstance(request, RunRequested)  # noqa: S101 - a journal begins so
    tools, links = plan.tools, dict[str, Mapping[str, str]]()
    if plan.plans:
        tools, links, _ = await families(store, plan, shelf)
    known = {contract.name for contract in request.contracts}
    return PlanMigrated(
        plan_hash=plan.hash,
        contracts=registry.contracts(sorted(name for name in tools if name not in known)),
        plans=links,
        inputs=_new_inputs(plan, request),
    )


def _new_inputs(plan: Plan, request: RunRequested) -> dict[str, object]:
    """Defaults of inputs that the new version has besides. Raises InputError for one without a default."""
    missing = {name: declared for name, declared in plan.inputs.items() if name not in request.inputs}
    for name, declared in missing.items():
        if declared.required:
            raise InputError(
                f"the new version of `{plan.name}` needs the input `{name}`, which run {request.run} lacks"
            )
    given = {name: told for name, told in request.inputs.items() if name in plan.inputs}
    known = checked_inputs(plan, given)
    return {name: known[name] for name in missing if name in known}
