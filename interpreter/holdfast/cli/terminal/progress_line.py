"""How far long work is: one line on a terminal, written over itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from holdfast.cli.terminal.output import Output

OFTEN: Final = 0.3
"""Seconds between two of them; work that is over sooner says nothing."""

_EMPTY: Final = "\r\x1b[K"


class ProgressLine:
    """Says how far something is, where a person looks on.

    Args:
        out: where to.
    """

    def __init__(self, out: Output) -> None:
        self._out, self._said, self._open = out, time.monotonic(), False

    def say(self, text: str) -> None:
        """Put `text` in place of what stands there, unless that was put there a moment ago."""
        if self._out.live and time.monotonic() - self._said >= OFTEN:
            self._said, self._open = time.monotonic(), True
            self._out.prompt(_EMPTY + text)

    def clear(self) -> None:
        """Leave nothing of it."""
        if self._open:
            self._open = False
            self._out.prompt(_EMPTY)
