"""HF503: an expression that nobody can read."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.source import Path

_LONG = 140


def _check(subject: Subject) -> Iterator[Found]:
    seen: set[Path] = set()
    for use in subject.uses:
        text = subject.document.get(use.path)
        if use.path in seen or not isinstance(text, str) or use.key == "ask":
            continue
        seen.add(use.path)
        if len(" ".join(text.split())) > _LONG:
            yield (
                f"an expression of {len(text)} characters",
                subject.place(use.path),
                "`set` a part of it first, under a name that says what it is",
            )


RULE = Rule(
    code="HF503",
    slug="long-expression",
    severity="info",
    title="an expression that nobody can read",
    why="""
Expressions are for small decisions. A long one hides what it decides, and its error message points into the middle of
a line.
""",
    bad="""
steps:
  - {id: leads, tool: crm.leads}
  - id: note
    tool: crm.note
    with:
      lead: l1
      text: >-
        {{ (steps.leads.output | selectattr('email', 'equalto', 'ana@example.com') | map(attribute='id') | join(', '))
        if steps.leads.output else 'nobody at all was found' }}
""",
    good="""
steps:
  - {id: leads, tool: crm.leads}
  - {id: found, set: {names: "{{ steps.leads.output | map(attribute='id') | join(', ') }}"}}
  - {id: note, tool: crm.note, with: {lead: l1, text: '{{ facts.names }}'}}
""",
    check=_check,
    profile="production",
    confidence="possible",
)
