"""HF242: rounds that cannot change when they stop."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Repeat

_STILL = {"inputs", "run", "secrets", "started_at", "address", "step"}


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        repeat = site.step.action
        if isinstance(repeat, Repeat) and repeat.until is not None and repeat.until.reads and _still(repeat):
            yield (
                f"no round changes what this reads ({', '.join(sorted(repeat.until.reads))})",
                subject.place((*site.path, "repeat", "until")),
                "read `output`, or the result of a step in here",
            )


def _still(repeat: Repeat) -> bool:
    return all(_same(read, repeat.ids) for read in repeat.until.reads) if repeat.until is not None else False


def _same(read: str, inside: frozenset[str]) -> bool:
    root, _, name = read.partition(".")
    return root in _STILL or (root == "steps" and name not in {"", "*"} and name not in inside)


RULE = Rule(
    code="HF242",
    slug="until-never-changes",
    severity="error",
    title="rounds that cannot change when they stop",
    why="""
The condition reads nothing that a round changes: it holds after the first round or after none, and then the step fails
when `max` is used up.
""",
    bad="""
inputs:
  price: {type: number}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - id: watch
    repeat: {until: 'steps.find.output[0].price < inputs.price', max: 12, every: 5m}
    do:
      - {id: look, tool: flights.search, with: {to: JFK}}
""",
    good="""
inputs:
  price: {type: number}
steps:
  - id: watch
    repeat: {until: 'steps.look.output[0].price < inputs.price', max: 12, every: 5m}
    do:
      - {id: look, tool: flights.search, with: {to: JFK}}
""",
    check=_check,
    confidence="likely",
)
