"""What may happen next in a world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

Move = tuple[Any, ...]
"""What happens next: the name of a method of World, and its arguments."""

Choose = Callable[[Sequence[Move]], int]
"""Chooses one of the moves, by its number."""


def fault_of(move: Move) -> str:
    """Which kind of fault a move is, when it is not what happens on an ordinary day."""
    if move[0] == "end":
        reply = move[2]
        return "errors" if reply.code else "later" if reply.deferred or reply.pending is not None else "values"
    return fault_of(move[1:]) if move[0] == "beside" else _FAULTS[move[0]]


_FAULTS: Final = {
    "check": "errors", "die": "crashes", "die_early": "crashes", "lose_run": "crashes", "arrive": "crashes",
    "answer": "people", "signal": "signals", "event": "signals", "correct": "signals", "child": "errors",
    "tick": "time", "complete": "later",
    "rival": "runs", "hear": "time",
}  # fmt: skip
