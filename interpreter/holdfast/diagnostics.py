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
    """

    code: str
    severity: Severity
    message: str
    span: Span | None = None
    help: str = ""
    slug: str = ""
    confidence: Confidence = "certain"

    def render(self) -> str:
        """The finding as text for people: place, message, the line with a caret, help."""
        where = f"{self.span}: " if self.span else ""
        lines = [f"{where}{self.severity} {self.code}: {self.message}"]
        if self.span and self.span.text:
            lines += _excerpt(self.span)
        if self.help:
            lines.append(f"  = help: {self.help}")
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
