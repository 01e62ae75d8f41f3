"""What was undone is forgotten: whoever comes to it again does it anew."""

from __future__ import annotations

from holdfast.core.keys import is_below
from holdfast.core.legacy import Estate
from holdfast.core.state import RunState


def forget_writes(state: RunState, address: str) -> None:
    """What was written here and below has been undone: another try starts afresh, writing under new revisions."""
    _forget_result(state, address)
    for kept in [kept for kept in state.kept if is_below(kept, address) or is_below(address, kept)]:
        del state.kept[kept]
    for stuck in [stuck for stuck in state.stuck if is_below(stuck, address)]:
        del state.stuck[stuck]
    for intended, (_, revision) in list(state.intents.items()):
        if is_below(intended, address):
            state.intents[intended] = (None, revision)
            state.approvals.pop(intended, None)
    for step, legacy in list(state.legacies.items()):
        state.legacies[step] = Estate(address=step, legacy=legacy).without(address).legacy
        if is_below(address, step):
            _forget_result(state, step)


def _forget_result(state: RunState, address: str) -> None:
    """What a step gave does not stand any more: a run that is walked again does it anew."""
    if state.redoing and state.memos.pop(address, None) is not None:
        state.redone[address] = None
