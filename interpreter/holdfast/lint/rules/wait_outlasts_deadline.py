"""HF220: a wait that is longer than the deadline."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from holdfast.lint.analysis.deadlines import nearest
from holdfast.lint.analysis.time import patience, words
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Ask, Wait


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        action = site.step.action
        seconds = action.duration if isinstance(action, Wait) else None
        limit, owner = nearest(subject.plan, site)
        if seconds is not None and seconds >= limit:
            message = f"this waits {words(seconds)}, but the deadline of {owner} is {words(limit)}"
            yield message, subject.place((*site.path, "wait")), "a shorter wait or a later deadline"
        asked = patience(action.timeout, action.escalate) if isinstance(action, Ask) else 0.0
        if asked == inf and isinstance(action, Ask):
            asked = action.timeout or 0.0  # that a stage has no end is another rule's business
        if asked > limit:
            message = f"the question may wait {words(asked)}, but the deadline of {owner} is {words(limit)}"
            yield message, subject.place((*site.path, "ask", "timeout")), "the deadline counts while people think, too"


RULE = Rule(
    code="HF220",
    slug="wait-outlasts-deadline",
    severity="error",
    title="a wait that is longer than the deadline",
    why="""
The deadline comes first, each time: the step fails with `timeout`, and what was to follow the wait never does.
""",
    bad="""
deadline: 1h
steps:
  - {id: rest, wait: 2h}
""",
    good="""
deadline: 3h
steps:
  - {id: rest, wait: 2h}
""",
    check=_check,
)
