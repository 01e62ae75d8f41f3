"""Findings about a text a person wrote: what, where, why, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

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
        """The finding as text for people: place, message, the line with a caret, help."""
        where = f"{self.span}: " if self.span else ""
        lines = [f"{where}{self.severity} {self.code}: {self.message}"]
        if self.span and self.span.text:
            lines += _excerpt(self.span)
        if self.help:
            lines.append(f"  = help: {self.help}")
        if self.fix:
            lines.append(f"  = fix{'' if self.fix.safe else ' (unsafe)'}: {self.fix.title}")
        return "\n".join(lines)


def _excerpt(span: Span) -> list[str]:
    shown = span.text.replace("\t", " ")
    width = len(shown) - span.column + 1 if span.end_line > span.line else span.end_column - span.column
    gutter = " " * len(str(span.line))
    return [
        f"{gutter} |",
        f"{span.line} | {shown[:160]}",
        f"{gutter} | {' ' * min(span.column - 1, 160)}{'^' * max(1, min(width, 160 - span.column))}",
    ]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`: did you mean ...?` for the closest of the known names, or nothing."""
    import difflib

    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f": did you mean `{close[0]}`?" if close else ""


def only_near(name: str, known: Iterable[str]) -> tuple[str, bool] | None:
    """The one known name that this may have been meant to be, and whether it is but a slip of the finger away.

    None where several come into question, or none does. A slip is one letter too many, too few, wrong, or two swapped.
    """
    import difflib

    names = [one for one in known if one != name]
    close = difflib.get_close_matches(name, names, n=max(len(names), 1), cutoff=0.6)
    slips = [one for one in close if _is_slip(name, one)]
    if len(slips) == 1 and slips[0] == close[0]:
        return slips[0], True
    return (close[0], False) if len(close) == 1 else None


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
