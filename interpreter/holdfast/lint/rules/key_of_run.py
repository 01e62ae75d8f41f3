"""HF253: an idempotency key made of the run, where the task is meant."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for use in subject.uses:
        if use.key == "idempotency_key" and use.name == "run.id":
            yield (
                "the key holds the run's id: another run about the same thing does it again",
                subject.document.within(use.path, use.offset),
                "make it of what the effect is about: an order's number, the traveller, `run.task`",
            )


RULE = Rule(
    code="HF253",
    slug="key-of-run",
    severity="warning",
    title="an idempotency key made of the run",
    why="""
A run that was lost, closed or forked is begun anew under another id, and whoever starts it wants the same thing, once.
A key made of the run's id does not know that. `run.task` stays: it is what the caller says the run is for.
""",
    bad="""
steps:
  - {id: book, tool: flights.book, with: {flight: F1}, idempotency_key: 'book-{{ run.id }}'}
""",
    good="""
steps:
  - {id: book, tool: flights.book, with: {flight: F1}, idempotency_key: 'book-{{ run.task }}'}
""",
    check=_check,
    confidence="likely",
)
