"""HF245: a compensation that undoes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        undo = site.step.compensate
        contract = subject.contract(undo.tool) if undo is not None else None
        if contract is None or contract.effect != "read":
            continue
        done = subject.contract(site.call.tool) if site.call is not None else None
        meant = f"`{done.undo}` undoes `{done.name}`" if done is not None and done.undo else "name one that writes"
        message = f"`{contract.name}` only reads: it undoes nothing"
        yield message, subject.place((*site.path, "compensate", "tool")), meant


RULE = Rule(
    code="HF245",
    slug="compensation-only-reads",
    severity="error",
    title="a compensation that undoes nothing",
    why="""
What undoes an effect has an effect itself. A tool that only reads leaves everything as it is, while the run counts the
effect as undone.
""",
    bad="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1}
    compensate: {tool: flights.search, with: {to: JFK}}
""",
    good="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1}
    compensate: {tool: flights.cancel, with: {booking: '{{ output.booking }}'}}
""",
    check=_check,
)
