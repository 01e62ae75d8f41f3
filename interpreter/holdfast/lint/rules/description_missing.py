"""HF501: a plan that does not say what it is for."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    if not subject.plan.description.strip():
        yield "nothing says what this plan is for", subject.place(("plan",)), "add `description:`"


RULE = Rule(
    code="HF501",
    slug="no-description",
    severity="info",
    title="a plan that does not say what it is for",
    why="""
The description is what reviewers, lists and pictures show; without it they show a name.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
description: Find a flight.
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    check=_check,
    profile="production",
)
