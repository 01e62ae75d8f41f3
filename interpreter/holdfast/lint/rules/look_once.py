"""HF235: a confirmation that is looked for once."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.time import words
from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        pending = site.step.pending
        if pending is not None and pending.until is not None and pending.until.every >= pending.timeout:
            every, timeout = words(pending.until.every), words(pending.timeout)
            yield (
                f"the second look would come after {every}, but the time to confirm is over after {timeout}",
                subject.place((*site.path, "pending", "until", "every")),
                "look more often, or wait longer",
            )


RULE = Rule(
    code="HF235",
    slug="look-only-once",
    severity="warning",
    title="a confirmation that is looked for once",
    why="""
It is looked at once, right away, when an effect that shows late cannot be seen yet; the next look would come after the
time is over.
""",
    bad="""
steps:
  - id: tell
    tool: mail.send
    with: {to: ana@example.com}
    subject: mail-to:ana
    pending:
      until: {tool: crm.leads, when: "'l1' in result | map(attribute='id')", every: 10m}
      timeout: 5m
""",
    good="""
steps:
  - id: tell
    tool: mail.send
    with: {to: ana@example.com}
    subject: mail-to:ana
    pending:
      until: {tool: crm.leads, when: "'l1' in result | map(attribute='id')", every: 30s}
      timeout: 5m
""",
    check=_check,
)
