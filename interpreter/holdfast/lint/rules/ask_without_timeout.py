"""HF209: a question that waits for ever."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Ask


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        if isinstance(site.step.action, Ask) and site.step.action.timeout is None:
            yield (
                "nothing says how long this question may wait",
                subject.key((*site.path, "ask")),
                "add `timeout:`, and `on_timeout:` where failing is not what should follow",
            )


RULE = Rule(
    code="HF209",
    slug="question-without-timeout",
    severity="warning",
    title="a question that waits for ever",
    why="""
People go on holiday. A question without `timeout` keeps the run, and everything it holds, until its deadline (seven
days unless the plan says otherwise) fails it with no consequence of its own.
""",
    bad="""
steps:
  - {id: pick, ask: {to: requester, question: Which one?, options: [a, b]}}
""",
    good="""
steps:
  - {id: pick, ask: {to: requester, question: Which one?, options: [a, b], timeout: 1d}}
""",
    check=_check,
)
