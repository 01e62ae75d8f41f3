"""HF241: a case that is never taken."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Switch


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        if not isinstance(site.step.action, Switch):
            continue
        seen: dict[str, int] = {}
        for number, (when, _) in enumerate(site.step.action.cases):
            said = "".join(when.source.split()) if when is not None else None
            if said is not None and seen.setdefault(said, number) != number:
                message = f"case {seen[said] + 1} has the same condition: this one is never taken"
                yield (
                    message,
                    subject.place((*site.path, "switch", number, "when")),
                    "another condition, or one case of both",
                )


RULE = Rule(
    code="HF241",
    slug="case-repeated",
    severity="error",
    title="a case that is never taken",
    why="""
The first case that holds is taken. This one has the condition of an earlier one, so that one is taken each time.
""",
    bad="""
inputs:
  class: {enum: [economy, business, first]}
steps:
  - id: go
    switch:
      - when: inputs.class == 'economy'
        do: [{id: a, tool: crm.note, with: {lead: l1, text: economy}}]
      - when: inputs.class == 'economy'
        do: [{id: b, tool: crm.note, with: {lead: l1, text: business}}]
      - do: [{id: c, tool: crm.note, with: {lead: l1, text: other}}]
""",
    good="""
inputs:
  class: {enum: [economy, business, first]}
steps:
  - id: go
    switch:
      - when: inputs.class == 'economy'
        do: [{id: a, tool: crm.note, with: {lead: l1, text: economy}}]
      - when: inputs.class == 'business'
        do: [{id: b, tool: crm.note, with: {lead: l1, text: business}}]
      - do: [{id: c, tool: crm.note, with: {lead: l1, text: other}}]
""",
    check=_check,
)
