"""What protects a tool from being called too much: defaults of its definition, overridable in the configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from holdfast.diagnostics import did_you_mean
from holdfast.plan.durations import parse_duration
from holdfast.values import pair, value

_RATE: Final = re.compile(r"([0-9]{1,9})\s*/\s*([0-9]{0,9})(ms|s|m|h|d)")


@pair
class Rate:
    """So many calls per so many seconds."""

    calls: int
    seconds: float


@pair
class Breaker:
    """After `failures` within `window` seconds the tool is left alone for `open` seconds."""

    failures: int
    window: float
    open: float


@value
class Limits:
    """What one process allows itself with one tool, all its runs together. None: no limit."""

    concurrency: int | None = None
    rate: Rate | None = None
    breaker: Breaker | None = None


NO_LIMITS: Final = Limits()


def parse_rate(value: object) -> Rate:
    """`10/s`, `100/m`, `5/2h`: calls per stretch of time. Raises ValueError."""
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if not found or int(found[1]) < 1:
        raise ValueError(f"`{value}` is not a rate; write calls per time, like `10/s`, `100/m` or `5/2h`")
    return Rate(int(found[1]), _positive(f"{found[2] or 1}{found[3]}"))


def parse_concurrency(value: object) -> int:
    """How many calls at once, at least 1. Raises ValueError."""
    if type(value) is not int or value < 1:
        raise ValueError(f"`{value}` is not a number of calls at once; write a whole number from 1 on")
    return value


def parse_breaker(value: Any) -> Breaker:
    """`{"failures": 5, "window": "1m", "open": "30s"}`. Raises ValueError."""
    if not isinstance(value, Mapping):
        raise ValueError(  # noqa: TRY004 - one error for every wrong setting
            f"`{value}` is not a breaker; write failures, window and open, like {_BREAKER}"
        )
    value = cast("Mapping[object, Any]", value)
    keys = ("failures", "window", "open")
    for key in value:
        if key not in keys:
            raise ValueError(f"a breaker has no `{key}`{did_you_mean(str(key), keys)}; write {_BREAKER}")
    if missing := [key for key in keys if key not in value]:
        raise ValueError(f"the breaker has no `{missing[0]}`; write {_BREAKER}")
    if type(value["failures"]) is not int or value["failures"] < 1:
        raise ValueError(f"`{value['failures']}` is not a number of failures; write a whole number from 1 on")
    return Breaker(value["failures"], _positive(value["window"]), _positive(value["open"]))


def parse_timeout(value: object) -> float:
    """A duration above zero, in seconds. Raises ValueError."""
    return _positive(value)


_BREAKER: Final = '{failures = 5, window = "1m", open = "30s"}'


def _positive(value: object) -> float:
    seconds = parse_duration(value)  # type: ignore[arg-type]  # it refuses other types itself, with its sentence
    if seconds <= 0:
        raise ValueError(f"`{value}` must be longer than nothing")
    return seconds
