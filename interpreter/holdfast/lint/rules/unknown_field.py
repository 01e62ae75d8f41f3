"""HF134: a field is read that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for _, found in subject.faults("field"):
        yield found


RULE = Rule(
    code="HF134",
    slug="unknown-output-field",
    severity="error",
    title="a field is read that is not there",
    why="""
What tools return, inputs, answers, items of loops and outputs of blocks have known fields, and this is none of them, or
it is no map at all: the expression fails each time it is evaluated.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.find.output[0].departure }}'}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.find.output[0].departs }}'}}
""",
    check=_check,
    confidence="likely",
)
