"""`time.*`: the clock as a tool."""

from __future__ import annotations

import time
from typing import Any

import anyio
import pytest

from holdfast.registry import Context, Registry, ToolError


def call(name: str, **args: object) -> Any:
    """What the tool gives."""
    found = Registry().get(f"time.{name}")
    return found.outcome(found.call(found.validate_arguments(args), Context())).value


def test_now_is_now() -> None:
    """In any zone it is the same moment."""
    before = time.time() - 0.001
    utc, berlin = call("now"), call("now", timezone="Europe/Berlin")
    assert before <= utc["unix"] <= berlin["unix"] <= time.time()
    assert utc["iso"].endswith("+00:00")
    assert berlin["iso"][-6:] in ("+01:00", "+02:00")


def test_parse_reads_dates_and_times() -> None:
    """A text without a zone is meant in the given one."""
    expected = {"iso": "2026-12-01T09:30:00+01:00", "date": "2026-12-01", "time": "09:30:00", "weekday": 2}
    assert expected | {"unix": 1796113800.0} == call("parse", text="2026-12-01T08:30:00Z", timezone="Europe/Berlin")
    assert 1796079600.0 == call("parse", text="2026-12-01", timezone="Europe/Berlin")["unix"]


def test_what_is_no_time_is_invalid() -> None:
    """Texts, zones and pauses."""
    for args in (
        {"text": "tomorrow"},
        {"text": "2026-12-01", "timezone": "Mars/Base"},
        {"text": "x", "timezone": "../x"},
    ):
        with pytest.raises(ToolError, match="invalid"):
            call("parse", **args)


def test_sleep_is_short() -> None:
    """Longer waits are the business of `wait:`."""
    found = Registry().get("time.sleep")

    async def main(seconds: float) -> None:
        pause: Any = found.call(found.validate_arguments({"seconds": seconds}), Context())
        await pause

    anyio.run(main, 0)
    for seconds in (-1, 301):
        with pytest.raises(ToolError, match="use a `wait:` step for longer"):
            anyio.run(main, seconds)
