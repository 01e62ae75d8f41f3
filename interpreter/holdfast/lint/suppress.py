"""Findings that the author has seen and wants to be: `# holdfast: ignore[HF208] the list never changes`.

A comment at the end of a line stands for findings on that line; one on a line of its own for the next line that holds
something. A reason is required: without one it silences nothing. What names no rule, gives no reason or silences
nothing is a finding itself, and so is what only looks like such a comment.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from holdfast.diagnostics import Diagnostic, Edit, Fix, Span, did_you_mean
from holdfast.errors import PlanError
from holdfast.lint.catalogue import FORM_CODES, OF_FORM, UNKNOWN, UNREASONED, UNUSED, code_of, codes
from holdfast.plan.source import read
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.plan.source import Document

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#[ \t]*holdfast:[ \t]*ignore\[([^\]\r\n]*)\][ \t]*([^\r\n]*)")
_ALMOST: Final = re.compile(
    r"(?:^|(?<=\s))#[ \t]*(?:holdfast:[ \t]*(?:ignore|disable|noqa|nolint|silence|skip|suppress)\b"
    r"|(?:ignore|disable|noqa|nolint)\b[:= \t]*\[?HF\d)[^\r\n]*",
    re.IGNORECASE,
)
"""What somebody writes who believes that it silences something, as other linters have it."""


@pair
class Suppression:
    """One comment.

    Args:
        codes: what it silences.
        line: the line whose findings it is about, from 1.
        reason: why.
        span: of the comment.
        listed: of the codes in it.
        whole: of the comment with the blanks before it, or with its line where it has one of its own.
    """

    codes: tuple[str, ...]
    line: int
    reason: str
    span: Span
    listed: Span
    whole: Span


def without_suppressed(
    findings: Sequence[Diagnostic], document: Document, active: Collection[str]
) -> Iterator[Diagnostic]:
    """The findings that no comment silences, and what is wrong with the comments.

    Args:
        findings: of a plan or a policy.
        document: its text.
        active: codes of what was looked for: a comment for one of them that silences nothing is said to be unused.
    """
    suppressions = list(suppressions_in(document))
    there, used = _by_line(suppressions), set[tuple[int, str]]()
    for finding in findings:
        number = _silenced_by(finding, there)
        if number is None:
            yield finding
        else:
            used.add((number, finding.code))
    yield from _almost(document, suppressions)
    for number, suppression in enumerate(suppressions):
        unused = [code for code in suppression.codes if code in active and (number, code) not in used]
        yield from _complaints(suppression, unused if suppression.reason else ())


def _almost(document: Document, suppressions: Sequence[Suppression]) -> Iterator[Diagnostic]:
    """The comments that look like suppressions and are none, or name no rule."""
    source, real = document.source, {(one.span.line, one.span.column) for one in suppressions if one.codes}
    matches = list(_ALMOST.finditer(source)) if "HF" in source or "holdfast:" in source else []
    texts = _texts(source) if matches else []
    for match in matches:
        span = document.stretch(match.start(), match.end())
        if (span.line, span.column) not in real and not _inside(texts, match.start()):
            yield Diagnostic(
                code=UNKNOWN, severity="warning", message="this names no rule, and silences nothing", span=span,
                help="write `# holdfast: ignore[HF208] the list never changes`", slug="unknown-suppression",
            )  # fmt: skip


def unsilenced(findings: Sequence[Diagnostic], document: Document) -> list[Diagnostic]:
    """The findings that no comment silences; what is wrong with the comments is said elsewhere."""
    there = _by_line(list(suppressions_in(document)))
    return [finding for finding in findings if _silenced_by(finding, there) is None]


def with_refused(findings: Sequence[Diagnostic], source: str, file: str) -> list[Diagnostic]:
    """What is wrong with the form of a text, and the comments that would silence that: they cannot."""
    try:
        document = read(source, file) if "holdfast:" in source else None
    except PlanError:
        return list(findings)
    refused = [] if document is None else [one for each in suppressions_in(document) for one in _refused(each)]
    return [*findings, *refused]


def _refused(suppression: Suppression) -> Iterator[Diagnostic]:
    for code in suppression.codes:
        if code in FORM_CODES:
            message = f"`{code}` is about the form, and cannot be silenced: such a plan does not run"
            cure = _without(suppression, [code])
            yield _said(OF_FORM, "suppression-of-form", message, suppression, "set the plan right", cure)


def _by_line(suppressions: Sequence[Suppression]) -> dict[int, list[tuple[int, Suppression]]]:
    """The comments that silence something, with their numbers, by the line that they are about."""
    found: dict[int, list[tuple[int, Suppression]]] = {}
    for number, suppression in enumerate(suppressions):
        if suppression.reason:
            found.setdefault(suppression.line, []).append((number, suppression))
    return found


def _silenced_by(finding: Diagnostic, there: Mapping[int, Sequence[tuple[int, Suppression]]]) -> int | None:
    here = there.get(finding.span.line, ()) if finding.span is not None else ()
    return next((number for number, suppression in here if finding.code in suppression.codes), None)


def _complaints(suppression: Suppression, unused: Sequence[str]) -> Iterator[Diagnostic]:
    known = codes()
    for code in suppression.codes:
        if code not in known:
            meant = code_of(code)
            hint = f": write `{meant}`" if meant else did_you_mean(code, known)
            message = f"`{code}` is no code of a rule{hint}"
            yield _said(UNKNOWN, "unknown-suppression", message, suppression, "`holdfast lint --rules` lists all rules")
    yield from _refused(suppression)
    for code in unused:
        message = f"there is nothing that `ignore[{code}]` silences on line {suppression.line}"
        yield _said(UNUSED, "unused-suppression", message, suppression, "remove it", _without(suppression, unused))
    if not suppression.reason:
        advice = "say why after the bracket: `# holdfast: ignore[HF208] the list never changes`"
        yield _said(
            UNREASONED,
            "suppression-without-reason",
            "it is not said why this is ignored, so it is not",
            suppression,
            advice,
        )


def _said(
    code: str, slug: str, message: str, suppression: Suppression, advice: str, fix: Fix | None = None
) -> Diagnostic:
    return Diagnostic(
        code=code, severity="warning", message=message, span=suppression.span, help=advice, slug=slug, fix=fix
    )


def _without(suppression: Suppression, unused: Sequence[str]) -> Fix:
    """The comment without what it silences for nothing; without all of it, where that is all there is."""
    left = [code for code in suppression.codes if code not in unused]
    if left:
        return Fix(title="remove it", edits=(Edit(suppression.listed, ", ".join(left)),))
    return Fix(title="remove it", edits=(Edit(suppression.whole, ""),))


def suppressions_in(document: Document) -> Iterator[Suppression]:
    """The comments of a plan's text, in their order; what stands inside of a text of the plan is none."""
    source = document.source
    matches = list(_COMMENT.finditer(source)) if "holdfast:" in source else []
    texts = _texts(source) if matches else []
    following = _following(source) if matches else []
    for match in matches:
        if _inside(texts, match.start()):
            continue
        span = document.stretch(match.start(), match.end())
        own_line = not span.text[: span.column - 1].strip()
        codes = tuple(code.strip() for code in match[1].split(",") if code.strip())
        line = following[span.line] if own_line else span.line
        listed, whole = document.exact(*match.span(1)), document.exact(*_whole(source, match, own_line=own_line))
        yield Suppression(codes, line, match[2].strip(), span, listed, whole)


