"""Which pending operations a step's output rests on."""

from __future__ import annotations

from holdfast.core.pending import operation_id
from holdfast.core.scope import Result
from holdfast.core.state import Frame, RunState


def rest_on_pending(state: RunState, frame: Frame, result: Result) -> None:
    """Note which pending operations a step's output rests on: its own, and those of the steps inside it."""
    own = state.pending.get(operation_id(state, frame.address))
    if own is not None:
        frame.holds = [*(frame.holds or ()), own.address]
        own.result = result
        if result.status == "succeeded":
            result.status = "pending"
    result.holds = frame.holds or ()


def hand_over_pending(state: RunState, holds: list[str], parent: Frame) -> None:
    """What encloses a step rests on the same pending operations."""
    if parent.holds is None:
        parent.holds = []
    parent.holds.extend(held for held in holds if held in state.pending)
