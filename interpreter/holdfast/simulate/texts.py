"""Texts that fit a JSON Schema: of a format, of a pattern, of a length."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "date": ("2026-01-02",),
    "date-time": ("2026-01-02T03:04:05Z",),
    "time": ("03:04:05Z",),
    "duration": ("PT5M",),
    "email": ("somebody@example.org", "other@example.org"),
    "hostname": ("example.org",),
    "ipv4": ("192.0.2.1",),
    "ipv6": ("2001:db8::1",),
    "uri": ("https://example.org/",),
    "uuid": ("7f9c24e8-3b1d-4c6a-9f25-0a1b2c3d4e5f", "0d3e9b52-6a47-4c18-8e0f-5b4a3c2d1e0f"),
}
_CATEGORIES: Final[Mapping[str, str]] = {
    "CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a",
    "CATEGORY_NOT_DIGIT": "a", "CATEGORY_NOT_SPACE": "a", "CATEGORY_NOT_WORD": "-",
}  # fmt: skip
_ANY: Final = "aA1-_ .:/@"
"""Tried where a pattern says only what a character is not."""


def texts(schema: Mapping[str, Any]) -> list[str]:
    """Texts that a schema of type `string` may allow, an ordinary one first; whoever asks has to check them."""
    if "pattern" in schema:
        return of_pattern(str(schema["pattern"]))
    if (known := _FORMATS.get(str(schema.get("format")))) is not None:
        return list(known)
    least = int(schema.get("minLength", 0))
    return ["x" * max(1, least), "y" * max(1, least), *([""] if not least else [])]


def of_pattern(pattern: str) -> list[str]:
    """Two texts that fit a pattern, as far as it is made of characters, classes, groups, choices and repeats."""
    try:
        parser: Any = importlib.import_module("re._parser")
        parsed = parser.parse(pattern)
        return list(dict.fromkeys(_made(parsed, turn) for turn in (0, 1)))
    except (re.error, RecursionError, ValueError):
        return []


def _made(parts: Iterable[tuple[Any, Any]], turn: int) -> str:
    """One text; `turn`: the first choice, or the second where there is one."""
    return "".join(_part(str(kind), held, turn) for kind, held in parts)


def _part(kind: str, held: Any, turn: int) -> str:
    match kind:
        case "LITERAL":
            return chr(held)
        case "NOT_LITERAL":
            return next(one for one in _ANY if ord(one) != held)
        case "ANY":
            return "x"
        case "IN":
            return _one_of(held, turn)
        case "BRANCH":
            return _made(held[1][min(turn, len(held[1]) - 1)], turn)
        case "SUBPATTERN":
            return _made(held[-1], turn)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inside = held
            return _made(inside, turn) * max(int(least), min(1, int(most)))
        case _:
            return ""  # where a text begins or ends


def _one_of(held: list[tuple[Any, Any]], turn: int) -> str:
    if str(held[0][0]) == "NEGATE":
        return next((one for one in _ANY if not any(_holds(part, one) for part in held[1:])), "")
    kind, what = held[0]
    match str(kind):
        case "RANGE":
            return chr(min(what[0] + turn, what[1]))
        case "CATEGORY":
            return _CATEGORIES[str(what)]
        case _:
            return (
                chr(held[min(turn, len(held) - 1)][1]) if all(str(one) == "LITERAL" for one, _ in held) else chr(what)
            )


def _holds(part: tuple[Any, Any], one: str) -> bool:
    kind, what = str(part[0]), part[1]
    if kind == "RANGE":
        return bool(what[0] <= ord(one) <= what[1])
    if kind == "CATEGORY":
        return re.fullmatch(_CLASSES[str(what)], one) is not None
    return bool(ord(one) == what)


_CLASSES: Final[Mapping[str, str]] = {
    "CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s", "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_NOT_WORD": r"\W",
}  # fmt: skip
