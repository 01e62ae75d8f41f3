"""HF210: an approval that waits for ever."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.source import Path


def _check(subject: Subject) -> Iterator[Found]:
    for path in _lists(subject):
        listed = subject.document.get(path)
        for number, trigger in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(trigger, dict) and "timeout" not in trigger and trigger.get("on") != "unknown_outcome":
                advice = "add `timeout:` and say with `on_timeout:` what happens then"
                yield "nothing says how long this may wait for a person", subject.place((*path, number)), advice


def _lists(subject: Subject) -> Iterator[Path]:
    yield ("human",)
    yield ("defaults", "human")
    for site in subject.sites[1:]:
        yield (*site.path, "human")


RULE = Rule(
    code="HF210",
    slug="trigger-without-timeout",
    severity="warning",
    title="an approval that waits for ever",
    why="""
A run that waits for an approval holds what it has reserved so far. Without `timeout` nobody has said what happens
when nobody answers.
""",
    bad="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 900}
    human:
      - {when: amount > 500, reason: Dear ticket, to: finance}
""",
    good="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 900}
    human:
      - {when: amount > 500, reason: Dear ticket, to: finance, timeout: 4h, on_timeout: reject}
""",
    check=_check,
)
