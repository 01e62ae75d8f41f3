"""From bytes to text, and from an index in the text to a line and column."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from typing import Final

from holdfast.diagnostics import Span
from holdfast.errors import PlanError
from holdfast.plan.findings import finding
from holdfast.plan.size import MAX_BYTES

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_STRANGE: Final = ("\u2028", "\u2029", "\ufffe", "\uffff")
"""Line ends about which versions of YAML disagree, and what is no character. (One class of all of them would take
milliseconds to compile, at every start.)"""


class Text:
    """A source text that knows its lines. Indices count characters from 0."""

    __slots__ = ("_last", "_starts", "file", "text")

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self._starts: list[int] | None = None
        self._last = (0, "")
        """The line that was asked for last: a plan on one line must not be copied for each finding in it."""

    def span(self, start: int, end: int) -> Span:
        """The stretch from `start` to `end` (exclusive), without blanks at its end."""
        size = len(self.text)
        start = min(max(start, 0), size)
        start -= self._inside_line_end(start)
        end = start + max(len(self.text[start : max(end, start)].rstrip()), min(1, size - start))
        end += self._inside_line_end(end)
        line, column = self._place(start)
        end_line, end_column = self._place(end)
        return Span(self.file, line, column, end_line, end_column, self._line(line))

    def _inside_line_end(self, index: int) -> bool:
        """Between the two characters of one: no editor has such a place."""
        return index > 0 and self.text.startswith("\r\n", index - 1)

    def exact(self, start: int, end: int) -> Span:
        """The stretch from `start` to `end` (exclusive) as it is: for changing it."""
        line, column = self._place(start)
        end_line, end_column = self._place(end)
        return Span(self.file, line, column, end_line, end_column, self._line(line))

    def index(self, line: int, column: int) -> int:
        """The index of a line and column, both from 1."""
        return self._lines()[line - 1] + column - 1

    def line_of(self, index: int) -> int:
        """The line in which a character stands, from 1."""
        return bisect_right(self._lines(), index)

    def line_text(self, number: int) -> str:
        """A line without its end."""
        return self._line(number)

    def _place(self, index: int) -> tuple[int, int]:
        starts = self._lines()
        line = bisect_right(starts, index)
        return line, index - starts[line - 1] + 1

    def _line(self, number: int) -> str:
        if self._last[0] != number:
            start = self._lines()[number - 1]
            end = _LINE_END.search(self.text, start)
            self._last = (number, self.text[start : end.start() if end else len(self.text)])
        return self._last[1]

    def _lines(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        return self._starts


def decode(source: bytes | str, file: str) -> Text:
    """The text of a document, its byte order mark dropped.

    Raises:
        PlanError: too large, not UTF-8, empty, or with control characters in it.
    """
    if len(source) > MAX_BYTES or (isinstance(source, str) and len(source.encode(errors="replace")) > MAX_BYTES):
        raise _refusal("limit", "the document is larger than 1 MiB, the most a plan may have", file, "split the plan")
    text = Text((_utf8(source, file) if isinstance(source, bytes) else source).removeprefix("\ufeff"), file)
    strange = _first_strange(text.text)
    if strange is not None:
        span = replace(text.span(strange, strange + 1), text="")
        message = f"the character U+{ord(text.text[strange]):04X} cannot be seen, and is not allowed in a plan"
        advice = 'delete it, or write it as an escape in double quotes, as in "\\u0007"'
        raise PlanError([finding("control-character", message, span, advice)])
    return text


def _first_strange(text: str) -> int | None:
    """Where the first character stands that may not be in a plan as itself."""
    control = _CONTROL.search(text)
    places = [control.start()] if control else []
    if not text.isascii():
        places += [text.index(character) for character in _STRANGE if character in text]
        try:
            text.encode()
        except UnicodeEncodeError as error:
            places.append(error.start)
    return min(places, default=None)


def _utf8(source: bytes, file: str) -> str:
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as error:
        before = source[: error.start].decode("utf-8")
        place = Text(before + "?", file).span(len(before), len(before) + 1)
        span = Span(file, place.line, place.column, place.line, place.column + 1)
        if source.startswith((b"\xff\xfe", b"\xfe\xff")):
            message = "the file is UTF-16, a plan must be UTF-8"
        else:
            message = f"the byte 0x{source[error.start]:02x} is not UTF-8"
        raise PlanError([finding("not-utf8", message, span, "save the file as UTF-8")]) from None


def _refusal(kind: str, message: str, file: str, advice: str) -> PlanError:
    return PlanError([finding(kind, message, Span(file, 1, 1, 1, 1), advice)])


def line_start(source: str, index: int) -> int:
    """Where the line of an index begins."""
    return max(source.rfind("\n", 0, index), source.rfind("\r", 0, index)) + 1
