"""HF236: a look that writes."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        look = site.step.pending.until if site.step.pending is not None else None
        contract = subject.contract(look.tool) if look is not None else None
        if contract is not None and contract.effect == "write":
            path = (*site.path, "pending", "until", "tool")
            yield f"`{contract.name}` writes: it cannot be asked whether the effect shows", subject.place(path), ""


RULE = Rule(
    code="HF236",
    slug="look-writes",
    severity="error",
    title="a look that writes",
    why="""
Whether an effect is visible is asked again and again, so it has to be asked with a tool that only reads. One that
writes is refused, and the step fails with `invalid`.
""",
    bad="""
steps:
  - id: tell
    tool: mail.send
    with: {to: ana@example.com}
    subject: mail-to:ana
    pending:
      until: {tool: crm.remove, with: {lead: l1}, when: result is none, every: 30s}
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
