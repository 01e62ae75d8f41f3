"""HF206: an idempotency key that changes from try to try."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject

_UNSTABLE = {"now": "the time", "spent": "what was spent so far", "started_at": "the time"}


def _check(subject: Subject) -> Iterator[Found]:
    for use in subject.uses:
        if use.key == "idempotency_key" and use.parts[0] in _UNSTABLE:
            message = f"the key holds {_UNSTABLE[use.parts[0]]}: after a crash the same effect would have another key"
            advice = "make it of what the effect is about: an order's number, the traveller, `run.task`"
            yield message, subject.document.within(use.path, use.offset), advice


RULE = Rule(
    code="HF206",
    slug="unstable-key",
    severity="error",
    title="an idempotency key that changes from try to try",
    why="""
The key says which effect is meant. One that holds the time, what was spent so far or the number of an attempt is
another key for the same effect after a crash, and the other side books twice.
""",
    bad="""
steps:
  - {id: book, tool: flights.book, with: {flight: F1}, idempotency_key: 'book-{{ now }}'}
""",
    good="""
inputs:
  trip: {type: string}
steps:
  - {id: book, tool: flights.book, with: {flight: F1}, idempotency_key: 'book-{{ inputs.trip }}'}
""",
    check=_check,
)
