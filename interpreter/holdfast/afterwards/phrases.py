"""Parts of sentences for people: values, arguments, errors, stretches of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from holdfast.core.failure import Failure
from holdfast.core.wording import brief, seconds

SHORT = 60
"""Characters of a value inside a sentence."""


def pairs(values: Mapping[str, object]) -> str:
    """`flight F1, price 189`; empty for none."""
    return listed(f"{name} {_quoted(brief(value, SHORT))}" for name, value in values.items())


def _quoted(text: str) -> str:
    """Words that would run into the sentence, in quotation marks."""
    return f'"{text}"' if " " in text and text[0] not in '[{"' else text


def listed(parts: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *some, end = [*parts] or [""]
    return f"{', '.join(some)} {last} {end}" if some else end


def failed_with(error: Failure | None) -> str:
    """`conflict` (flight F1 is sold out)."""
    if error is None:
        return "an error"
    said = brief(error.message, 160).removesuffix(".")
    return f"`{error.code}`" + (f" ({said})" if said else "")


def after(stretch: float) -> str:
    """` after 3.4 s`; nothing for what was at once."""
    return f" after {seconds(stretch)}" if stretch >= 0.05 else ""  # noqa: PLR2004 - less is at once for people


def number_of(count: int, what: str) -> str:
    """`one call`, `3 calls`."""
    return f"one {what}" if count == 1 else f"{count} {what}s"


_STARTS = frozenset({"a", "all", "and", "facts", "it", "its", "nobody", "others", "so", "the", "this", "wait", "what"})


def sentence(text: str) -> str:
    """With a full stop, and a capital letter unless it begins with somebody's or something's name."""
    text = text.strip()
    if text.partition(" ")[0] in _STARTS:
        text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!", "…", ".)")) else f"{text}."
