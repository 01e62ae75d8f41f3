"""What a run may use, what it has lent to the children under way, and what the next of them gets (11-hard-cases 18).

Rule: what was used and what is lent never exceed the limits together. So a child gets, of what is free when it begins,
an equal share with those that may yet begin beside it; what it has not used comes back with its end. Where nothing is
free but something is lent, calls and children wait for that. A child that has used up its share asks for more, and gets
of what is free by then; it is refused only when nothing is, and every other child asks too.
"""

from __future__ import annotations

from typing import TypeVar

from holdfast.core.lineage import Lineage
from holdfast.core.spent import Spent
from holdfast.core.state import Frame, RunState
from holdfast.core.work import ChildWork, EachWork, ParallelWork, Share
from holdfast.plan.program import Budget, Each

N = TypeVar("N", int, float)


def lend(state: RunState, share: Share, *, back: bool = False) -> None:
    """A child is given its share, or gives it `back`."""
    lent, sign = state.lent, -1 if back else 1
    if back and not state.children:
        state.lent = Spent()  # and no rest of a sum of fractions
        return
    lent.calls += sign * (share.calls or 0)
    lent.tokens += sign * (share.tokens or 0)
    lent.cost += sign * (share.cost or 0.0)


def reckon(state: RunState, work: ChildWork, used: Share) -> None:
    """A child said what it has used, which may be more than its share by what was in flight."""
    work.used, lent = used, work.lent
    _lend_anew(
        state,
        work,
        Share(_most(lent.calls, used.calls), _most(lent.tokens, used.tokens), _most(lent.cost, used.cost)),
    )


def raise_to(state: RunState, work: ChildWork, calls: int | None, tokens: int | None, cost: float | None) -> None:
    """A child may use so much in all."""
    _lend_anew(state, work, Share(calls, tokens, cost))


def _lend_anew(state: RunState, work: ChildWork, share: Share) -> None:
    lend(state, work.lent, back=True)
    lend(state, share)
    work.lent = share


def _most(limit: N | None, used: N | None) -> N | None:
    return limit if limit is None or used is None or used <= limit else used


def more(state: RunState, frame: Frame, work: ChildWork) -> Share | None:
    """What a child that asked may use in all from now on; None: something that it has used up is not to be had now.

    It gets an equal part of what is free, with the others that ask and those that may yet begin beside it.
    """
    used, lent = work.used, work.lent
    assert used is not None  # noqa: S101 - it asked
    places = len(state.asking) + max(0, _beside(frame.parent) - len(state.children))
    calls, tokens, cost = _free(state)
    try:
        return Share(
            calls=_raised(lent.calls, used.calls, _whole(calls, places)),
            tokens=_raised(lent.tokens, used.tokens, _whole(tokens, places)),
            cost=_raised(lent.cost, used.cost, None if cost is None else cost / places),
        )
    except _NothingFree:
        return None


def is_final(state: RunState, work: ChildWork) -> bool:
    """Whether a child wants more calls than a plan made in a run has, and no budget says how many there may be."""
    used, lent = work.used, work.lent
    assert used is not None  # noqa: S101 - it asked
    return lent.calls is not None and (used.calls or 0) >= lent.calls and _free(state)[0] is None


def limited_here(state: RunState, work: ChildWork) -> str:
    """What of the run's own budget a child wants that is not to be had, in words; empty: it is the parent's."""
    own, above, times = state.plan.budget, state.lineage, state.budget_times
    used, lent = work.used, work.lent
    assert used is not None  # noqa: S101 - it asked
    for what in ("calls", "tokens", "cost"):
        limit, share, spent = getattr(own, what), getattr(lent, what), getattr(used, what)
        given = None if above is None else getattr(above, what)
        if share is not None and spent >= share and limit is not None and (given is None or limit * times <= given):
            return f"{limit * times} {what}"
    return ""


class _NothingFree(Exception):
    """Of something that is used up nothing is left."""


def _whole(free: float | None, places: int) -> int | None:
    return None if free is None else int(max(min(free, 1), free // places))


def _raised(lent: N | None, used: N | None, part: N | None) -> N | None:
    if lent is None or used is None or used < lent:
        return lent
    if part is None or part <= 0:
        raise _NothingFree
    return lent + part


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
        calls=_whole(calls, places),
        tokens=_whole(tokens, places),
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
