"""HF143: a comparison that is the same for all values."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for _, found in subject.faults("never", "label"):
        yield found


RULE = Rule(
    code="HF143",
    slug="comparison-never-holds",
    severity="error",
    title="a comparison that is the same for all values",
    why="""
The two sides have no value in common: one is a number and the other a text, or the word is none of those that can come.
The comparison never holds (or always, with `!=`), and the branch or the guard behind it is never what it seems.
""",
    bad="""
inputs:
  class: {enum: [economy, business]}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: lounge, when: "inputs.class == 'bussiness'", tool: crm.note, with: {lead: l1, text: lounge}}
""",
    good="""
inputs:
  class: {enum: [economy, business]}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: lounge, when: "inputs.class == 'business'", tool: crm.note, with: {lead: l1, text: lounge}}
""",
    check=_check,
    confidence="likely",
)
