"""Findings as text for people and as data for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from holdfast.diagnostics import Diagnostic


def diagnostic_data(finding: Diagnostic) -> dict[str, object]:
    """A finding as plain data; lines and columns count from 1, the end is exclusive."""
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
    }


def text(findings: Sequence[Diagnostic], files: int) -> str:
    """All findings with their lines, and how many there are."""
    return "\n\n".join([*(finding.render() for finding in findings), summary(findings, files)])


def summary(findings: Sequence[Diagnostic], files: int) -> str:
    """`3 plans: 2 errors, 1 warning`, or that all is well."""
    plans = f"{files} plan{'' if files == 1 else 's'}"
    if not findings:
        return f"{plans}: no findings"
    return f"{plans}: " + ", ".join(
        f"{count} {name}{'' if count == 1 or name == 'info' else 's'}"
        for name, count in counts(findings).items()
        if count
    )


def counts(findings: Sequence[Diagnostic]) -> dict[str, int]:
    """How many findings of each severity there are, the gravest first."""
    found = Counter(finding.severity for finding in findings)
    return {severity: found[severity] for severity in ("error", "warning", "info")}


def statistics(findings: Sequence[Diagnostic]) -> str:
    """How often each rule was found, the most frequent first."""
    found = Counter((finding.code, finding.slug) for finding in findings)
    return "\n".join(f"{count:>6}  {code}  {slug}".rstrip() for (code, slug), count in found.most_common())
