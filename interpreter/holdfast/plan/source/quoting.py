"""How a value is written in YAML on one line, so that it is read back as it was."""

from __future__ import annotations

import json
import re
from typing import Final

from holdfast.plan.source.scalars import resolve

_PLAIN: Final = re.compile(r"[A-Za-z0-9_/][\w./+@-]*")
"""Text that stands without quotes anywhere, in a flow collection too, if it is not read as something else."""

_ESCAPED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

_SHORT: Final = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
_BACKSLASH, _QUOTE = "\\", '"'


def quoted(text: str, like: str = "") -> str:
    """A text; without quotes where that is plain to see, unless `like` is one of them.

    Args:
        text: of one line or several.
        like: how another one is quoted: by `'`, by `"`, or not.
    """
    if like not in {"'", '"'} and _is_plain(text):
        return text
    plain_inside = not _ESCAPED.search(text)
    if like == "'" and plain_inside:
        return "'" + text.replace("'", "''") + "'"
    if plain_inside and ('"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return f'"{_ESCAPED.sub(_escape, text.replace(_BACKSLASH, _BACKSLASH * 2).replace(_QUOTE, _BACKSLASH + _QUOTE))}"'


def written(value: object) -> str:
    """Any plain value: as JSON writes it, which YAML reads."""
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def flowing(value: object) -> str:
    """Any value as YAML in one line, with braces and brackets."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)}: {flowing(held)}" for key, held in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flowing, value)) + "]"
    return written(value)


def _escape(match: re.Match[str]) -> str:
    return _SHORT.get(match[0], f"\\u{ord(match[0]):04x}")


def _is_plain(text: str) -> bool:
    if not _PLAIN.fullmatch(text) or not text.isascii():
        return False
    try:
        return resolve(text) == text
    except ValueError:
        return False
