"""HF132: a case reads a result of another case."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for use, id_, relation in subject.results_read():
        if relation == "other_case":
            message = f"`{id_}` stands in another case of the same `switch`: when this is read, it has not run"
            yield message, subject.document.within(use.path, use.offset), "move what both need before the `switch`"


RULE = Rule(
    code="HF132",
    slug="read-of-other-case",
    severity="error",
    title="a case reads a result of another case",
    why="""
Only one case of a `switch` is taken, so the step that is read has never run when this expression is evaluated.
""",
    bad="""
inputs:
  cheap: {type: boolean}
steps:
  - id: choose
    switch:
      - when: inputs.cheap
        do:
          - {id: find, tool: flights.search, with: {to: JFK}}
      - do:
          - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.find.output[0].id }}'}}
""",
    good="""
inputs:
  cheap: {type: boolean}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - id: choose
    switch:
      - when: inputs.cheap
        do:
          - {id: note, tool: crm.note, with: {lead: l1, text: cheap}}
      - do:
          - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.find.output[0].id }}'}}
""",
    check=_check,
)
