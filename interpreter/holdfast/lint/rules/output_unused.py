"""HF150: a read whose result changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.rules.answer_unused import read_steps, unread


def _check(subject: Subject) -> Iterator[Found]:
    read = read_steps(subject)
    undoes = False
    for site in subject.by_id.values():
        undoes = undoes or (site.step.compensate is not None and subject.plan.on_failure == "compensate")
        contract = subject.contract(site.call.tool) if site.call is not None else None
        if contract is None or contract.effect != "read" or site.role != "step":
            continue
        if undoes or _judged(site):
            continue
        if unread(subject, site, read):
            yield (
                f"nothing reads what `{contract.name}` finds here",
                subject.place((*site.path, "id")),
                f"read `steps.{site.step.id}.output`, or leave the step out",
            )


def _judged(site: Site) -> bool:
    """Whether it matters that the read fails, or a person sees what it finds."""
    triggers = any(one.on in {"failure", "after"} and not one.inherited for one in site.step.human)
    return triggers or any(one.step.fallback for one in site.lineage)


RULE = Rule(
    code="HF150",
    slug="unused-output",
    severity="info",
    title="a read whose result changes nothing",
    why="""
A tool that only reads leaves the world as it is: all that it gives is its result. Where nothing reads that, the call
costs time and may fail, for nothing; mostly the step that should read it has another one's name in it. A read whose
failure has something undone is a check, and is left alone.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: book, tool: flights.book, with: {flight: F1}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: book, tool: flights.book, with: {flight: '{{ steps.find.output[0].id }}'}}
""",
    check=_check,
    profile="production",
    confidence="possible",
)
