"""HF228: people get more time than the deadline leaves them."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.deadlines import nearest
from holdfast.lint.analysis.time import words
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Escalation, Trigger


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites[1:]:
        own = subject.document.get((*site.path, "human"))
        for number, trigger in enumerate(site.step.human[: len(own) if isinstance(own, list) else 0]):
            stages = list(_stages(trigger))
            limit, owner = nearest(subject.plan, site)
            if sum(stages) > limit:
                message = f"people may take {_sum(stages)}, but the deadline of {owner} is {words(limit)}"
                lost = (
                    "nobody is asked any more after that" if len(stages) > 1 else "what `on_timeout` says never happens"
                )
                path = (*site.path, "human", number, "timeout")
                yield f"{message}: {lost}", subject.place(path), "a shorter `timeout` or a later deadline"


def _stages(trigger: Trigger) -> Iterator[float]:
    """Seconds for each queue that is asked, one after the other."""
    stage: Trigger | Escalation | None = trigger
    while stage is not None and stage.timeout is not None:
        yield stage.timeout
        stage = stage.escalate


def _sum(stages: list[float]) -> str:
    parts = " + ".join(words(seconds) for seconds in stages)
    return parts if len(stages) == 1 else f"{parts} = {words(sum(stages))}"


RULE = Rule(
    code="HF228",
    slug="review-outlasts-deadline",
    severity="warning",
    title="people get more time than the deadline leaves them",
    why="""
Deadlines go on while people think. When the deadline comes first the step fails with `timeout`; what `on_timeout` says,
and the next stage of an escalation, never happen.
""",
    bad="""
deadline: 4h
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 900}
    human:
      - reason: Dear ticket
        to: finance
        timeout: 3h
        on_timeout: {escalate: {to: directors, timeout: 2h, on_timeout: reject}}
""",
    good="""
deadline: 6h
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 900}
    human:
      - reason: Dear ticket
        to: finance
        timeout: 3h
        on_timeout: {escalate: {to: directors, timeout: 2h, on_timeout: reject}}
""",
    check=_check,
)
