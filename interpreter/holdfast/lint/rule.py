"""What a rule sees, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field

from holdfast.diagnostics import Diagnostic, Severity, Span
from holdfast.lint.calls import CallSite
from holdfast.lint.schemas import Schema
from holdfast.plan.program import Plan
from holdfast.plan.source import Document
from holdfast.registry import Registry
from holdfast.values import pair


@pair
class Subject:
    """A plan under examination.

    Args:
        plan: compiled, so its form is right.
        document: its text, for places.
        calls: every tool call in it.
        tools: the tools there are.
    """

    plan: Plan
    document: Document
    calls: Sequence[CallSite]
    tools: Registry
    schemas: dict[str, Schema | None] = field(default_factory=dict[str, Schema | None])

    def schema(self, tool: str) -> Schema | None:
        """The schema of a tool's arguments; None when there is no such tool. Raises ConfigError."""
        if tool not in self.schemas:
            self.schemas[tool] = self.tools.get(tool).input_schema() if tool in self.tools else None
        return self.schemas[tool]


@pair
class Rule:
    """One thing that can be wrong.

    Args:
        code: stable for ever.
        severity: what it means for the plan.
        title: the rule in a few words.
        check: finds it; each finding is a message, a place and a help.
    """

    code: str
    severity: Severity
    title: str
    check: Callable[[Subject], Iterator[tuple[str, Span, str]]]

    def findings(self, subject: Subject) -> Iterator[Diagnostic]:
        """What this rule finds in a plan."""
        for message, span, advice in self.check(subject):
            yield Diagnostic(code=self.code, severity=self.severity, message=message, span=span, help=advice)
