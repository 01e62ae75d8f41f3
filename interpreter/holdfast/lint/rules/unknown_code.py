"""HF135: an error code is compared that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for _, found in subject.faults("code"):
        yield found


RULE = Rule(
    code="HF135",
    slug="unknown-error-code",
    severity="error",
    title="an error code is compared that does not exist",
    why="""
Error codes are a closed set. A comparison with anything else never holds, so the fallback or the trigger behind it
never happens.
""",
    bad="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1}
    fallback:
      - {id: other, when: error.code == 'sold_out', tool: flights.book, with: {flight: F2}}
""",
    good="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1}
    fallback:
      - {id: other, when: error.code == 'conflict', tool: flights.book, with: {flight: F2}}
""",
    check=_check,
)
