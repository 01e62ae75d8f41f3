"""From an offset in a scalar's value to the index of that character in its source.

Quotes, escapes, folding and indentation stand between the two. What they never change is the order of the characters
that are not blank: the n-th such character of the value is the n-th one of the source, escapes taken as one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_DOUBLE: Final = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r\n|.)|.", re.DOTALL)
_SINGLE: Final = re.compile(r"''|.", re.DOTALL)
_PLAIN: Final = re.compile(r".", re.DOTALL)
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_BLANK_ESCAPES: Final = frozenset("tnvfr NLP_\t\n\r")
"""What follows the backslash in the short escapes that stand for blanks or for nothing."""

_NUMBER_ESCAPE: Final = re.compile(r"\\[xuU]([0-9a-fA-F]+)")
"""An escape that gives the number of a character."""


def index_of(source: str, value: str, offset: int) -> int:
    """Where character `offset` of `value` stands in `source`, its scalar with quotes or block header.

    Exact for every character that is not blank; for blanks, exact within a line. `offset` may be the value's length.
    """
    offset = min(max(offset, 0), len(value))
    before = sum(1 for character in value[:offset] if not character.isspace())
    inside = offset < len(value) and not value[offset].isspace()
    start, end = _body(source), _body(source)
    for number, (begin, stop) in enumerate(_visible(source)):
        if number == before and inside:
            return begin
        if number == before:
            break
        start, end = begin, stop
    blanks = offset - len(value[:offset].rstrip())
    return min(end + blanks, max(len(source), start))


def _body(source: str) -> int:
    if source[:1] in {"'", '"'}:
        return 1
    if source[:1] in {"|", ">"}:
        header = _LINE_END.search(source)
        return header.end() if header else len(source)
    return 0


def _visible(source: str) -> Iterator[tuple[int, int]]:
    """Start and end of everything in the source that gives one character that is not blank."""
    unit, end = _PLAIN, len(source)
    if source[:1] == '"':
        unit, end = _DOUBLE, end - 1
    elif source[:1] == "'":
        unit, end = _SINGLE, end - 1
    for match in unit.finditer(source, _body(source), end):
        text = match.group()
        if not text.isspace() and not (unit is _DOUBLE and _blank_escape(text)):
            yield match.start(), match.end()


def _blank_escape(text: str) -> bool:
    """Whether what stands in double quotes is an escape that stands for a blank or for nothing."""
    number = _NUMBER_ESCAPE.match(text)
    if number is not None:
        return chr(int(number[1], 16)).isspace()
    return text[0] == "\\" and text[1] in _BLANK_ESCAPES
