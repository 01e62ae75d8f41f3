"""JSON text of small values and back, thousands of times a second."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final


def kept(encoder: json.JSONEncoder) -> Callable[[object], str]:
    """`encoder.encode` without indentation, with one C encoder for good: the standard library makes one per value."""
    made = getattr(json.encoder, "c_make_encoder", None)
    if made is None:  # another Python
        return encoder.encode
    escape = json.encoder.encode_basestring_ascii if encoder.ensure_ascii else json.encoder.encode_basestring
    between = (encoder.key_separator, encoder.item_separator)
    chunks = made(None, encoder.default, escape, None, *between, encoder.sort_keys, encoder.skipkeys, encoder.allow_nan)
    return lambda value: "".join(chunks(value, 0))


_DECODER: Final = json.JSONDecoder()


def parsed(text: bytes) -> Any:
    """`json.loads` of UTF-8 that begins with its value. Raises ValueError: it is not JSON, or not UTF-8.

    What encoding it has and where its spaces are is not looked for: nearly half of the time of a stored append.
    """
    said = text.decode()
    value, end = _DECODER.raw_decode(said)
    return value if end == len(said) else json.loads(said)
