"""HF130: a step reads a result that is not there yet."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject

_WHY = {
    "later": "`{id}` comes later than this: its result is not there yet",
    "itself": "a step cannot read its own result while it runs",
    "around": "`{id}` is around this step and not over yet: it has no result",
}


def _check(subject: Subject) -> Iterator[Found]:
    for use, id_, relation in subject.results_read():
        if relation in _WHY:
            advice = "move the step behind it, or read something that is there by then"
            yield _WHY[relation].format(id=id_), subject.document.within(use.path, use.offset), advice


RULE = Rule(
    code="HF130",
    slug="read-before-run",
    severity="error",
    title="a step reads a result that is not there yet",
    why="""
A step's result exists once the step is over. An expression that reads the result of a later step, of the step itself,
or of a block from inside of it, fails each time it is evaluated.
""",
    bad="""
steps:
  - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.find.output[0].id }}'}}
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.find.output[0].id }}'}}
""",
    check=_check,
)
