"""HF148: a condition that holds whatever was answered."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.texts import Text
from holdfast.lint.analysis.types.relate import listed
from holdfast.lint.analysis.types.shape import Shape, Type
from holdfast.lint.rule import Found, Rule, Subject

_CONDITIONS = frozenset({"when", "switch", "until"})


def _check(subject: Subject) -> Iterator[Found]:
    for text in subject.texts:
        if text.path[-1] not in _CONDITIONS or text.path[-1] == "in":
            continue
        found = subject.typing.text(text.path)
        if found.shapes and all(map(_holds, found.shapes)) and _reads(text):
            yield _message(found), subject.place(text.path), "compare it: `... == 'yes'`"


def _holds(shape: Shape) -> bool:
    """Whether every value of this shape counts as true."""
    if shape.kind == "object":
        return bool(shape.needed)
    return shape.values is not None and all(shape.values)


def _message(found: Type) -> str:
    words = " or ".join(listed(shape) for shape in found.shapes if shape.values)
    return f"this always holds: it is {words}, and each of them counts as true" if words else "this always holds: a map"


def _reads(text: Text) -> bool:
    return bool(text.held.reads)


RULE = Rule(
    code="HF148",
    slug="condition-without-comparison",
    severity="warning",
    title="a condition that holds whatever was answered",
    why="""
A condition holds unless its value is false, null, 0 or empty. The word `no` is neither: a condition that is only the
answer to a question holds for every answer.
""",
    bad="""
steps:
  - {id: sure, ask: {question: Shall I?, options: ['yes', 'no'], timeout: 1h}}
  - {id: note, when: steps.sure.output, tool: crm.note, with: {lead: l1, text: sure}}
""",
    good="""
steps:
  - {id: sure, ask: {question: Shall I?, options: ['yes', 'no'], timeout: 1h}}
  - {id: note, when: "steps.sure.output == 'yes'", tool: crm.note, with: {lead: l1, text: sure}}
""",
    check=_check,
    confidence="likely",
)
