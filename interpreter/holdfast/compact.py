"""JSON text of small values, thousands of times a second."""

from __future__ import annotations

import json
from collections.abc import Callable


def kept(encoder: json.JSONEncoder) -> Callable[[object], str]:
    """`encoder.encode` without indentation, with one C encoder for good: the standard library makes one per value."""
    made = getattr(json.encoder, "c_make_encoder", None)
    if made is None:  # another Python
        return encoder.encode
    escape = json.encoder.encode_basestring_ascii if encoder.ensure_ascii else json.encoder.encode_basestring
    between = (encoder.key_separator, encoder.item_separator)
    chunks = made(None, encoder.default, escape, None, *between, encoder.sort_keys, encoder.skipkeys, encoder.allow_nan)
    return lambda value: "".join(chunks(value, 0))
