"""Reasons, values, errors and stretches of time in words, as the sentences about events use them."""

from __future__ import annotations

import json
from typing import Final

from holdfast.core import events as e
from holdfast.core.failure import Failure
from holdfast.core.reasons import REASONS


def why(reason: e.Why) -> str:
    """A recorded reason as words; empty for none."""
    code = str(reason.get("code", ""))
    data = {name: _shown(name, value) for name, value in reason.items() if name != "code"}
    for sentence in REASONS.get(code, ()):
        try:
            return sentence.format_map(data).strip(": ")
        except KeyError:
            continue
    told = ", ".join(f"{name} {value}" for name, value in data.items())
    return f"{code} ({told})" if told else code


def brief(value: object, size: int = 120) -> str:
    """A value as short JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.split())
    return text if len(text) <= size else text[: size - 1] + "…"


def seconds(value: float) -> str:
    """A stretch of time: `0.25 s`, `4 s`, `2 min`, `3 h`, `7 d`."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g} s"


_TIMES: Final = frozenset({"delay", "timeout", "elapsed", "remaining", "left", "deadline_in", "retry_after", "seconds"})


def _shown(name: str, value: object) -> str:
    if name in _TIMES and isinstance(value, int | float):
        return seconds(value)
    return brief(value)


def error_text(error: Failure) -> str:
    """An error's code, and what was said about it."""
    said = brief(error.message)
    message = f": {said if said.endswith('..') else said.removesuffix('.')}" if said else ""
    return f"`{error.code}`{message}"


def because(text: str, reason: e.Why) -> str:
    """A sentence with the reason that the decision recorded."""
    return joined(text, why(reason))


def joined(text: str, reason: str) -> str:
    """A sentence with its reason: texts of authors and other programs may end, or begin, as sentences of their own."""
    if reason.lower().startswith("because "):
        reason = reason[len("because ") :]
    if not reason:
        return text
    ended = text.endswith((".", "?", "!"))
    if "because" in f"{text} {reason}".lower():
        return f"{text} Reason: {reason}" if ended else f"{text}: {reason}"
    return f"{text} Because {reason}" if ended else f"{text}, because {reason}"


def valued(text: str, value: object) -> str:
    """A sentence with the value that it is about, where there is one."""
    return text if value is None or value == "" else f"{text}: {brief(value)}"
