"""HF146: a filter, test or function on what it does not take."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for _, found in subject.faults("filter"):
        yield found


RULE = Rule(
    code="HF146",
    slug="filter-on-wrong-type",
    severity="error",
    title="a filter on what it does not take",
    why="""
A filter works on lists, or on texts, or on maps. On anything else it fails each time it is evaluated, and the step with
it.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: note, tool: crm.note, with: {lead: l1, text: '{{ steps.find.output | upper }}'}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: note, tool: crm.note, with: {lead: l1, text: '{{ steps.find.output[0].id | upper }}'}}
""",
    check=_check,
    confidence="likely",
)
