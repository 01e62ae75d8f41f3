"""How a run comes to be: checked, then recorded; who moves it on is another matter.

A task names a run in the user's own terms: the same user, plan and task is the same run, from whichever process and at
whatever moment it is asked for. What is recorded is the request alone; what follows from it is decided by who takes the
run, from the same request.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from holdfast.core.behaviour import NEWEST
from holdfast.core.contract import Contract
from holdfast.core.events import RunRequested
from holdfast.diagnostics import Diagnostic
from holdfast.engine.identity import run_id
from holdfast.engine.inputs import checked_inputs, name_fault, shown
from holdfast.engine.log import journaled
from holdfast.errors import InputError, PlanError, StoreError
from holdfast.journal.store import NewRun, RunRow, Store
from holdfast.plan.program import Plan, Repeated
from holdfast.registry import Registry

if TYPE_CHECKING:
    from holdfast.plan.shelf import Shelf

LOG: Final = logging.getLogger("holdfast.engine")
HIGHEST: Final = 1_000_000
"""The highest priority of a run; any store can hold it."""


async def record(
    store: Store,
    registry: Registry,
    plan: Plan,
    at: float,
    *,
    inputs: Mapping[str, object] | None = None,
    task: str | None = None,
    user: str = "local",
    priority: int = 0,
    shelf: Shelf | None = None,
    owner: str = "",
    run: str = "",
) -> tuple[RunRow, RunRequested | None]:
    """Create a run, or find the one that has the same user, plan and task.

    Args:
        store: where it is recorded.
        registry: has to know every tool of the plan; their contracts become part of the request.
        plan: stays with the run, whatever its file says later.
        at: seconds since 1970.
        inputs: as the plan declares them.
        task: None: the run's own id.
        user: on whose behalf.
        priority: higher goes first while runs wait for their turn.
        shelf: where compiled plans are kept.
        owner: the worker that is to hold a new run from the beginning; empty: nobody.
        run: the id of a new one; empty: one is made.

    Returns its row, and its only entry if it is new.

    Raises InputError (they do not fit, or differ from the first time), UnknownName (a tool), PlanError (a sub-plan),
    ConfigError, StoreError.
    """
    _refuse_misfits(task, user, priority)
    values = checked_inputs(plan, inputs)
    tools, links = plan.tools, dict[str, Mapping[str, str]]()
    repeats: Sequence[Repeated] = plan.repeats
    if plan.plans:
        tools, links, repeats = await families(store, plan, shelf)
    contracts = registry.contracts(sorted(tools))
    if repeats:
        _refuse_repeats(repeats, contracts)
    run = run or run_id(plan.name, at)
    named = run if task is None else task
    requested = RunRequested(
        run=run, plan=plan.name, plan_hash=plan.hash, task=named, user=user, inputs=values, contracts=contracts,
        plans=links, behaviour=NEWEST,
    )  # fmt: skip
    new = NewRun(
        run=run, plan=plan.name, plan_hash=plan.hash, task=named, user=user, at=at, priority=priority, file=plan.file,
        source=plan.source, owner=owner, keep=plan.events_kept,
    )  # fmt: skip
    row, created = await store.create(new, [requested])
    if created:
        journaled(row.run, 0, [requested])
        return row, requested
    await _agree(store, row, requested)
    return row, None


def _refuse_misfits(task: str | None, user: str, priority: int) -> None:
    """Raises InputError for words and numbers that no store can hold."""
    for what, text in (("task", task), ("user", user)):
        if text is None:
            continue
        if not text.strip():
            advice = "it names the run; leave it out where there is none" if what == "task" else "whose run is it?"
            raise InputError(f"the {what} is empty: {advice}")
        if (fault := name_fault(text)) is not None:
            raise InputError(f"the {what} {fault}")
    if abs(priority) > HIGHEST:
        raise InputError(
            f"the priority {priority} cannot be stored: use a whole number from -{HIGHEST:,} to {HIGHEST:,}"
        )


def _refuse_repeats(repeats: Sequence[Repeated], contracts: Sequence[Contract]) -> None:
    """Raises PlanError where a fresh retry would repeat a write: the rule HF225, for who starts a plan without lint."""
    writes = {contract.name for contract in contracts if contract.effect == "write"}
    found = [
        Diagnostic(
            code="HF225", severity="error", slug="fresh-repeats",
            message=f"`{one.block}` begins afresh when it is tried again, and nothing undoes what `{one.tool}` did "
            f"before, in `{one.step}`",
            help="add `compensate:` with a tool that undoes it, or leave out `fresh: true`: results are kept then",
        )
        for one in repeats
        if one.tool in writes
    ]  # fmt: skip
    if found:
        raise PlanError(found)


async def families(
    store: Store, plan: Plan, shelf: Shelf | None
) -> tuple[frozenset[str], dict[str, Mapping[str, str]], Sequence[Repeated]]:
    """Keep the text of every plan this one may run as a child.

    Returns all their tools, which name means which text, and the calls that a fresh retry would make again. Raises
    PlanError: one is not there or is no plan, or is given what it does not take.
    """
    from holdfast.engine.giving import refuse_misfits
    from holdfast.plan.family import family

    found = family(plan, shelf)
    plans = {plan.hash: plan, **found.plans}
    for one, links in found.links.items():
        refuse_misfits(plans[one], {name: plans[child] for name, child in links.items()})
    for child in found.plans.values():
        await store.save_plan(child.hash, child.name, child.file, child.source)
    tools = plan.tools.union(*(child.tools for child in found.plans.values()))
    return tools, found.links, [one for each in (plan, *found.plans.values()) for one in each.repeats]


async def _agree(store: Store, row: RunRow, again: RunRequested) -> None:
    """Raises InputError when the run was asked for with other inputs before."""
    first = await store.request(row.run)
    if not isinstance(first, RunRequested):
        raise StoreError(f"the journal of run {row.run} does not begin with its request: its store is damaged")
    names = {**first.inputs, **again.inputs}
    differ = [name for name in names if first.inputs.get(name) != again.inputs.get(name)]
    if differ:
        said = "; ".join(
            f"`{name}` was {shown(first.inputs.get(name))}, now it is {shown(again.inputs.get(name))}"
            for name in differ
        )
        raise InputError(
            f"task `{row.task}` of plan `{row.plan}` is run {row.run} already, with other inputs: {said}; "
            "give the same inputs, or another task"
        )
    if row.plan_hash != again.plan_hash:
        LOG.warning("run %s stays with the version of plan `%s` that it was started with", row.run, row.plan)
