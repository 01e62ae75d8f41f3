"""What the other side answers to a call, and how the run hears it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.core.events import CallFailed, CallReturned
from holdfast.core.evolve.calls import GATEKEEPERS
from holdfast.core.failure import Failure
from holdfast.simulate.cast import Reply

if TYPE_CHECKING:
    from holdfast.core.actions import CallTool
    from holdfast.simulate.scene import Scene


def known(world: Scene, action: CallTool, reply: Reply) -> Reply:
    """Who remembers a request, or leaves the same state, does not refuse what it has done already."""
    done = world.counterpart.done.get((action.tool, action.key))
    tolerant = world.contracts[action.tool].idempotency in {"key", "natural"}
    return (
        Reply(value=done.value, effect=True)
        if reply.code and reply.happened is False and done and tolerant and reply.code not in GATEKEEPERS
        else reply
    )


def said(number: int, reply: Reply, value: object) -> CallFailed | CallReturned:
    """What the run hears of a call."""
    if reply.code:
        return CallFailed(call=number, error=Failure(code=reply.code, message=reply.message, happened=reply.happened))
    return CallReturned(call=number, value=value, partial=reply.missing, pending=reply.pending)
