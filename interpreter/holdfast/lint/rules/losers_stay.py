"""HF224: branches that lose and cannot be undone."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Parallel


def _check(subject: Subject) -> Iterator[Found]:
    for site, contract in subject.writes():
        for inner, outer in zip(site.lineage[:0:-1], site.ancestors, strict=True):
            if site.step.compensate is not None or inner.step.compensate is not None:
                break
            action = outer.step.action
            if (
                isinstance(action, Parallel)
                and action.join is not None
                and action.losers == "undo"
                and inner.role == "step"
            ):
                message = f"if this branch loses, nothing undoes what `{contract.name}` did"
                yield message, subject.place((*site.path, "tool")), "add `compensate:`, or `losers: keep` beside `join`"
                break


RULE = Rule(
    code="HF224",
    slug="losers-cannot-be-undone",
    severity="warning",
    title="branches that lose and cannot be undone",
    why="""
Once enough branches have succeeded, the others are stopped and what they did is undone. An effect without
`compensate` cannot be: it stays, although its branch lost.
""",
    bad="""
steps:
  - id: first
    join: any
    parallel:
      left:
        - {id: a, tool: flights.book, with: {flight: F1}}
      right:
        - {id: b, tool: flights.book, with: {flight: F2}}
""",
    good="""
steps:
  - id: first
    join: any
    parallel:
      left:
        - id: a
          tool: flights.book
          with: {flight: F1}
          compensate: {tool: flights.cancel, with: {booking: '{{ output.booking }}'}}
      right:
        - id: b
          tool: flights.book
          with: {flight: F2}
          compensate: {tool: flights.cancel, with: {booking: '{{ output.booking }}'}}
""",
    check=_check,
)
