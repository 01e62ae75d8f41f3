"""HF141: a condition that is always the same."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import Expression, Switch
from holdfast.plan.source import Path


def _check(subject: Subject) -> Iterator[Found]:
    for expression, path in _conditions(subject):
        if expression is None or expression.reads:
            continue
        try:
            value = "true" if expression.evaluate({}) else "false"
        except ExpressionError:
            continue
        yield (
            f"this is always {value}: it reads nothing",
            subject.place(path),
            "say it with what it depends on, or leave it out",
        )


def _conditions(subject: Subject) -> Iterator[tuple[Expression | None, Path]]:
    for number, law in enumerate(subject.plan.invariants):
        yield law.holds, ("invariants", number, law.moment)
    for site in subject.sites:
        yield site.step.when, (*site.path, "when")
        if isinstance(site.step.action, Switch):
            for number, (when, _) in enumerate(site.step.action.cases):
                yield when, (*site.path, "switch", number, "when")


RULE = Rule(
    code="HF141",
    slug="constant-condition",
    severity="warning",
    title="a condition that is always the same",
    why="""
A condition that reads nothing has the same value in every run: the step always runs, or never does.
""",
    bad="""
steps:
  - {id: find, when: 1 > 2, tool: flights.search, with: {to: JFK}}
""",
    good="""
inputs:
  wanted: {type: boolean}
steps:
  - {id: find, when: inputs.wanted, tool: flights.search, with: {to: JFK}}
""",
    check=_check,
)
