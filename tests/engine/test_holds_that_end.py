"""A hold that runs out wakes who waits for its subject at that instant, in a time of its own."""

from __future__ import annotations

import asyncio

import holdfast
from holdfast import tool
from holdfast.core.events import CallIntended, PendingSettled
from holdfast.testing.virtual import run_virtually
from tests.engine.world import journal, plan

NOON = 1_750_000_000.0
STEPS = """
steps:
  - id: send
    tool: mail.send
    subject: lead-7
    on_pending: wait
    pending: {event: seen, timeout: 95s, hold_for: %s}
"""


@tool("mail.send", effect="write", idempotency="none")
async def send() -> str:
    """Send it."""
    return "sent"


def meeting(hold_for: str) -> tuple[float, float]:
    """When the hold of a first run ended, and when a second one, that waited all the time, began to send."""

    async def main() -> tuple[float, float]:
        clock = asyncio.get_running_loop().time
        async with holdfast.open("memory:", tools=[send], clock=clock) as hf:
            first = await hf.start(plan(STEPS % hold_for))
            await asyncio.sleep(1)
            second = await hf.start(plan(STEPS % hold_for, name="other"))
            assert "succeeded" == (await first.wait()).status
            assert "succeeded" == (await second.wait()).status
            held = [one.event.until for one in await journal(first) if isinstance(one.event, PendingSettled)]
            sent = [one.at for one in await journal(second) if isinstance(one.event, CallIntended)]
            return held[0] or 0.0, sent[0]

    return run_virtually(main, NOON)[0]


def test_whoever_waits_is_woken_exactly_when_a_hold_ends() -> None:
    """A short hold ends before the next look, a long one between two of them: they are up to a minute apart."""
    for hold_for, seconds in (("1s", 96.0), ("1h7s", 3702.0)):
        until, sent = meeting(hold_for)
        assert NOON + seconds == round(until, 1)
        assert 0.0 <= sent - until < 0.1  # a parked run is looked for every twentieth of a second
