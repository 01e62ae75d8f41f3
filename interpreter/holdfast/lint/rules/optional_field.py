"""HF137: a field is read that may not be there."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.types.typing import Wrong
from holdfast.lint.rule import Found, Rule, Subject

_ASKS = ("is defined", "is not defined", "default(", "| d(")


def _check(subject: Subject) -> Iterator[Found]:
    for wrong, (message, span, *_) in subject.faults("optional"):
        if not _asked(subject, wrong):
            advice = f"read it with `| default(...)`, or ask first: `when: ... .{wrong.fault.name} is defined`"
            yield message, span, advice


def _asked(subject: Subject, wrong: Wrong) -> bool:
    """Whether the author thought of it: in the same text, or in a condition around it that names the same field."""
    around = [subject.document.get((*site.path, "when")) for site in wrong.text.site.lineage]
    texts = [text for text in (subject.document.get(wrong.path), *around) if isinstance(text, str)]
    return any(wrong.fault.name in text and any(word in text for word in _ASKS) for text in texts)


RULE = Rule(
    code="HF137",
    slug="optional-field",
    severity="warning",
    title="a field is read that may not be there",
    why="""
Whoever described this value said which of its fields are always there, and this is none of them. When it is missing,
the expression fails, and the step with it.
""",
    bad="""
steps:
  - {id: who, ask: {question: Who are you?, timeout: 1h, schema: {type: object, required: [name],
      properties: {name: {type: string}, phone: {type: string}}}}}
  - {id: note, tool: crm.note, with: {lead: '{{ steps.who.output.name }}', text: '{{ steps.who.output.phone }}'}}
""",
    good="""
steps:
  - {id: who, ask: {question: Who are you?, timeout: 1h, schema: {type: object, required: [name],
      properties: {name: {type: string}, phone: {type: string}}}}}
  - id: note
    tool: crm.note
    with: {lead: '{{ steps.who.output.name }}', text: "{{ steps.who.output.phone | default('no number') }}"}
""",
    check=_check,
    confidence="likely",
)
