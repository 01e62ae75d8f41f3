"""Text from outside on a page: nothing in it is a tag, turns the line around, or is longer than a page can bear."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import escape
from typing import Final

LONGEST: Final = 1200
"""Characters of a value that are shown; the lines of JSON have all of it."""

LONGEST_LINE: Final = 300

_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that change the direction of the text around them."""


def text(value: object, longest: int = LONGEST_LINE) -> str:
    """A text as HTML: cut, its invisible signs made visible, isolated from its neighbours where it could turn them."""
    said = str(value)
    more = len(said) - longest
    if more > 0:
        said = said[:longest]
    shown = escape("".join(_sign(sign) for sign in said))
    if not said.isascii():
        shown = f"<bdi>{shown}</bdi>"
    return shown + (f' <i class="cut">… {more:,} more characters</i>' if more > 0 else "")


def sentence(value: object, longest: int = 1000) -> str:
    """A sentence as HTML, with what stands in backticks set as code."""
    return _CODE.sub(r"<code>\1</code>", text(value, longest))


_CODE: Final = re.compile("`([^`]+)`")


def _sign(sign: str) -> str:
    if sign in _TURNING or not (sign.isprintable() or sign in "\n\t"):
        return f"⟨U+{ord(sign):04X}⟩"
    return sign


def data(value: object) -> str:
    """Plain data as HTML: short ones in the line, longer ones laid out."""
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(said) <= _SHORT and "\n" not in said:
        return f"<code>{text(said)}</code>"
    laid = said if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str, indent=2)
    return f"<pre>{text(laid, LONGEST)}</pre>"


_SHORT: Final = 90


def moment(at: float | None) -> str:
    """A moment in UTC, as text."""
    if at is None:
        return ""
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{at:g} s"


def clock(at: float) -> str:
    """The time of day in UTC, to the millisecond."""
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S.%f")[:-3]
    except (ValueError, OverflowError, OSError):
        return f"{at:g}"


def lasted(stretch: float) -> str:
    """A stretch of time in two units at most."""
    if stretch < 1:
        return f"{max(0, round(stretch * 1000))} ms"
    if stretch < _MINUTE:
        return f"{stretch:.1f} s".replace(".0 s", " s")
    whole = round(stretch)
    for size, unit, smaller, small in ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min"), (_MINUTE, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {unit}" + (f" {rest} {small}" if rest else "")
    return f"{whole} s"


_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400
