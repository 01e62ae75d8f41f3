"""HF227: a run that somebody may keep for ever."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Handoff


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        if isinstance(site.step.action, Handoff) and site.step.action.timeout is None:
            yield (
                f"nothing says how long `{site.step.action.to}` may keep the run",
                subject.key((*site.path, "handoff")),
                "add `timeout:`, and `on_timeout:` where failing is not what should follow",
            )


RULE = Rule(
    code="HF227",
    slug="handoff-without-timeout",
    severity="warning",
    title="a run that somebody may keep for ever",
    why="""
A run that was handed to a person waits for them. Without `timeout` it waits until its deadline (seven days unless the
plan says otherwise), and nobody has said what becomes of it then.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, optional: true}
  - id: desk
    when: steps.find.status == 'failed'
    handoff: {to: operations, reason: No flight was found}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, optional: true}
  - id: desk
    when: steps.find.status == 'failed'
    handoff: {to: operations, reason: No flight was found, timeout: 1d, on_timeout: abort}
""",
    check=_check,
)
