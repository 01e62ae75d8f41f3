"""HF140: an input that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.source.editing import cut_or_parent, removal


def _check(subject: Subject) -> Iterator[Found]:
    read = {use.parts[1] for use in subject.uses if use.parts[0] == "inputs" and len(use.parts) > 1}
    whole = any(use.name == "inputs" for use in subject.uses)
    for name, given in subject.plan.inputs.items():
        if not whole and name not in read and not given.secret:
            yield (
                f"nothing reads the input `{name}`",
                subject.key(("inputs", name)),
                "read it where it is meant, or remove it",
                removal("remove it", cut_or_parent(subject.document, ("inputs", name)), safe=False),
            )


RULE = Rule(
    code="HF140",
    slug="unused-input",
    severity="warning",
    title="an input that nothing reads",
    why="""
Whoever starts the plan has to think of a value that changes nothing. Either a place that should read it does not, or
it is a remainder.
""",
    bad="""
inputs:
  to: {type: string}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
inputs:
  to: {type: string}
steps:
  - {id: find, tool: flights.search, with: {to: '{{ inputs.to }}'}}
""",
    check=_check,
    confidence="likely",
)
