"""HF214: an effect that stays when the run is undone."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Block, Switch


def _check(subject: Subject) -> Iterator[Found]:
    root = subject.plan.root.action
    aborts = isinstance(root, Block) and any(rule.compensate for rule in root.abort)
    when = "fails" if subject.plan.on_failure == "compensate" else "is aborted" if aborts else ""
    for site, contract in subject.writes() if when else ():
        covered = any(above.step.compensate is not None for above in site.lineage)
        if not aborts and _last(subject, site):
            continue
        if contract.reversible and not covered and not any(above.role == "cleanup" for above in site.lineage):
            undo = f" ({contract.undo} does)" if contract.undo else ""
            message = f"when the run {when}, nothing undoes what `{contract.name}` did here"
            yield message, subject.place((*site.path, "tool")), f"add `compensate:` with a tool that undoes it{undo}"


def _last(subject: Subject, site: Site) -> bool:
    """Whether nothing comes behind a step that could fail and have it undone."""
    return all(
        one.role == "step"
        and subject.following(one) is None
        and one.parent is not None
        and isinstance(one.parent.step.action, Block | Switch)
        and not any(trigger.on == "after" for trigger in one.step.human)
        for one in site.lineage[1:]
    )


RULE = Rule(
    code="HF214",
    slug="nothing-to-undo-with",
    severity="warning",
    title="an effect that stays when the run is undone",
    why="""
The plan says that a failed or aborted run is undone, but this step's effect has nothing that undoes it: it stays, and
nobody is told. The last step of a plan is left alone: nothing fails behind it.
""",
    bad="""
on_failure: compensate
steps:
  - {id: book, tool: flights.book, with: {flight: F1}}
  - {id: note, tool: crm.note, with: {lead: l1, text: booked}, compensate: {tool: crm.remove, with: {lead: l1}}}
""",
    good="""
on_failure: compensate
steps:
  - id: book
    tool: flights.book
    with: {flight: F1}
    compensate: {tool: flights.cancel, with: {booking: '{{ output.booking }}'}}
  - {id: note, tool: crm.note, with: {lead: l1, text: booked}, compensate: {tool: crm.remove, with: {lead: l1}}}
""",
    check=_check,
    confidence="likely",
)
