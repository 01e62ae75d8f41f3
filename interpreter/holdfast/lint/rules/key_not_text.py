"""HF138: a key or subject that tells nothing apart."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.types.relate import describe
from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for text in subject.texts:
        if text.path[-1] not in {"idempotency_key", "subject"}:
            continue
        found = subject.typing.text(text.path)
        if found.kinds and found.kinds <= {"array", "object", "null"}:
            message = f"`{text.path[-1]}` has to be text or a number, and this is {describe(found)}"
            yield message, subject.place(text.path), "name the field that tells one from another, such as its id"


RULE = Rule(
    code="HF138",
    slug="key-not-text",
    severity="error",
    title="a key or subject that tells nothing apart",
    why="""
A key and a subject are texts or numbers that say which effect is meant. A list, a map or null is refused as `invalid`
before the call, each time.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: book, tool: flights.book, with: {flight: F1}, idempotency_key: '{{ steps.find.output[0] }}'}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: book, tool: flights.book, with: {flight: F1}, idempotency_key: '{{ steps.find.output[0].id }}'}
""",
    check=_check,
    confidence="likely",
)
