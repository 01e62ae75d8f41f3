"""Where a text repeats the value of a secret, three stars stand instead: in what tools give, fail with and log."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Sequence

STARS: Final = "***"

SHORT: Final = 6
"""Characters below which a secret is only looked for where it was handed to the very call: it could be any word."""

_PART: Final = 8
"""Characters of a secret that show at the end of a text that was cut."""


def hidden(value: object, secrets: Mapping[str, None]) -> object:
    """Plain data in which no text, key or number shows one of these values."""
    if isinstance(value, str):
        return hidden_text(value, secrets)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return {hidden(key, secrets): hidden(item, secrets) for key, item in pairs}
    if isinstance(value, list | tuple):
        items = [hidden(item, secrets) for item in cast("Sequence[object]", value)]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, int | float) and not isinstance(value, bool) and str(value) in secrets:
        return STARS
    return value


def hidden_text(text: str, secrets: Mapping[str, None]) -> str:
    """A text without these values, however they are written in it, and without the beginning of one at a cut end."""
    for secret in secrets:
        for form in forms(secret):
            text = text.replace(form, STARS)
        text = _without_beginning(text, secret)
    return text


@lru_cache(maxsize=256)
def forms(secret: str) -> tuple[str, ...]:
    """How a value may stand in a text: as it is, in JSON, in an address, in base64; the longest first."""
    found = {secret, *_escaped(secret), quote(secret, safe=""), quote(secret), quote_plus(secret)}
    if len(secret) >= _PART:
        found |= set(_encoded(secret))
    return tuple(sorted(filter(None, found), key=len, reverse=True))


def _escaped(secret: str) -> Iterator[str]:
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]


def _encoded(secret: str) -> Iterator[str]:
    """Base64 of it behind any other text, as in `Authorization: Basic`, without what depends on its neighbours."""
    raw = secret.encode(errors="surrogatepass")
    for before in range(3):
        whole = (before + len(raw)) // 3 * 3
        text = base64.b64encode((b"\0" * before + raw)[:whole]).decode()[4 if before else 0 :]
        if len(text) >= _PART:
            yield text
            yield text.translate({43: "-", 47: "_"})


def _without_beginning(text: str, secret: str) -> str:
    end = text.rstrip("….")
    for length in range(len(secret) - 1, _PART - 1, -1):
        if end.endswith(secret[:length]):
            return f"{end[:-length]}{STARS}{text[len(end) :]}"
    return text
