"""Stretches of time as people write them: `500ms`, `1h30m`, `7d`, or ISO 8601 (`PT5M`). Inside, always seconds."""

from __future__ import annotations

import math
import re
from typing import Final

DURATION_PATTERN: Final = (
    r"^(?:(?=[0-9])(?:[0-9]{1,9}(?:\.[0-9]{1,9})?d)?(?:[0-9]{1,9}(?:\.[0-9]{1,9})?h)?"
    r"(?:[0-9]{1,9}(?:\.[0-9]{1,9})?m)?(?:[0-9]{1,9}(?:\.[0-9]{1,9})?s)?(?:[0-9]{1,9}(?:\.[0-9]{1,9})?ms)?"
    r"|P(?=[0-9T])(?:[0-9]{1,9}W)?(?:[0-9]{1,9}D)?"
    r"(?:T(?=[0-9])(?:[0-9]{1,9}H)?(?:[0-9]{1,9}M)?(?:[0-9]{1,9}(?:\.[0-9]{1,9})?S)?)?)$"
)
"""The form of a duration, for JSON Schema; the parser uses the same text."""

LONGEST: Final = 36_500 * 86_400.0
"""A hundred years, in seconds: beyond it is a slip of the pen, and dates run out."""

POSITIVE_PATTERN: Final = DURATION_PATTERN.replace("^", "^(?=.*[1-9])", 1)
"""The form of one that is above zero."""

_FORM: Final = re.compile(DURATION_PATTERN)
_PART: Final = re.compile(r"([0-9.]+)(ms|[a-zA-Z])")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_ISO_DATE: Final = {"W": 604_800.0, "D": 86_400.0}
_ISO_TIME: Final = {"H": 3600.0, "M": 60.0, "S": 1.0}
_HOW: Final = "write it like `500ms`, `5s`, `1h30m` or `7d`, largest unit first, or as ISO 8601 (`PT5M`)"


def parse_duration(value: str | float) -> float:
    """The seconds that `value` stands for: a text with units, or a number of seconds.

    Plans take only texts; numbers are for Python callers, where seconds are the custom.

    Raises:
        ValueError: with a sentence that quotes the value and says what is allowed.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"`{value}` is not a duration; {_HOW}")  # noqa: TRY004 - callers pass on what people wrote
    seconds = _from_text(value) if isinstance(value, str) else float(value)
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(f"a duration cannot be `{value}`; {_HOW}")
    if seconds > LONGEST:
        raise ValueError(f"`{value}` is longer than a hundred years (36500d), the longest duration there is")
    return seconds


def _from_text(text: str) -> float:
    if not _FORM.match(text) or text.endswith("\n"):
        raise ValueError(_complaint(text))
    if not text.startswith("P"):
        return _sum(text, _SECONDS)
    date, _, time = text[1:].partition("T")
    return _sum(date, _ISO_DATE) + _sum(time, _ISO_TIME)


def _sum(text: str, units: dict[str, float]) -> float:
    return math.fsum(float(number) * units[unit] for number, unit in _PART.findall(text))


def _complaint(text: str) -> str:
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return f"`{text}` has no unit: did you mean `{text}s`? Durations are written like `500ms`, `5s`, `2m`, `7d`"
    if re.fullmatch(r"P.*[0-9]+[YM](?![0-9]*T).*", text) and "T" not in text:
        return f"`{text}` counts years or months, which have no fixed length: use days, `P30D` or `30d`"
    return f"`{text}` is not a duration; {_HOW}"


def format_duration(seconds: float) -> str:
    """The shortest text that stands for `seconds`, to the millisecond: `90` gives `1m30s`."""
    left = round(seconds * 1000)
    if left <= 0:
        return "0s" if left == 0 else f"-{format_duration(-seconds)}"
    parts: list[str] = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)
