"""Runs the rules over a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from holdfast.diagnostics import Diagnostic, Severity
from holdfast.lint.rule import Rule, Subject
from holdfast.lint.rules import rules_of
from holdfast.lint.suppress import without_suppressed
from holdfast.plan.program import Plan, Trigger
from holdfast.plan.source import Document, read
from holdfast.registry import Registry

RANK: Final[dict[Severity, int]] = {"error": 0, "warning": 1, "info": 2}
"""The gravest first."""


def lint(
    plan: Plan,
    tools: Registry,
    document: Document | None = None,
    rules: Sequence[Rule] | None = None,
    above: Sequence[Trigger] = (),
    children: Mapping[str, Plan] | None = None,
) -> list[Diagnostic]:
    """What is wrong with a plan, in the order of its text.

    Args:
        plan: a compiled plan, so its form and its references are right already.
        tools: the tools there are.
        document: the plan's text as it was read; read again when it is not given.
        rules: what is looked for; by default what would keep it from running.
        above: triggers of plans above that guard its writing calls.
        children: the plans it runs, by its names for them, as far as they are known.
    """
    text, asked = document or read(plan.source, plan.file), rules_of("basic") if rules is None else rules
    subject = Subject(plan, text, tools, tuple(above), children or {})
    found = [finding for rule in asked for finding in rule.findings(subject)]
    return sorted(without_suppressed(found, text, {rule.code for rule in asked}), key=_place)


def at_least(findings: Sequence[Diagnostic], severity: Severity) -> list[Diagnostic]:
    """The findings that are as grave as `severity` or graver."""
    return [finding for finding in findings if RANK[finding.severity] <= RANK[severity]]


def _place(finding: Diagnostic) -> tuple[int, int, str]:
    return (finding.span.line, finding.span.column, finding.code) if finding.span else (0, 0, finding.code)
