"""Times and durations as people read them."""

from __future__ import annotations

from datetime import datetime

_DAY, _HOUR, _MINUTE, _TENTH = 86_400, 3_600, 60, 0.1
_UNITS = ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m"))


def duration(seconds: float) -> str:
    """A stretch of time, two units at most: `3 ms`, `0.2 s`, `4.3 s`, `2m 05s`, `3h 10m`, `6d 4h`."""
    seconds = max(0.0, seconds)
    if 0 < seconds < _TENTH:
        return f"{max(1, round(seconds * 1000))} ms"
    if round(seconds, 1) < _MINUTE:
        return f"{seconds:.2g} s" if seconds < 1 else f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE}m {whole % _MINUTE:02d}s"
    if whole < _DAY:
        return f"{whole // _HOUR}h {whole % _HOUR // _MINUTE:02d}m"
    return f"{whole // _DAY}d {whole % _DAY // _HOUR}h"


def offset(seconds: float) -> str:
    """Time since the start of a run, in one width: `+0.12s`, `+2m05s`."""
    if seconds < _MINUTE:
        return f"+{max(0.0, seconds):.2f}s"
    return "+" + duration(seconds).replace(" ", "")


def ago(at: float, now: float) -> str:
    """A moment in the past, in one unit: `just now`, `40s ago`, `5m ago`, `3d ago`."""
    past = now - at
    if past < 1:
        return "just now"
    return _rough(past) + " ago"


def until(at: float | None, now: float) -> str:
    """A moment to come: `in 4m 59s`; `overdue` when it has passed; nothing for none."""
    if at is None:
        return ""
    return "overdue" if at < now else "in " + duration(at - now)


def stamp(at: float) -> str:
    """A moment as local date and time with milliseconds."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def moment(at: float) -> str:
    """A moment as local date and time with the offset from UTC."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def _rough(seconds: float) -> str:
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"
