"""HF131: a branch reads a result of another branch."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for use, id_, relation in subject.results_read():
        if relation == "beside":
            message = f"`{id_}` runs at the same time in another branch: it may not be over when this is read"
            yield message, subject.document.within(use.path, use.offset), "read it behind the `parallel`"


RULE = Rule(
    code="HF131",
    slug="read-across-branches",
    severity="error",
    title="a branch reads a result of another branch",
    why="""
Branches of a `parallel` run at the same time. Whether the other branch's step is over when this expression is
evaluated is a matter of luck: it works in the test and fails at three in the morning. Read it behind the `parallel`,
where both are over.
""",
    bad="""
steps:
  - id: both
    parallel:
      left:
        - {id: find, tool: flights.search, with: {to: JFK}}
      right:
        - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.find.output[0].id }}'}}
""",
    good="""
steps:
  - id: both
    parallel:
      left:
        - {id: find, tool: flights.search, with: {to: JFK}}
      right:
        - {id: ask, tool: partner.search, with: {to: JFK}}
  - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.find.output[0].id }}'}}
""",
    check=_check,
)
