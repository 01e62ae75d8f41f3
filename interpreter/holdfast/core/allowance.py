"""What a run may use, what it has lent to the children under way, and what the next of them gets (11-hard-cases 18).

Rule: what was used and what is lent never exceed the limits together. So a child gets, of what is free when it begins,
an equal share with those that may yet begin beside it; what it has not used comes back with its end. Where nothing is
free but something is lent, calls and children wait for that.
"""

from __future__ import annotations

from holdfast.core.events import ChildIntended
from holdfast.core.lineage import Lineage
from holdfast.core.spent import Spent
from holdfast.core.state import Frame, RunState
from holdfast.core.work import EachWork, ParallelWork
from holdfast.plan.program import Budget, Each


def lend(state: RunState, child: ChildIntended) -> None:
    """A child is given its allowance."""
    state.lent.calls += child.calls or 0
    state.lent.tokens += child.tokens or 0
    state.lent.cost += child.cost or 0.0


def take_back(state: RunState, child: ChildIntended) -> None:
    """A child is over; `children` does not hold it any more."""
    if not state.children:
        state.lent = Spent()  # and no rest of a sum of fractions
        return
    state.lent.calls -= child.calls or 0
    state.lent.tokens -= child.tokens or 0
    state.lent.cost -= child.cost or 0.0


def all_lent(state: RunState) -> bool:
    """Whether nothing is free before children under way have ended, although not all of it is used up."""
    if not state.children:
        return False
    calls, tokens, cost = _free(state)
    return (calls is not None and calls < 1) or (tokens is not None and tokens < 1) or (cost is not None and cost <= 0)


def share(state: RunState, parent: Frame) -> Budget:
    """What a child gets that begins below this frame; None: no limit."""
    calls, tokens, cost = _free(state)
    places = max(1, _beside(parent) - len(state.children))
    return Budget(
        calls=None if calls is None else int(max(min(calls, 1), calls // places)),
        tokens=None if tokens is None else int(max(min(tokens, 1), tokens // places)),
        cost=None if cost is None else cost / places,
    )


def _free(state: RunState) -> tuple[float | None, float | None, float | None]:
    spent, lent, own, times = state.spent, state.lent, state.plan.budget, state.budget_times
    above: Budget | Lineage = state.lineage or Budget()
    return (
        _least(own.calls, times, above.calls, spent.calls + lent.calls),
        _least(own.tokens, times, above.tokens, spent.tokens + lent.tokens),
        _least(own.cost, times, above.cost, spent.cost + lent.cost),
    )


def _least(own: float | None, times: int, above: float | None, used: float) -> float | None:
    limits = [limit for limit in (None if own is None else own * times, above) if limit is not None]
    return max(0, min(limits) - used) if limits else None


def _beside(frame: Frame | None) -> int:
    """How many steps may go on side by side here, this one included, by the loops and branches around it."""
    places = 1
    while frame is not None:
        work, action = frame.work, frame.step and frame.step.action
        if isinstance(work, EachWork) and isinstance(action, Each):
            places *= min(action.concurrency, len(frame.children) + len(work.items) - work.next)
        elif isinstance(work, ParallelWork):
            places *= len(work.outputs) - work.succeeded - work.failed
        frame = frame.parent
    return places
