"""`files.*`: text files inside one folder.

The folder is `HOLDFAST_FILES_ROOT`, or the working directory. Paths are relative to it; what leads out of it, by `..`,
by an absolute path or by a symbolic link, is refused. There is no `append` and no `move`: repeated after a crash, they
could not tell whether they had been done.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final
from uuid import uuid4

from holdfast import Context, ToolError, tool

ROOT: Final = "HOLDFAST_FILES_ROOT"
MIB: Final = 1024 * 1024
MOST_ENTRIES: Final = 10_000
"""How many entries of a folder are listed; beyond it the call fails instead of filling the journal."""


@tool("files.read", effect="read", timeout="30s")
def read(path: str, max_bytes: int = MIB) -> str:
    """The text of a file, which has to be UTF-8.

    Args:
        path: relative to the root.
        max_bytes: a larger file is not read; the call fails with `failed_precondition`.
    """
    with _explained(path):
        # O_NONBLOCK: opening a pipe must not wait for somebody to write into it.
        with open(os.open(_inside(path), os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123 - by descriptor
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ToolError("invalid", f"`{path}` is not a file")
            data = file.read(max_bytes + 1)
        if len(data) > max_bytes:
            raise ToolError("failed_precondition", f"`{path}` is larger than {max_bytes} bytes (max_bytes)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ToolError("bad_output", f"`{path}` is not UTF-8 text") from None


@tool("files.list", effect="read", timeout="30s")
def list_(path: str = ".", pattern: str = "*") -> list[dict[str, str | int]]:
    """What stands in a folder, sorted by name.

    Args:
        path: the folder, relative to the root.
        pattern: which names, such as `*.csv`.

    Returns:
        For each: `name`, `path` (relative to the root), `kind` (`file`, `folder` or `other`), `bytes`.
    """
    with _explained(path), os.scandir(_inside(path)) as entries:
        found = sorted((entry for entry in entries if fnmatchcase(entry.name, pattern)), key=lambda one: one.name)
        if len(found) > MOST_ENTRIES:
            raise ToolError("failed_precondition", f"`{path}` has {len(found)} entries, more than {MOST_ENTRIES}")
        return [_entry(path, entry) for entry in found]


@tool("files.exists", effect="read", timeout="30s")
def exists(path: str) -> bool:
    """Whether there is a file or folder at `path`, relative to the root."""
    return _inside(path).exists()


@tool("files.write", effect="write", idempotency="natural", timeout="30s")
def write(path: str, text: str, *, ctx: Context) -> dict[str, str | int]:
    """Make or replace a text file, at once or not at all: no reader and no crash ever sees half of it.

    Args:
        path: relative to the root; folders on the way are made.
        text: all of the file, written as UTF-8.
        ctx: the call.

    Returns:
        `path` and `bytes`, on disk when the call returns.
    """
    target, data = _inside(path), text.encode()
    with _explained(path, happened=False):
        if target.is_dir():
            raise ToolError("invalid", f"`{path}` is a folder")
        _make_folder(target.parent)
        draft = target.parent / f".holdfast-{_mark(ctx.idempotency_key)}.tmp"
        try:
            _write_through(draft, data, _mode(target))
            draft.replace(target)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
    with _explained(path):
        _sync_folder(target.parent)
    return {"path": path, "bytes": len(data)}


@tool("files.delete", effect="write", idempotency="natural", reversible=False, timeout="30s")
def delete(path: str) -> dict[str, str]:
    """See that there is no file at `path`, relative to the root; that there was none is no failure. Not for folders."""
    target = _inside(path, follow=False)
    with _explained(path):
        if target.is_dir() and not target.is_symlink():
            raise ToolError("invalid", f"`{path}` is a folder; only files are deleted")
        target.unlink(missing_ok=True)
        if target.parent.is_dir():
            _sync_folder(target.parent)
    return {"path": path}


def _inside(path: str, *, follow: bool = True) -> Path:
    """The real place of a path in the root. A link that is to be deleted is not followed."""
    if not path or "\0" in path:
        raise ToolError("invalid", "a path is a text like `reports/today.txt`")
    with _explained(path):
        root = Path(os.environ.get(ROOT) or ".").resolve(strict=True)
        asked = root / path
        place = asked.resolve() if follow or asked.name in ("", "..") else asked.parent.resolve() / asked.name
    if place != root and root not in place.parents:
        raise ToolError("denied", f"`{path}` leads out of the folder that tools may use ({ROOT})")
    return place


@contextmanager
def _explained(path: str, *, happened: bool | None = None) -> Iterator[None]:
    """Tell what the operating system said in the words of tools."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise ToolError("not_found", f"there is no `{path}`") from None
    except IsADirectoryError:
        raise ToolError("invalid", f"`{path}` is a folder") from None
    except PermissionError:
        raise ToolError("denied", f"the operating system does not permit `{path}`") from None
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "a link that leads to itself"
        raise ToolError("unavailable", f"`{path}`: {reason}", happened=happened) from None


def _entry(folder: str, entry: os.DirEntry[str]) -> dict[str, str | int]:
    info = entry.stat(follow_symlinks=False)
    kind = "file" if stat.S_ISREG(info.st_mode) else "folder" if stat.S_ISDIR(info.st_mode) else "other"
    return {"name": entry.name, "path": str(Path(folder) / entry.name), "kind": kind, "bytes": info.st_size}


def _mark(key: str) -> str:
    """By the key: an attempt after a crash writes over what the crash left behind."""
    return hashlib.blake2b(key.encode(), digest_size=8).hexdigest() if key else uuid4().hex


def _mode(target: Path) -> int | None:
    return stat.S_IMODE(target.stat().st_mode) if target.exists() else None


def _write_through(draft: Path, data: bytes, mode: int | None) -> None:
    """Write and wait until it is on disk. `mode` is that of the file it will replace."""
    with draft.open("wb") as file:
        file.write(data)
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        file.flush()
        os.fsync(file.fileno())


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """A new name is on disk once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
