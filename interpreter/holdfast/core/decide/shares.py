"""More of the budget for a child that has used up its share (11-hard-cases 18).

A child asks instead of aborting; its parent gives of what is free, makes it wait while something may come back, asks
its own parent, or a person where the plan wants that, and says no only when nothing can come any more: then the child
that asked last is refused, and what it leaves may do for the others.
"""

from __future__ import annotations

from typing import Final

from holdfast.core.allowance import is_final, limited_here, more
from holdfast.core.decide import reviews
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import (
    ChildAsked,
    ChildFinished,
    Event,
    ReviewAnswered,
    ShareAnswered,
    ShareAsked,
    ShareGiven,
    SignalReceived,
)
from holdfast.core.state import Frame
from holdfast.core.work import ChildWork

_NEWS: Final[frozenset[type[Event]]] = frozenset(
    {ChildAsked, ChildFinished, ShareGiven, ReviewAnswered, SignalReceived}
)
"""After what there may be something to say to those who ask."""


def ask(d: Deciding) -> None:
    """Ask the parent for more, unless that is under way."""
    if not d.state.asked:
        d.emit(ShareAsked(ask=d.state.asks + 1))


def answer(d: Deciding) -> None:
    """Say to those who asked what can be said now."""
    state = d.state
    if type(d.events[0]) not in _NEWS or state.ending is not None:
        return
    for frame in list(state.asking.values()):
        work = _work(frame)
        given = more(state, frame, work)
        if given is None and is_final(state, work):
            d.emit(ShareAnswered(address=frame.address, ask=work.asks, granted=False))
        elif given is not None:
            d.emit(
                ShareAnswered(
                    address=frame.address, ask=work.asks, calls=given.calls, tokens=given.tokens, cost=given.cost
                )
            )
    if state.asking and len(state.asking) == len(state.children):
        _nothing_comes_back(d, list(state.asking.values()))


def _nothing_comes_back(d: Deciding, asking: list[Frame]) -> None:
    """All under way ask, and nothing is free."""
    state = d.state
    limit = limited_here(state, _work(asking[0]))
    if not limit and not state.denied:
        ask(d)
    elif limit and state.plan.budget.on_exceeded == "ask":
        if not any(frame.reviews for frame in asking):
            reviews.about_budget(d, asking[0].address, limit, "", {})
    else:
        refused = asking[-1]
        d.emit(ShareAnswered(address=refused.address, ask=_work(refused).asks, granted=False))


def _work(frame: Frame) -> ChildWork:
    assert isinstance(frame.work, ChildWork)  # noqa: S101 - `asking` holds no other frames
    return frame.work