def _whole(source: str, match: re.Match[str], *, own_line: bool) -> tuple[int, int]:
    start, end = match.span()
    while start and source[start - 1] in " \t":
        start -= 1
    end -= len(match[0]) - len(match[0].rstrip(" \t"))
    after = _LINE_END.match(source, end) if own_line else None
    return start, after.end() if after else end


def _following(source: str) -> list[int]:
    """For the number of each line the first one behind it that holds more than a comment; its own where none does."""
    lines = source.splitlines()
    found, following = [0] * (len(lines) + 1), 0
    for number in range(len(lines), 0, -1):
        found[number] = following or number
        bare = lines[number - 1].lstrip()
        if bare and not bare.startswith("#"):
            following = number
    return found


def _inside(texts: Sequence[tuple[int, int]], index: int) -> bool:
    """Whether an index is in one of the stretches, which stand in their order."""
    at = bisect_right(texts, (index, sys.maxsize)) - 1
    return at >= 0 and index < texts[at][1]


def _texts(source: str) -> list[tuple[int, int]]:
    """From where to where the scalars of a document stand; by the scanner that read it, for the two differ in tabs."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [
        (token.start_mark.index, token.end_mark.index)
        for token in yaml.scan(source, Loader=loader)
        if isinstance(token, yaml.ScalarToken)
    ]
