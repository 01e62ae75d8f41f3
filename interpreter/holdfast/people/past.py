"""Calls of runs that were: what a rule would have seen of each before it was made, read off the journals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from holdfast.core.decide.reviews import about_call
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import ArgumentsRendered, CallIntended, Entry
from holdfast.core.evolve import evolve
from holdfast.core.names import spent_so_far
from holdfast.core.state import Frame, RunState
from holdfast.core.work import CallWork
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.core.contract import Contract
    from holdfast.journal.store import RunRow, Store
    from holdfast.plan.program import Names, Plan


@pair
class PastCall:
    """A call at the moment at which its arguments stood and it was not made yet.

    Args:
        run: its run.
        seed: what the run's draws begin with.
        address: of its step.
        digest: of its arguments; what its reviews are bound to.
        contract: of its tool, as the run was started under.
        names: what rules see. They change as the reading goes on: look at them before the next call is asked for.
    """

    run: str
    seed: str
    address: str
    digest: str
    contract: Contract
    names: Names


async def plan_of(store: Store, row: RunRow) -> Plan:
    """The plan that a run is pinned to. Raises UnknownName, PlanError."""
    from holdfast.plan.load import load_source

    file, source = await store.plan_source(row.plan_hash)
    return load_source(source, file)


def past_calls(plan: Plan, entries: Sequence[Entry]) -> Iterator[PastCall]:
    """Every call of a run that rules could have asked about, once per set of arguments that its step rendered.

    Args:
        plan: the one the run is pinned to.
        entries: its journal from the first entry on.
    """
    state = RunState(plan)
    for entry in entries:
        if state.finished:
            return
        evolve(state, entry.event, entry.at)
        event = entry.event
        if isinstance(event, ArgumentsRendered) or (isinstance(event, CallIntended) and event.args is not None):
            frame = state.frames.get(event.address)
            if frame is not None and frame.parent is not None and isinstance(frame.work, CallWork) and not frame.undoes:
                yield _call(state, frame, frame.parent, entry.at, begun=isinstance(event, CallIntended))


def _call(state: RunState, frame: Frame, parent: Frame, at: float, *, begun: bool) -> PastCall:
    work = frame.call
    d = Deciding(state, at)
    extra = about_call(d, parent, work, frame.address)
    if begun:  # it counts itself already
        extra["spent"] = _without_itself(spent_so_far(state, at))
    names = d.names(parent.inner or parent.scope, extra)
    return PastCall(state.run, state.seed, frame.address, work.digest, work.contract, names)


def _without_itself(spent: Mapping[str, object]) -> dict[str, object]:
    calls = spent["calls"]
    return {**spent, "calls": calls - 1 if isinstance(calls, int) else calls}
