"""What a plan may touch: names of tools, with `*` for any text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def allows(patterns: Iterable[str], tool: str) -> bool:
    """Whether one of the patterns lets a tool through."""
    return any(tool == pattern or ("*" in pattern and bool(_compiled(pattern).fullmatch(tool))) for pattern in patterns)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))
