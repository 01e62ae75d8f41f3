"""HF142: a fact that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.source.editing import cut_or_parent, removal


def _check(subject: Subject) -> Iterator[Found]:
    read = {use.parts[1] for use in subject.uses if use.parts[0] == "facts" and len(use.parts) > 1}
    whole = any(use.name == "facts" for use in subject.uses)
    for name in subject.plan.facts:
        if not whole and name not in read:
            yield (
                f"nothing reads the fact `{name}`",
                subject.key(("facts", name)),
                "read it where it is meant, or remove it",
                removal("remove it", cut_or_parent(subject.document, ("facts", name)), safe=False),
            )


RULE = Rule(
    code="HF142",
    slug="unused-fact",
    severity="warning",
    title="a fact that nothing reads",
    why="""
A fact is resolved when it is read. One that nothing reads is never guessed nor asked for, while whoever wrote it
believes that the plan takes it into account.
""",
    bad="""
facts:
  place: {given: JFK}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
facts:
  place: {given: JFK}
steps:
  - {id: find, tool: flights.search, with: {to: '{{ facts.place }}'}}
""",
    check=_check,
    confidence="likely",
)
