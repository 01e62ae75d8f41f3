"""HF144: a comparison that fails for all values."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for _, found in subject.faults("order"):
        yield found


RULE = Rule(
    code="HF144",
    slug="comparison-fails",
    severity="error",
    title="a comparison that fails for all values",
    why="""
`<` and `>` order two numbers or two texts. Anything else fails when it is evaluated: the step fails with `invalid`, and
a trigger whose condition fails asks each time.
""",
    bad="""
inputs:
  limit: {type: string}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: note, when: 'steps.find.output[0].price < inputs.limit', tool: crm.note, with: {lead: l1, text: cheap}}
""",
    good="""
inputs:
  limit: {type: number}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: note, when: 'steps.find.output[0].price < inputs.limit', tool: crm.note, with: {lead: l1, text: cheap}}
""",
    check=_check,
    confidence="likely",
)
