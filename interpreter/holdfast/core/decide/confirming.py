"""How a pending operation comes to its end."""

from __future__ import annotations

from typing import Final

from holdfast.core.actions import CancelCall
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import NO_REASON, PendingSettled, ReviewSettled, Why
from holdfast.core.pending import watch_address
from holdfast.core.work import CallWork

KEEPING: Final = frozenset({"expired", "abandoned"})
"""Outcomes after which nobody knows whether the effect is visible: its subject stays held."""


def settle(d: Deciding, name: str, outcome: str, why: Why = NO_REASON) -> None:
    """Watch an open operation no more."""
    operation = d.state.pending[name]
    frame = d.state.frames[watch_address(name)]
    if isinstance(frame.work, CallWork) and frame.work.state == "in_flight":
        d.act(CancelCall(call=frame.work.call))
    for review in list(frame.reviews):
        d.emit(ReviewSettled(review=review, outcome="withdrawn", why={"code": "withdrawn"}))
    keeps = outcome in KEEPING and bool(operation.subject)
    until = d.at + operation.terms.hold_for if keeps else None
    d.emit(PendingSettled(address=name, outcome=outcome, subject=operation.subject, until=until, why=why))


def undone(d: Deciding, effect: str) -> None:
    """An effect was compensated: there is nothing to be confirmed any more, and its subject is free."""
    if effect in d.state.pending:
        settle(d, effect, "undone")
    elif effect in d.state.unconfirmed:
        d.emit(PendingSettled(address=effect, outcome="undone", subject=d.state.unconfirmed[effect].subject))
