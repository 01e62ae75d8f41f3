"""A new run that goes on from the history of another one (8-replay-and-simulation, 11-hard-cases 23).

Rules of the file:
- What was done before the fork is the other run's: nothing of it is done again here, and nothing of it is undone.
- So a fork begins only where nothing of the other run's is in the air that this one would have to settle: no write, no
  child run, no effect that is not confirmed. Reads, questions and pauses begin anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from holdfast.core.events import Entry, RunForked
from holdfast.core.evolve import evolve
from holdfast.core.state import Frame, RunState
from holdfast.core.work import CallWork
from holdfast.diagnostics import did_you_mean
from holdfast.engine.facts import fact_fault
from holdfast.engine.identity import run_id
from holdfast.engine.inputs import checked_inputs
from holdfast.engine.log import journaled
from holdfast.errors import InputError
from holdfast.journal.erasure import need_values
from holdfast.journal.store import NewRun, RunRow, Store
from holdfast.registry.data import NotData, plain

if TYPE_CHECKING:
    from holdfast.plan.program import Plan

_WAITS: Final = frozenset({"fresh", "returned", "failed", "waiting", "ready"})
"""States of a write in which nothing of it is in the air, unless its outcome is unknown."""


async def fork(
    store: Store,
    plan: Plan,
    row: RunRow,
    seq: int,
    *,
    at: float,
    inputs: Mapping[str, object] | None = None,
    facts: Mapping[str, object] | None = None,
    by: str = "",
    new_id: Callable[[str, float], str] = run_id,
) -> RunRow:
    """Make a new run out of the first entries of another one; who resumes it goes on with it.

    Args:
        store: has the run.
        plan: the run's own.
        row: the run.
        seq: the last entry that is shared; what was decided behind it is decided anew.
        at: seconds since 1970.
        inputs: those that are otherwise.
        facts: those that are otherwise, by name.
        by: who says so.
        new_id: makes its id, which is its task too.

    Raises InputError (nothing can be forked there, or a value does not fit), StoreError.
    """
    if row.parent:
        raise InputError(f"run {row.run} is a child of run {row.parent}: fork that one")
    entries = await store.entries(row.run)
    need_values(row.run, entries)
    if not 1 <= seq <= len(entries):
        raise InputError(f"run {row.run} has the entries 1 to {len(entries)}: there is none with the number {seq}")
    state = _folded(plan, entries, seq)
    changed = _inputs(plan, state, inputs or {})
    known = _facts(plan, facts or {})
    run = new_id(plan.name, at)
    shared = entries[:seq]
    forked = RunForked(run=run, origin=row.run, seq=seq, since=shared[-1].at, inputs=changed, facts=known, by=by)
    new = NewRun(
        run=run, plan=row.plan, plan_hash=row.plan_hash, task=run, user=row.user, at=max(at, shared[-1].at),
        priority=row.priority, keep=plan.events_kept, origin=row.run, history=shared,
    )  # fmt: skip
    created, _ = await store.create(new, [forked])
    journaled(created.run, created.last_seq - 1, [forked])
    return created


def _folded(plan: Plan, entries: Sequence[Entry], seq: int) -> RunState:
    """The run as it stood behind an entry. Raises InputError, with the nearest entries where it could be forked."""
    state, found = RunState(plan), dict[int, str]()
    for entry in entries:
        if not state.finished:
            evolve(state, entry.event, entry.at)
        found[entry.seq] = _obstacle(state)
        if entry.seq == seq and not found[seq]:
            return state
    free = [number for number, why in found.items() if not why]
    before, after = [one for one in free if one < seq], [one for one in free if one > seq]
    near = [str(one) for one in (*before[-1:], *after[:1])]
    advice = f"; entry {' or '.join(near)} would do" if near else ""
    raise InputError(f"a fork behind entry {seq} would not know what became of it: {found[seq]}{advice}")


def _obstacle(state: RunState) -> str:
    """What is in the air that only the run itself can settle; empty: nothing."""
    if state.finished or state.ending is not None:
        return "the run was ending, or over"
    root = state.root
    if root is not None and root.reviews:
        return "the whole run was with a person"
    if state.children:
        return "a child run was under way"
    if state.pending or state.unconfirmed:
        return "an effect was not confirmed yet"
    if state.undoing or state.redoing or state.corrections:
        return "effects were being undone, or steps done again"
    return next((said for frame in state.frames.values() if (said := _in_the_air(frame))), "")


def _in_the_air(frame: Frame) -> str:
    work = frame.work
    if frame.stopping is not None:
        return f"`{frame.address}` was being stopped"
    if not isinstance(work, CallWork):
        return ""
    write = work.contract.effect == "write"
    if work.state == "deferred" or (write and (work.unknown or work.state not in _WAITS)):
        return f"`{frame.address}` was calling {work.contract.name}"
    return ""


def _inputs(plan: Plan, state: RunState, inputs: Mapping[str, object]) -> dict[str, object]:
    """Raises InputError."""
    if not inputs:
        return {}
    checked = checked_inputs(plan, {**state.inputs, **inputs})
    return {name: checked[name] for name in inputs}


def _facts(plan: Plan, facts: Mapping[str, object]) -> dict[str, object]:
    """Raises InputError."""
    known: dict[str, object] = {}
    for name, value in facts.items():
        if name not in plan.facts:
            there = f" (facts are {', '.join(sorted(plan.facts))})" if plan.facts else " (it has no facts)"
            raise InputError(f"plan `{plan.name}` has no fact `{name}`{did_you_mean(name, plan.facts) or there}")
        try:
            known[name] = plain(value)
        except NotData as fault:
            raise InputError(f"the fact `{name}` cannot be journaled: {fault}") from None
        if (wrong := fact_fault(plan, name, known[name])) is not None:
            raise InputError(f"the fact `{name}` {wrong}")
    return known
