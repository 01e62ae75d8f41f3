"""HF234: a look that sees nothing."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        look = site.step.pending.until if site.step.pending is not None else None
        if look is not None and not any(name.partition(".")[0] in {"result", "now"} for name in look.when.reads):
            yield (
                f"this does not read `result`, which is what `{look.tool}` saw",
                subject.place((*site.path, "pending", "until", "when")),
                "compare something in `result`, such as `result.at >= started_at`",
            )


RULE = Rule(
    code="HF234",
    slug="confirmation-never-changes",
    severity="error",
    title="a look that sees nothing",
    why="""
What `until` calls gives `result`, and its condition does not read that: it is the same after every look. Either the
effect counts as confirmed at the first look, seen or not, or it never does.
""",
    bad="""
steps:
  - id: tell
    tool: mail.send
    with: {to: ana@example.com}
    subject: mail-to:ana
    pending:
      until: {tool: crm.leads, when: output is not none, every: 30s}
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
