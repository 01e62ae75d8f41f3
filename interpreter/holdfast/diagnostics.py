"""Findings about a text a person wrote: what, where, why, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from holdfast.values import pair, value

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["error", "warning", "info"]

Confidence = Literal["certain", "likely", "possible"]
"""Whether a finding can be mistaken: it cannot; hardly; it is a hint."""


@pair
class Span:
    """A stretch of a file. Lines and columns count from 1; the end is exclusive.

    ``text`` is the first line of the stretch as it stands in the file, for showing it with a caret.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@pair
class Edit:
    """One change of a text: what stands at `span` gives way to `text`.

    The span is exact: blanks at its end belong to it, and it is empty where something is put in.
    """

    span: Span
    text: str


@value
class Fix:
    """What to change so that a finding goes away.

    Args:
        title: what it does, as a command: "write `timeout`".
        edits: of the finding's file, in the order of the text; they do not overlap.
        safe: whether the author is sure to want it: a plan that runs goes on doing what it does, and one that does not
            run can hardly have meant anything else.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


@value
class Diagnostic:
    """One finding.

    Args:
        code: stable for ever, ``HF`` and three digits (7-lint families).
        severity: ``error`` keeps a plan from running.
        message: lower case, quotes the author's own token, says what is allowed.
        span: where; None when there is no file.
        help: what to do about it.
        slug: the code for people, such as ``no-timeout``; empty where the code alone names it.
        confidence: whether it can be mistaken.
        fix: what to change, where one way is plain.
    """

    code: str
    severity: Severity
    message: str
    span: Span | None = None
    help: str = ""
    slug: str = ""
    confidence: Confidence = "certain"
    fix: Fix | None = None

    def render(self) -> str:
        """The finding as text for people, in 100 columns: place, message, the line with a caret, help."""
        where = f"{self.span}: " if self.span else ""
        lines = _head(f"{where}{self.severity} {self.code}: ", self.message)
        if self.span and self.span.text:
            lines += _excerpt(self.span)
        if self.help:
            lines += _wrapped("  = help: ", self.help)
        if self.fix:
            lines += _wrapped(f"  = fix{'' if self.fix.safe else ' (unsafe)'}: ", self.fix.title)
        return printable("\n".join(lines))


def printable(text: str) -> str:
    """A text with what a terminal would obey or XML refuses written as Python does; blanks and lines stay."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign in _BLANK else _escape(sign) for sign in text)


_BLANK: Final = "\n\t\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}"


def _escape(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


_COLUMNS: Final = 100
_LEAST: Final = 40


def _head(start: str, message: str) -> list[str]:
    """The message in one line; where it does not fit, what is wrong in the first, what comes of it below.

    It is parted behind the last colon or semicolon of the sentence that fits, else behind the last comma, else between
    words; never inside of what is quoted.
    """
    room = _COLUMNS - len(start)
    room = room if room >= _LEAST else _COLUMNS  # a path as long as that does not fit anyhow
    if len(message) <= room:
        return [start + message]
    ends = {mark: [at + 1 for at in _ends(message, mark) if at < room] for mark in (":;", ",")}
    end = max(ends[":;"] or ends[","], default=0)
    if not end:
        return _wrapped(start, message, "    ")
    return [start + message[:end], *_wrapped("    ", message[end + 1 :])]


def _ends(message: str, marks: str) -> list[int]:
    """Where one of the marks stands before a blank, outside of backticks and brackets."""
    found, quoted, depth = list[int](), False, 0
    for at, character in enumerate(message):
        quoted ^= character == "`"
        depth += 0 if quoted else (character in "([{") - (character in ")]}")
        if character in marks and not quoted and depth <= 0 and message[at + 1 : at + 2] == " ":
            found.append(at)
    return found


def _wrapped(start: str, text: str, below: str = "") -> list[str]:
    """A text in lines of 100 columns at most, the later ones as deep as the first or as `below`; quotes whole."""
    if len(start) + len(text) <= _COLUMNS:
        return [start + text]
    import re
    import textwrap

    wrapper = textwrap.TextWrapper(
        max(_COLUMNS, len(start) + _LEAST), start, below or " " * len(start),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    whole = re.sub(r"`[^`]{1,80}`", lambda match: match[0].replace(" ", "\0"), text)
    return [line.replace("\0", " ") for line in wrapper.wrap(whole)] or [start]


def _excerpt(span: Span) -> list[str]:
    """The line with a caret below what is meant; of a line that is too long, the part around that."""
    shown, column = "".join(map(_one_column, span.text)), span.column - 1
    width = len(shown) - column if span.end_line > span.line else span.end_column - span.column
    room = _COLUMNS - len(f"{span.line} | ")
    last = max(len(shown), column + 1) - room
    first = 0 if column + min(width, room // 2) < room else max(0, min(column - room // 4, last))
    text = ("…" if first else "") + shown[first + (first > 0) : first + room]
    if first + room < len(shown):
        text = text[: room - 1] + "…"
    gutter = " " * len(str(span.line))
    caret = " " * min(column - first, room - 1) + "^" * max(1, min(width, room - (column - first)))
    return [f"{gutter} |", f"{span.line} | {text}", f"{gutter} | {caret}"]


def _one_column(sign: str) -> str:
    if sign.isprintable():
        return sign
    return " " if sign == "\t" else "\N{REPLACEMENT CHARACTER}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`: did you mean ...?` for the closest of the known names, or nothing."""
    import difflib

    names = list(known)
    close = _otherwise_written(name, names)[:1] or difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return f": did you mean `{close[0]}`?" if close else ""


def only_near(name: str, known: Iterable[str]) -> tuple[str, bool] | None:
    """The one known name that this may have been meant to be, and whether it is but a slip of the finger away.

    None where several come into question, or none does. A slip is one letter too many, too few, wrong, or two swapped.
    """
    import difflib

    names = [one for one in known if one != name]
    if len(same := _otherwise_written(name, names)) == 1:
        return same[0], True
    close = difflib.get_close_matches(name, names, n=max(len(names), 1), cutoff=0.6)
    slips = [one for one in close if _is_slip(name, one)]
    if len(slips) == 1 and slips[0] == close[0]:
        return slips[0], True
    return (close[0], False) if len(close) == 1 else None


def _otherwise_written(name: str, known: Iterable[str]) -> list[str]:
    """Those that differ in nothing but capitals."""
    return [one for one in known if one != name and one.casefold() == name.casefold()]


def _is_slip(one: str, other: str) -> bool:
    """Whether the two are one insertion, deletion, replacement or swap of neighbours apart (Damerau)."""
    short, long = sorted((one, other), key=len)
    start = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(long) - len(short) == 1:
        return short[start:] == long[start + 1 :]
    if len(long) != len(short):
        return False
    swapped = short[start : start + 2] == long[start : start + 2][::-1] and short[start + 2 :] == long[start + 2 :]
    return short[start + 1 :] == long[start + 1 :] or swapped
