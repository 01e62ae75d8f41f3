"""`time.*`: the clock as a tool, so that what it said is in the journal."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from holdfast import ToolError, tool

LONGEST_SLEEP: Final = 300.0
"""Seconds; longer waits belong into a `wait:` step, which survives a restart and holds no worker."""


@tool("time.now", effect="read", timeout="5s")
def now(timezone: str = "UTC") -> dict[str, str | int | float]:
    """The time now.

    Args:
        timezone: IANA name, such as `Europe/Berlin`.

    Returns:
        `iso` (with offset), `date`, `time`, `weekday` (1 is Monday), `unix` (seconds since 1970).
    """
    return _described(datetime.now(_zone(timezone)))


@tool("time.parse", effect="read", timeout="5s")
def parse(text: str, timezone: str = "UTC") -> dict[str, str | int | float]:
    """What an ISO 8601 date or time says, in the form of `time.now`.

    Args:
        text: such as `2026-12-01` or `2026-12-01T09:30:00+01:00`.
        timezone: the zone it is meant in when it names none, and the one it is shown in.
    """
    zone = _zone(timezone)
    try:
        moment = datetime.fromisoformat(text)
        return _described(moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        raise ToolError("invalid", f"`{text:.80}` is not a date or time like 2026-12-01T09:30:00+01:00") from None


@tool("time.sleep", effect="read")
async def sleep(seconds: float) -> None:
    """Wait a moment within a step, at most 300 seconds. For longer, use a `wait:` step."""
    if not 0 <= seconds <= LONGEST_SLEEP:
        raise ToolError("invalid", f"cannot sleep {seconds:g} s: 0 to {LONGEST_SLEEP:g}; use a `wait:` step for longer")
    await asyncio.sleep(seconds)


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        sentence = f"there is no time zone `{name:.80}`; write an IANA name like Europe/Berlin"
        raise ToolError("invalid", sentence) from None


def _described(moment: datetime) -> dict[str, str | int | float]:
    return {
        "iso": moment.isoformat(),
        "date": moment.date().isoformat(),
        "time": moment.time().isoformat("seconds"),
        "weekday": moment.isoweekday(),
        "unix": math.floor(moment.timestamp() * 1000) / 1000,
    }
