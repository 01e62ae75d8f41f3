"""What a journal changes beside itself is found out again by a fold."""

from __future__ import annotations

from holdfast.core.actions import CallbackOpened, CallbacksClosed
from holdfast.core.events import CallbackIssued, CallCompleted, CallDeferred, TimerFired
from holdfast.core.projection import Projection
from tests.core.world import World


def test_tokens_are_opened_and_closed_by_the_journal_too() -> None:
    """And what comes in when the run is over changes nothing."""
    world = World("steps:\n  - {id: a, tool: t.write}\n")
    world.observe(CallbackIssued(call=world.call("a"), digest="d"))
    world.observe(CallDeferred(call=world.call("a")))
    world.observe(CallCompleted(address="a", value=1))
    assert "succeeded" == world.status
    world.observe(TimerFired(timer="late"))
    found = [one for _, some in Projection(world.plan).all(world.entries) for one in some]
    assert world.changes == found
    assert [CallbackOpened, CallbacksClosed] == [
        type(one) for one in found if isinstance(one, CallbackOpened | CallbacksClosed)
    ]
