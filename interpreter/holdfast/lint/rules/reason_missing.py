"""HF502: a reviewer who is not told why."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.source import Path


def _check(subject: Subject) -> Iterator[Found]:
    paths: list[Path] = [("human",), ("defaults", "human"), *((*site.path, "human") for site in subject.sites[1:])]
    for path in paths:
        listed = subject.document.get(path)
        for number, trigger in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(trigger, dict) and not str(trigger.get("reason", "")).strip():
                yield "the reviewer is not told why this is asked", subject.place((*path, number)), "add `reason:`"


RULE = Rule(
    code="HF502",
    slug="trigger-without-reason",
    severity="info",
    title="a reviewer who is not told why",
    why="""
The reason is the first thing a reviewer reads. Without it the condition is shown, which is not the same.
""",
    bad="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 900}
    human:
      - {when: amount > 500, to: finance, timeout: 4h}
""",
    good="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 900}
    human:
      - {when: amount > 500, reason: Dear ticket, to: finance, timeout: 4h}
""",
    check=_check,
    profile="production",
)
