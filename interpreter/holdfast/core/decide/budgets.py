"""Whether a run may use more: its plan's budget and, for a child, what its parent gave it (11-hard-cases 18)."""

from __future__ import annotations

from holdfast.core.allowance import all_lent
from holdfast.core.decide import ending, shares
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
    used = _used(d.state, lineage, 1) if lineage is not None and d.state.denied else ""
    if used and not is_below(address, CLEANUP):
        _abort(d, f"the {used} that the parent run gave it are used up")
        return ""
    return None


def awaited(d: Deciding, address: str) -> bool:
    """Whether what is here has to wait for children that have all of the budget, or for what the parent says.

    It goes on when something comes back or is given. The parent is asked once for all that waits.
    """
    state = d.state
    if is_below(address, CLEANUP):
        return False
    if state.lineage is not None and _used(state, state.lineage, 1):
        shares.ask(d)
        return True
    return all_lent(state)


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
