"""What changes in a file, as `diff -u` and `git diff` show it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Final

_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")


def difference(before: str, after: str, file: str) -> str:
    """A unified difference that `patch -p0` and `git apply -p0` take; empty where the two are equal.

    Args:
        before: the text there is.
        after: the text there would be.
        file: its path.
    """
    lines = difflib.unified_diff(_LINE.findall(before), _LINE.findall(after), file, file)
    return "".join(_ended(lines))


def _ended(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
