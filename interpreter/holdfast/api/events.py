"""Events that are sent to runs: their names are in the plan, so a misspelled one is known when it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.core.interpreter import Interpreter
from holdfast.diagnostics import did_you_mean
from holdfast.errors import InputError, PlanError
from holdfast.plan.program import Wait

if TYPE_CHECKING:
    from holdfast.engine.engine import Engine
    from holdfast.journal.store import RunRow, Store
    from holdfast.plan.program import Plan


def events_of(plan: Plan) -> tuple[str, ...]:
    """The names of the events that a plan waits for, by a step or for a confirmation."""
    steps = plan.steps.values()
    waits = [step.action.event for step in steps if isinstance(step.action, Wait)]
    confirmations = [step.pending.event for step in steps if step.pending is not None]
    return tuple(sorted({name for name in (*waits, *confirmations) if name is not None}))


async def see_event(engine: Engine, store: Store, row: RunRow, name: str) -> None:
    """Refuse an event that no step of a run can ever take. Raises InputError that says what it waits for.

    A tool may name the event that confirms its effect, so while a write is in flight any name is taken.
    """
    try:
        plan = await engine.plans.get(row.plan_hash)
    except PlanError:  # of another release: it is kept as before
        return
    names = events_of(plan)
    if name in names or any(item.get("event") == name for item in row.waiting):
        return
    state = Interpreter.restore(plan, await store.entries(row.run)).state
    if name in state.waiting or any(frame.call.contract.effect == "write" for frame in state.calls.values()):
        return
    if not names:
        raise InputError(f"run {row.run} waits for no events, so nothing would ever take `{name}`")
    listed = ", ".join(f"`{one}`" for one in names)
    raise InputError(
        f"run {row.run} never waits for `{name}`{did_you_mean(name, names)}\n  = help: its plan has {listed}"
    )
