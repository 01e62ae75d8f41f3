"""Where words go: the answer to standard output, everything else to standard error.

Rules of the file:
- While a command runs, file descriptor 1 *is* standard error: what tools, their threads and their child processes
  print cannot get into the answer. Only `Output` holds the real standard output.
- With `--json` the answer is one JSON document (or one per line for a stream), never anything else.
- Text that came from elsewhere goes through `plain`, so that no tool can send control codes to a terminal.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from holdfast.diagnostics import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


_UNKNOWN_WIDTH = 100
_UNLIMITED = 10_000


@contextmanager
def claimed_stdout() -> Iterator[TextIO]:
    """The real standard output; until the end of the block all other writers of it reach standard error."""
    _flush()
    try:
        saved = os.dup(1)
    except OSError:  # started with standard output closed: the answer goes nowhere
        saved = os.open(os.devnull, os.O_WRONLY)
    stream = os.fdopen(saved, "w", encoding="utf-8", errors="backslashreplace")
    _point_stdout_at(2)
    try:
        yield stream
    finally:
        _flush()
        _point_stdout_at(saved)
        _close(stream)


def _flush() -> None:
    with suppress(ValueError, OSError):  # a tool may have closed it
        sys.stdout.flush()


def _point_stdout_at(target: int) -> None:
    try:
        os.dup2(target, 1)
    except OSError:  # started with standard error closed
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _close(stream: TextIO) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        return


def plain(text: object) -> str:
    """Text with control characters made visible; line breaks and tabs stay."""
    return printable(str(text))


def compact(value: object) -> str:
    """A value as JSON on one line; text as it is."""
    return plain(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


class Output:
    """What a command says, and to whom.

    Args:
        stdout: the real standard output.
        json: whether the answer is for a program.
        quiet: whether notes are left out; errors are always said.
        environ: for `NO_COLOR`, `FORCE_COLOR` and `COLUMNS`.
    """

    def __init__(self, stdout: TextIO, *, json: bool, quiet: bool, environ: Mapping[str, str]) -> None:
        self._stdout = stdout
        self._environ = environ
        self.json = json
        self.quiet = quiet
        self.closed = False
        """Whether the reader of the answer has gone away: a stream may end."""

    def show(self, data: Callable[[], object], text: Callable[[], str]) -> None:
        """Give the answer: `data` to a program, `text` to a person."""
        self._write(_document(data()) if self.json else text())

    def clear(self) -> None:
        """Begin on an empty screen, where there is one."""
        if not self.json and _terminal(self._stdout):
            self._write("\x1b[2J\x1b[3J\x1b[H")

    def note(self, text: str) -> None:
        """Say something beside the answer, unless `--quiet`."""
        if not self.quiet:
            self.error(text)

    def error(self, text: str) -> None:
        """Say something that must be seen."""
        _say(text + "\n")

    @property
    def live(self) -> bool:
        """Whether a line that is written over itself is seen as such."""
        return not self.quiet and not self.json and _terminal(sys.stderr)

    def prompt(self, text: str) -> None:
        """Begin a line that a person is to finish."""
        _say(text)

    def paint(self, text: str, colour: str) -> str:
        """Text for standard output in a colour, where that is a terminal."""
        return _painted(text, colour) if self._coloured(self._stdout) else text

    def paint_note(self, text: str, colour: str) -> str:
        """Text for standard error in a colour, where that is a terminal."""
        return _painted(text, colour) if self._coloured(sys.stderr) else text

    @property
    def width(self) -> int:
        """Columns of the terminal; a file or a pipe is read by programs and gets whole lines."""
        told = self._environ.get("COLUMNS", "")
        if told.isdecimal() and int(told):
            return int(told)
        try:
            return os.get_terminal_size(self._stdout.fileno()).columns or _UNKNOWN_WIDTH
        except (OSError, ValueError):
            return _UNLIMITED

    def _coloured(self, stream: TextIO) -> bool:
        if self._environ.get("NO_COLOR"):
            return False
        return bool(self._environ.get("FORCE_COLOR")) or _terminal(stream)

    def _write(self, text: str) -> None:
        try:
            self._stdout.write(text + "\n")
            self._stdout.flush()
        except BrokenPipeError:
            self.closed = True


def _say(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):  # nobody listens
        return


def _document(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, default=str)


def _painted(text: str, colour: str) -> str:
    return f"\x1b[{_CODES[colour]}m{text}\x1b[0m"


def _terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False
