"""HF150: a read whose result changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.rules.answer_unused import read_steps, unread


def _check(subject: Subject) -> Iterator[Found]:
    read = read_steps(subject)
    for site in subject.by_id.values():
        contract = subject.contract(site.call.tool) if site.call is not None else None
        fails = site.step.fallback or any(above.step.fallback for above in site.ancestors)
        if contract is None or contract.effect != "read" or fails or site.role != "step":
            continue
        if unread(subject, site, read):
            yield (
                f"nothing reads what `{contract.name}` finds here",
                subject.place((*site.path, "id")),
                f"read `steps.{site.step.id}.output`, or leave the step out",
            )


RULE = Rule(
    code="HF150",
    slug="unused-output",
    severity="info",
    title="a read whose result changes nothing",
    why="""
A tool that only reads leaves the world as it is: all that it gives is its result. Where nothing reads that, the call
costs time and may fail, for nothing; mostly the step that should read it has another one's name in it.
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
