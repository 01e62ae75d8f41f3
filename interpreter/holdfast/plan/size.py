"""How large a plan may be."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 1 << 20
"""The size of the largest document, in bytes."""
