"""HF208: a loop over writes whose items have no key."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.listed import length
from holdfast.plan.program import Each


def _check(subject: Subject) -> Iterator[Found]:
    told: set[Site] = set()
    for site, contract in subject.writes():
        for loop in site.loops:
            each = loop.step.action
            if isinstance(each, Each) and each.key is None and length(each.items) is None and loop not in told:
                told.add(loop)
                message = f"effects of `{contract.name}` are told apart by their place in the list"
                yield (
                    message,
                    subject.key((*loop.path, "each")),
                    "add `key:` with what tells the items apart, such as their id",
                )


RULE = Rule(
    code="HF208",
    slug="loop-without-key",
    severity="info",
    title="a loop over writes whose items have no key",
    why="""
Without `key:` an item's address, and so the key of its effects, is its place in the list. The list stands in the
journal, so a resumed run is safe; but a run for the same task that sees the list in another order means other effects
by the same keys.
""",
    bad="""
steps:
  - {id: leads, tool: crm.leads}
  - id: tell
    each: {in: steps.leads.output, as: lead}
    do:
      - {id: note, tool: crm.note, with: {lead: '{{ lead.id }}', text: hello}}
""",
    good="""
steps:
  - {id: leads, tool: crm.leads}
  - id: tell
    each: {in: steps.leads.output, as: lead, key: lead.id}
    do:
      - {id: note, tool: crm.note, with: {lead: '{{ lead.id }}', text: hello}}
""",
    check=_check,
    profile="production",
    confidence="possible",
)
