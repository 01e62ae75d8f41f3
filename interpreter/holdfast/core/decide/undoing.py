"""Compensation: effects are undone one after the other, the last one first, each at most once (11-hard-cases 14)."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.core.decide import reviews
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import CompensationIntended, UndoStarted
from holdfast.core.failure import Failure
from holdfast.core.keys import UNDO, is_below
from holdfast.core.state import Frame


def start(d: Deciding, owner: Frame, below: Sequence[str], code: str) -> bool:
    """Undo every effect at or below these addresses before the owner goes on; False if there is none."""
    state = d.state
    effects = [
        name
        for name, effect in state.effects.items()
        if name not in state.undoing and effect.undo.tool and any(is_below(effect.address, top) for top in below)
    ]
    if not effects:
        return False
    effects.reverse()
    d.emit(UndoStarted(address=owner.address, effects=tuple(effects), why={"code": code}))
    return True


def go_on(d: Deciding, owner: Frame) -> None:
    """Undo the next effect, unless its compensation is under way."""
    address = f"{owner.undo[0]}{UNDO}"
    if address not in d.state.frames:
        effect = d.state.effects[owner.undo[0]]
        d.emit(CompensationIntended(address=address, effect=owner.undo[0]))
        if not effect.undo.tool:
            error = Failure(code="failed_precondition", message="it has no `compensate`")
            reviews.about_undo(d, d.state.frames[address], error)
