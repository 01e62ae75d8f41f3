"""A fact was wrong: saying so to a run."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.core.events import SignalReceived
from holdfast.core.interpreter import Interpreter
from holdfast.diagnostics import did_you_mean
from holdfast.engine.engine import FINAL, Engine
from holdfast.engine.facts import fact_fault
from holdfast.errors import InputError
from holdfast.registry.data import NotData, plain


async def correct(engine: Engine, run: str, values: Mapping[str, object], by: str) -> tuple[str, ...]:
    """Record that facts of a run were wrong; gives the names of those whose value is another one by now.

    A value that a fact has already is recorded too: a person stands by it from then on, and nothing is done again.

    Args:
        engine: whose store has the run.
        run: its id, an unambiguous beginning of it, or its task.
        values: the right values, by fact.
        by: who says so.

    Raises:
        InputError: the run is over, a fact is unknown, or a value is no data or not what its `ask` would take.
        UnknownName: there is no such run.
    """
    row = await engine.store.run(run)
    if row.status in FINAL:
        raise InputError(f"run {row.run} is over ({row.status}): nothing of it can be corrected")
    plan = await engine.plans.get(row.plan_hash)
    known = plan.corrigible
    if not values:
        raise InputError(f"a correction names a fact: {', '.join(sorted(known)) or 'this plan has none'}")
    for name in values:
        if name not in known:
            there = f" (facts are {', '.join(sorted(known))})" if known else " (it has no facts)"
            raise InputError(f"plan `{row.plan}` has no fact `{name}`{did_you_mean(name, known) or there}")
    try:
        data = {name: plain(value) for name, value in values.items()}
    except NotData as fault:
        raise InputError(f"the correction cannot be journaled: {fault}") from None
    for name, value in data.items():
        if (wrong := fact_fault(plan, name, value)) is not None:
            raise InputError(f"the fact `{name}` {wrong}")
    facts = Interpreter.restore(plan, await engine.store.entries(row.run)).state.facts
    observation = SignalReceived(signal="correct", payload=data, by=by)
    await engine.store.signal(row.run, observation, engine.clock())
    await engine.notice(row.run)
    return tuple(name for name, value in data.items() if name not in facts or facts[name] != value)
