"""HF231: an escalation whose last stage waits for ever."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.source import Path


def _check(subject: Subject) -> Iterator[Found]:
    for base in [("human",), ("defaults", "human"), *((*site.path, "human") for site in subject.sites[1:])]:
        listed = subject.document.get(base)
        for number in range(len(listed) if isinstance(listed, list) else 0):
            yield from _stages(subject, (*base, number))
    for site in subject.sites:
        yield from _stages(subject, (*site.path, "ask"))


def _stages(subject: Subject, path: Path) -> Iterator[Found]:
    here: Path = (*path, "on_timeout", "escalate")
    while isinstance(stage := subject.document.get(here), dict):
        if "timeout" not in stage:
            message = f"nothing says how long `{stage.get('to')}` may take once it was escalated"
            yield message, subject.place((*here, "to")), "add `timeout:`, and say with `on_timeout:` what happens then"
        here = (*here, "on_timeout", "escalate")


RULE = Rule(
    code="HF231",
    slug="escalation-without-timeout",
    severity="warning",
    title="an escalation that waits for ever",
    why="""
A review, or a question, is escalated because somebody did not answer. That the next one does is no more certain:
without `timeout` the run waits until its deadline.
""",
    bad="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 900}
    human:
      - reason: Dear ticket
        to: finance
        timeout: 4h
        on_timeout: {escalate: {to: directors}}
""",
    good="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 900}
    human:
      - reason: Dear ticket
        to: finance
        timeout: 4h
        on_timeout: {escalate: {to: directors, timeout: 1d, on_timeout: reject}}
""",
    check=_check,
)
