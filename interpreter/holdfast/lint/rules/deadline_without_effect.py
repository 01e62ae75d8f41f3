"""HF229: a deadline behind one that comes first."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.deadlines import limits
from holdfast.lint.analysis.time import words
from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites[1:]:
        if site.step.deadline is None:
            continue
        outer = list(limits(subject.plan, site))[1:]
        limit, owner = min(outer, key=lambda one: one[0])
        if site.step.deadline >= limit:
            message = f"the deadline of {owner}, {words(limit)}, comes before these {words(site.step.deadline)}"
            yield message, subject.place((*site.path, "deadline")), "a shorter one, or leave it out"


RULE = Rule(
    code="HF229",
    slug="deadline-without-effect",
    severity="warning",
    title="a deadline behind one that comes first",
    why="""
What is around a step began before it, so its deadline comes first. The longer one inside never acts, and the fallback
that was to follow it does not either: the whole block fails instead.
""",
    bad="""
deadline: 1h
steps:
  - id: find
    tool: flights.search
    with: {to: JFK}
    deadline: 2h
    fallback:
      - {id: partner, tool: partner.search, with: {to: JFK}}
""",
    good="""
deadline: 1h
steps:
  - id: find
    tool: flights.search
    with: {to: JFK}
    deadline: 30m
    fallback:
      - {id: partner, tool: partner.search, with: {to: JFK}}
""",
    check=_check,
)
