"""The text of a file, to be changed: read and written so that nothing else about the file changes."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkstemp
from typing import Final

from holdfast.plan.size import MAX_BYTES
from holdfast.values import pair

_MARK: Final = b"\xef\xbb\xbf"


@pair
class Draft:
    """What a file holds.

    Args:
        path: of the file.
        text: without a byte order mark.
        marked: whether it begins with one.
    """

    path: Path
    text: str
    marked: bool


def draft(path: Path) -> Draft | None:
    """The text of a file; None: it is not UTF-8, or too large for a plan. Raises OSError."""
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + len(_MARK) + 1)
    marked = raw.startswith(_MARK)
    try:
        text = raw.removeprefix(_MARK).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return Draft(path, text, marked) if len(raw) <= MAX_BYTES + len(_MARK) else None


def write(before: Draft, text: str) -> None:
    """Put another text into the file, at once or not at all; mode and byte order mark stay. Raises OSError.

    Where the path is a link, the file it leads to is written.
    """
    path = before.path.resolve()
    mode = path.stat().st_mode
    handle, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write((_MARK if before.marked else b"") + text.encode("utf-8"))
        Path(name).chmod(mode & 0o7777)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
