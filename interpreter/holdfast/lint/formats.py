"""Findings for programs: one function per format. What people read is in `render`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import PurePath
from typing import Final
from urllib.parse import quote

from holdfast.diagnostics import Diagnostic, Fix, Severity, Span, printable
from holdfast.lint.forms import every_form
from holdfast.lint.forms.form import Form
from holdfast.lint.render import counts, diagnostic_data
from holdfast.lint.rule import Rule
from holdfast.lint.rules import every_rule
from holdfast.version import VERSION

Format = Callable[[Sequence[Diagnostic], Sequence[str]], str]

JSON_VERSION: Final = 1
"""Of the document that `--format json` prints; grows when a field changes its meaning or goes."""


def json_data(
    findings: Sequence[Diagnostic], files: Sequence[str], applied: Sequence[Diagnostic] = ()
) -> dict[str, object]:
    """`{version, files, counts, findings}`, and `fixed` where something was."""
    found = [diagnostic_data(finding) for finding in findings]
    data: dict[str, object] = {
        "version": JSON_VERSION, "files": len(files), "counts": counts(findings), "findings": found,
    }  # fmt: skip
    if applied:
        data["fixed"] = [diagnostic_data(finding) for finding in applied]
    return data


def concise(findings: Sequence[Diagnostic], _files: Sequence[str]) -> str:
    """One line per finding: `file:line:column: severity code message`."""
    lines = (f"{_place(one)}: {one.severity} {one.code} {' '.join(one.message.split())}" for one in findings)
    return "\n".join(printable(line).replace("\n", "\\n") for line in lines)


def github(findings: Sequence[Diagnostic], _files: Sequence[str]) -> str:
    """Workflow commands, which GitHub shows beside the lines of a change.

    Source: "Workflow commands for GitHub Actions", with the escapes of the toolkit's `command.ts`.
    """
    return "\n".join(map(_command, findings))


_COMMANDS: Final[Mapping[Severity, str]] = {"error": "error", "warning": "warning", "info": "notice"}


def _command(finding: Diagnostic) -> str:
    span = finding.span
    where = {} if span is None else {"file": span.file, "line": span.line, "col": span.column, "endLine": span.end_line}
    properties = ",".join(f"{name}={_property(value)}" for name, value in {**where, "title": finding.code}.items())
    message = f"{finding.message}\n{finding.help}" if finding.help else finding.message
    return f"::{_COMMANDS[finding.severity]} {properties}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(value: object) -> str:
    return _escaped(str(value)).replace(":", "%3A").replace(",", "%2C")


def sarif(findings: Sequence[Diagnostic], _files: Sequence[str]) -> str:
    """SARIF 2.1.0 (OASIS), for code scanning."""
    rules = [
        {
            "id": rule.code,
            "name": rule.slug,
            "shortDescription": {"text": rule.title},
            "fullDescription": {"text": " ".join(rule.why.split())},
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        }
        for rule in described()
    ]
    driver = {"name": "holdfast", "version": VERSION, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [_result(one) for one in findings]}
    document = {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False)


def described() -> list[Form | Rule]:
    """All that can be found, by code."""
    both: list[Form | Rule] = [*every_form(), *every_rule()]
    return sorted(both, key=lambda one: one.code)


_SARIF: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final[Mapping[Severity, str]] = {"error": "error", "warning": "warning", "info": "note"}


def _result(finding: Diagnostic) -> dict[str, object]:
    text = f"{finding.message}\n{finding.help}" if finding.help else finding.message
    result: dict[str, object] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
    }
    if finding.span is not None:
        place = {"artifactLocation": _artifact(finding.span), "region": _region(finding.span)}
        result["locations"] = [{"physicalLocation": place}]
        if finding.fix is not None:
            result["fixes"] = [_fix(finding.fix, finding.span)]
    return result


def _artifact(span: Span) -> dict[str, object]:
    return {"uri": quote(os.fsencode(PurePath(span.file).as_posix()))}


def _region(span: Span) -> dict[str, object]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _fix(fix: Fix, span: Span) -> dict[str, object]:
    replacements = [{"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}} for edit in fix.edits]
    return {
        "description": {"text": fix.title},
        "artifactChanges": [{"artifactLocation": _artifact(span), "replacements": replacements}],
    }


def junit(findings: Sequence[Diagnostic], files: Sequence[str]) -> str:
    """JUnit's XML: a suite with a case per file, which fails with the file's findings."""
    by_file: dict[str, list[Diagnostic]] = {file: [] for file in files}
    for finding in findings:
        by_file.setdefault(finding.span.file if finding.span else "-", []).append(finding)
    failed = sum(1 for found in by_file.values() if found)
    cases = "".join(_case(file, found) for file, found in by_file.items())
    head = f'<testsuite name="holdfast lint" tests="{len(by_file)}" failures="{failed}">'
    return printable(f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{cases}</testsuite>')


def _case(file: str, findings: Sequence[Diagnostic]) -> str:
    if not findings:
        return f'  <testcase classname="holdfast.lint" name={_attribute(file)}/>\n'
    message = _attribute("; ".join(sorted({finding.code for finding in findings})))
    text = escape(concise(findings, ()), quote=False)
    inner = f"    <failure message={message}>{text}</failure>\n"
    return f'  <testcase classname="holdfast.lint" name={_attribute(file)}>\n{inner}  </testcase>\n'


def _attribute(text: str) -> str:
    return f'"{escape(text).replace(chr(10), "&#10;").replace(chr(13), "&#13;").replace(chr(9), "&#9;")}"'


def _place(finding: Diagnostic) -> str:
    return str(finding.span) if finding.span is not None else "-"


FORMATS: Final[Mapping[str, Format]] = {"concise": concise, "github": github, "sarif": sarif, "junit": junit}
"""By name, besides `text` and `json`."""
