"""What a run may still use: its plan's budget and, for a child, what its parent had left (11-hard-cases 18)."""

from __future__ import annotations

from holdfast.core.decide import ending
from holdfast.core.decide.turn import Deciding
from holdfast.core.failure import Failure
from holdfast.core.keys import CLEANUP, is_below
from holdfast.core.lineage import Lineage
from holdfast.core.state import RunState
from holdfast.plan.program import Budget


def refused(d: Deciding, address: str) -> str | None:
    """Whether another call here is too much.

    Returns:
        None: it is not. A text: what is used up, and a person may allow more of it. Empty: nobody may, the run aborts.
    """
    budget = d.state.plan.budget
    used = _used(d.state, budget, d.state.budget_times)
    if used and not is_below(address, CLEANUP):
        if budget.on_exceeded == "ask":
            return used
        _abort(d, f"the budget of {used} is used up")
        return ""
    lineage = d.state.lineage
    used = "" if lineage is None else _used(d.state, lineage, 1)
    if used and not is_below(address, CLEANUP):
        _abort(d, f"the {used} that the parent run had left are used up")
        return ""
    return None


def _used(state: RunState, limits: Budget | Lineage, times: int) -> str:
    spent = state.spent
    if limits.calls is not None and spent.calls >= limits.calls * times:
        return f"{limits.calls * times} calls"
    if limits.tokens is not None and spent.tokens >= limits.tokens * times:
        return f"{limits.tokens * times} tokens"
    if limits.cost is not None and spent.cost >= limits.cost * times:
        return f"{limits.cost * times} cost"
    return ""


def _abort(d: Deciding, message: str) -> None:
    ending.abort(d, "budget", Failure(code="budget", message=message), code="budget")


def left(state: RunState) -> Budget:
    """What is left for a child that begins now: the least that budget and parent leave; None: no limit."""
    spent, own, times = state.spent, state.plan.budget, state.budget_times
    above: Budget | Lineage = state.lineage or Budget()
    calls = _least(own.calls, times, above.calls, spent.calls)
    tokens = _least(own.tokens, times, above.tokens, spent.tokens)
    return Budget(
        calls=None if calls is None else int(calls),
        tokens=None if tokens is None else int(tokens),
        cost=_least(own.cost, times, above.cost, spent.cost),
    )


def _least(own: float | None, times: int, above: float | None, used: float) -> float | None:
    limits = [limit for limit in (None if own is None else own * times, above) if limit is not None]
    return max(0, min(limits) - used) if limits else None
