"""HF243: loops side by side inside of loops side by side."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Each

_MOST = 50
"""Calls at the same time that are still meant."""


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        if site.call is None or site.call.tool not in subject.tools:
            continue
        limits = subject.tools.get(site.call.tool).limits
        actions = [loop.step.action for loop in reversed(site.loops)]
        wide = [action.concurrency for action in actions if isinstance(action, Each) and action.concurrency > 1]
        total = 1
        for concurrency in wide:
            total *= concurrency
        if len(wide) > 1 and total > _MOST and limits.concurrency is None and limits.rate is None:
            sum_ = " x ".join(map(str, wide))
            message = f"up to {sum_} = {total} calls of `{site.call.tool}` at the same time"
            yield message, subject.place((*site.path, "tool")), "less `concurrency`, or a limit in the tool's contract"


RULE = Rule(
    code="HF243",
    slug="loops-multiply",
    severity="warning",
    title="loops side by side inside of loops side by side",
    why="""
`concurrency` of an inner loop counts for each item of the outer one, so the two multiply. A service that is asked by so
many at once throttles or fails, for this run and for all others; `concurrency` or `rate` of the tool's contract keeps
all runs together below a limit.
""",
    bad="""
inputs:
  cities: {type: array, items: {type: array, items: {type: string}}}
steps:
  - id: each_country
    each: {in: inputs.cities, as: cities, key: index, concurrency: 10}
    do:
      - id: each_city
        each: {in: cities, as: city, key: city, concurrency: 20}
        do:
          - {id: find, tool: flights.search, with: {to: '{{ city }}'}}
""",
    good="""
inputs:
  cities: {type: array, items: {type: array, items: {type: string}}}
steps:
  - id: each_country
    each: {in: inputs.cities, as: cities, key: index}
    do:
      - id: each_city
        each: {in: cities, as: city, key: city, concurrency: 20}
        do:
          - {id: find, tool: flights.search, with: {to: '{{ city }}'}}
""",
    check=_check,
    confidence="likely",
)
