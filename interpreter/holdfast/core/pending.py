"""What a pending operation is called, and what confirms it (2-plan-language 9, 11-hard-cases 19)."""

from __future__ import annotations

from typing import Final

from holdfast.core.keys import child, revised
from holdfast.core.state import Frame, RunState
from holdfast.plan.program import Action, Call, Pending, Wait

PENDING: Final = "~pending"


def operation_id(state: RunState, address: str) -> str:
    """The name of the operation that the current revision of a step makes; the same as that of its effect."""
    return revised(address, state.intents.get(address, (None, 1))[1])


def watch_address(operation: str) -> str:
    """Where the confirmation of an operation is looked for, or waited for."""
    return child(operation, PENDING)


def terms_of(frame: Frame) -> Pending | None:
    """What confirms the effect of a call; None: it is visible at once."""
    return frame.step.pending if frame.step is not None else None


def watching(terms: Pending) -> Action:
    """What is done to see the confirmation."""
    look = terms.until
    if look is None:
        return Wait(event=terms.event, match=terms.match)
    return Call(tool=look.tool, arguments=look.arguments, secrets=look.secrets)
