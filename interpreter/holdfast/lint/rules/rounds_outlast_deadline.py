"""HF230: rounds that the deadline does not leave time for."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.deadlines import nearest
from holdfast.lint.analysis.time import words
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Repeat


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        repeat = site.step.action
        if not isinstance(repeat, Repeat) or not repeat.every:
            continue
        pauses = (repeat.max - 1) * repeat.every
        limit, owner = nearest(subject.plan, site)
        if pauses > limit:
            between = f"{repeat.max - 1} x {words(repeat.every)} = {words(pauses)}"
            message = (
                f"at most {int(limit // repeat.every) + 1} of {repeat.max} rounds begin: "
                f"between them are {between}, and the deadline of {owner} is {words(limit)}"
            )
            yield message, subject.place((*site.path, "repeat", "max")), "fewer rounds, or a later deadline"


RULE = Rule(
    code="HF230",
    slug="rounds-outlast-deadline",
    severity="warning",
    title="rounds that the deadline does not leave time for",
    why="""
The pauses between the rounds alone are longer than the deadline. When it comes the step fails with `timeout`, not with
what follows when `max` is used up, and whoever reads `max` believes that it is tried more often.
""",
    bad="""
deadline: 1h
steps:
  - id: watch
    repeat: {until: 'steps.look.output[0].price < 200', max: 100, every: 5m}
    do:
      - {id: look, tool: flights.search, with: {to: JFK}}
""",
    good="""
deadline: 1h
steps:
  - id: watch
    repeat: {until: 'steps.look.output[0].price < 200', max: 12, every: 5m}
    do:
      - {id: look, tool: flights.search, with: {to: JFK}}
""",
    check=_check,
)
