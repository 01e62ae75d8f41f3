"""Where a tool is defined, for messages that show it."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable
from pathlib import Path

from holdfast.errors import ConfigError
from holdfast.values import pair


@pair
class Place:
    """A line of a Python file. Lines count from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{shown_path(self.file)}:{self.line}"

    def fault(self, message: str, hint: str = "") -> ConfigError:
        """The error that `message` is wrong here, with the line itself and what to do about it."""
        text = linecache.getline(self.file, self.line).strip()
        lines = [f"{self}: {message}"]
        if text:
            lines += [f"  {self.line} | {text[:160]}"]
        if hint:
            lines += [f"  = help: {hint}"]
        return ConfigError("\n".join(lines))


def place_of(function: Callable[..., object]) -> Place:
    """Where the function is written, decorators included."""
    code = inspect.unwrap(function).__code__
    return Place(code.co_filename, code.co_firstlineno)


def shown_path(file: str) -> str:
    """A path as people write it: relative to the working directory when it lies in it."""
    try:
        return str(Path(file).resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return file
