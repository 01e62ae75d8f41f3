"""HF218: a loop that asks without a pause."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Call, Repeat, Wait


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        repeat = site.step.action
        if not isinstance(repeat, Repeat) or repeat.every or repeat.max <= _FEW:
            continue
        inside = [one.step.action for one in subject.below(site)[1:]]
        if any(isinstance(action, Call) for action in inside) and not any(
            isinstance(action, Wait) for action in inside
        ):
            message = f"up to {repeat.max} rounds follow one another without a pause"
            yield message, subject.place((*site.path, "repeat")), "add `every:`, such as `every: 30s`"


_FEW = 5


RULE = Rule(
    code="HF218",
    slug="polling-without-pause",
    severity="warning",
    title="a loop that asks without a pause",
    why="""
A `repeat` without `every` starts its next round at once: whatever it asks is asked as fast as it can answer, until
`max` is used up within seconds.
""",
    bad="""
steps:
  - id: poll
    repeat: {until: steps.look.output == 'done', max: 100}
    do:
      - {id: look, tool: web.fetch, with: {url: 'https://example.com'}}
""",
    good="""
steps:
  - id: poll
    repeat: {until: steps.look.output == 'done', max: 100, every: 30s}
    do:
      - {id: look, tool: web.fetch, with: {url: 'https://example.com'}}
""",
    check=_check,
    confidence="likely",
)
