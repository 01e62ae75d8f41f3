"""Findings as text for people and as data for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from holdfast.diagnostics import Diagnostic, Fix


def diagnostic_data(finding: Diagnostic) -> dict[str, object]:
    """A finding as plain data; lines and columns count from 1, the end is exclusive; with a fix, if it has one."""
    span = finding.span
    place: dict[str, object] = {} if span is None else {
        "file": span.file, "line": span.line, "column": span.column,
        "end_line": span.end_line, "end_column": span.end_column,
    }  # fmt: skip
    return {
        "code": finding.code,
        "rule": finding.slug,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        **place,
        "help": finding.help,
        **({} if finding.fix is None else {"fix": _fix_data(finding.fix)}),
    }


def _fix_data(fix: Fix) -> dict[str, object]:
    return {
        "title": fix.title,
        "safe": fix.safe,
        "edits": [
            {
                "line": edit.span.line, "column": edit.span.column,
                "end_line": edit.span.end_line, "end_column": edit.span.end_column,
                "text": edit.text,
            }
            for edit in fix.edits
        ],
    }  # fmt: skip


def text(findings: Sequence[Diagnostic], files: int, fixed: int = 0, known: int = 0) -> str:
    """All findings with their lines, and how many there are."""
    return "\n\n".join([*(finding.render() for finding in findings), summary(findings, files, fixed, known)])


def summary(findings: Sequence[Diagnostic], files: int, fixed: int = 0, known: int = 0) -> str:
    """`3 plans: 2 errors, 1 warning`, or that all is well; how many were fixed, and how many can be."""
    plans = f"{files} plan{'' if files == 1 else 's'}"
    there = [
        f"{count} {name}{'' if count == 1 or name == 'info' else 's'}"
        for name, count in counts(findings).items()
        if count
    ]
    more = f"{f'; {fixed} fixed' if fixed else ''}{f'; {known} in the baseline' if known else ''}"
    lines = [f"{plans}: {', '.join(there) or 'no findings'}{more}"]
    return "\n".join([*lines, *_fixable(findings)])


def _fixable(findings: Sequence[Diagnostic]) -> list[str]:
    safe = sum(1 for finding in findings if finding.fix and finding.fix.safe)
    unsafe = sum(1 for finding in findings if finding.fix and not finding.fix.safe)
    offers = [f"{safe} can be fixed: --fix"] * bool(safe)
    return offers + [f"{unsafe} can be fixed and should be looked at: --fix --unsafe-fixes"] * bool(unsafe)


def counts(findings: Sequence[Diagnostic]) -> dict[str, int]:
    """How many findings of each severity there are, the gravest first."""
    found = Counter(finding.severity for finding in findings)
    return {severity: found[severity] for severity in ("error", "warning", "info")}


def statistics(findings: Sequence[Diagnostic]) -> str:
    """How often each rule was found, the most frequent first."""
    found = Counter((finding.code, finding.slug) for finding in findings)
    return "\n".join(f"{count:>6}  {code}  {slug}".rstrip() for (code, slug), count in found.most_common())
