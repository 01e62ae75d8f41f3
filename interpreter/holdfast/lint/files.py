"""The text of a file, to be changed: read and written so that nothing else about the file changes."""

from __future__ import annotations

import os
from errno import EBUSY
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


class ChangedMeanwhile(OSError):
    """Somebody else, an editor say, wrote to the file after it was read."""

    def __init__(self, path: Path) -> None:
        super().__init__(EBUSY, "was changed meanwhile, so nothing was written to it: once more", str(path))


def write(before: Draft, text: str) -> None:
    """Put another text into the file, at once or not at all; mode and byte order mark stay. Raises OSError.

    Where the path is a link, the file it leads to is written. What the file holds is compared right before it is
    replaced: what an editor wrote since it was read is never lost, ChangedMeanwhile is raised.
    """
    _refuse_if_changed(before)
    path = before.path.resolve()
    mode = path.stat().st_mode
    handle, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write((_MARK if before.marked else b"") + text.encode("utf-8"))
        Path(name).chmod(mode & 0o7777)
        _refuse_if_changed(before)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _refuse_if_changed(before: Draft) -> None:
    try:
        now = draft(before.path)
    except OSError:
        now = None
    if now != before:
        raise ChangedMeanwhile(before.path)
