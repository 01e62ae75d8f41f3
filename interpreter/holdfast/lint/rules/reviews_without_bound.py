"""HF408: a question for each of as many as there are."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.listed import length
from holdfast.plan.program import Ask, Each, Handoff


def _check(subject: Subject) -> Iterator[Found]:
    told: set[Site] = set()
    for site in subject.sites:
        asks = isinstance(site.step.action, Ask | Handoff) or _always(subject, site)
        for loop in site.loops if asks and site.step.when is None else ():
            each = loop.step.action
            if not isinstance(each, Each) or length(each.items) is not None or loop in told:
                continue
            if subject.document.get((*loop.path, "each", "max")) is None:
                told.add(loop)
                message = f"`{site.step.id}` asks a person for each item, up to {each.max:,} times"
                yield message, subject.key((*loop.path, "each")), "add `max:`, or ask once about all of them"


def _always(subject: Subject, site: Site) -> bool:
    """Whether a writing call is looked at each time, whatever its arguments."""
    contract = subject.contract(site.call.tool) if site.call is not None else None
    writes = contract is not None and contract.effect == "write"
    return writes and any(one.on == "before" and one.when is None and one.sample is None for one in site.step.human)


RULE = Rule(
    code="HF408",
    slug="questions-without-bound",
    severity="warning",
    title="a question for each of as many as there are",
    why="""
Each item of the loop asks a person, and nothing says how many items there may be: up to 10,000 reviews stand in a queue
on the day when the list is long, and those that matter stand behind them.
""",
    bad="""
steps:
  - {id: leads, tool: crm.leads}
  - id: each_lead
    each: {in: steps.leads.output, as: lead, key: lead.id}
    do:
      - {id: what, ask: {question: 'What about {{ lead.email }}?', schema: {type: string}, timeout: 1d}}
      - {id: note, tool: crm.note, with: {lead: '{{ lead.id }}', text: '{{ steps.what.output }}'}}
""",
    good="""
steps:
  - {id: leads, tool: crm.leads}
  - id: each_lead
    each: {in: steps.leads.output, as: lead, key: lead.id, max: 20}
    do:
      - {id: what, ask: {question: 'What about {{ lead.email }}?', schema: {type: string}, timeout: 1d}}
      - {id: note, tool: crm.note, with: {lead: '{{ lead.id }}', text: '{{ steps.what.output }}'}}
""",
    check=_check,
    profile="production",
)
