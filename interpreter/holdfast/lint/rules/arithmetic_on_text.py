"""HF145: arithmetic with what is no number."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for _, found in subject.faults("arithmetic"):
        yield found


RULE = Rule(
    code="HF145",
    slug="arithmetic-on-text",
    severity="error",
    title="arithmetic with what is no number",
    why="""
Texts are not turned into numbers by themselves, and numbers not into texts. The expression fails each time it is
evaluated, and the step with it.
""",
    bad="""
inputs:
  seats: {type: string}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - id: book
    tool: flights.book
    with: {flight: '{{ steps.find.output[0].id }}', price: '{{ steps.find.output[0].price * inputs.seats }}'}
""",
    good="""
inputs:
  seats: {type: integer}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - id: book
    tool: flights.book
    with: {flight: '{{ steps.find.output[0].id }}', price: '{{ steps.find.output[0].price * inputs.seats }}'}
""",
    check=_check,
    confidence="likely",
)
