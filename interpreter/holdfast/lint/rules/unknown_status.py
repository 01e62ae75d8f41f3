"""HF136: a step's status is compared with what it never is."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for _, found in subject.faults("status"):
        yield found


RULE = Rule(
    code="HF136",
    slug="unknown-step-status",
    severity="error",
    title="a step's status is compared with what it never is",
    why="""
A step is `succeeded`, `skipped`, `failed` or `pending`. A comparison with anything else never holds.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, optional: true}
  - {id: tell, when: steps.find.status == 'ok', tool: mail.send, with: {to: ana@example.com}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, optional: true}
  - {id: tell, when: steps.find.status == 'succeeded', tool: mail.send, with: {to: ana@example.com}}
""",
    check=_check,
)
