"""HF202: tries that do not fit into the deadline."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.deadlines import nearest
from holdfast.lint.analysis.time import policy, words, worst
from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        contract = subject.contract(site.call.tool) if site.call is not None else None
        if contract is None or policy(site.step, contract).attempts == 1:
            continue
        needed, arithmetic = worst(site.step, contract)
        limit, owner = nearest(subject.plan, site)
        if needed <= limit:
            continue
        own = limit == site.step.deadline
        lost = "the fallback never runs" if site.step.fallback else "the last tries never happen"
        whose = "the deadline" if own else f"the deadline of {owner}"
        path = (*site.path, "deadline" if own else "retry" if subject.says(site, "retry") else "tool")
        message = f"worst case {arithmetic}, but {whose} is {words(limit)}: {lost}"
        yield message, subject.place(path), "fewer or shorter tries, or a later deadline"


RULE = Rule(
    code="HF202",
    slug="retries-outlast-deadline",
    severity="warning",
    title="tries that do not fit into the deadline",
    why="""
No attempt starts that cannot finish before the deadline, so the last tries never happen; and where the whole time is
used up by tries, nothing is left for the fallback.
""",
    bad="""
steps:
  - id: find
    tool: flights.search
    with: {to: JFK}
    timeout: 5s
    retry: {attempts: 4, delay: 2s}
    deadline: 20s
    fallback:
      - {id: partner, tool: partner.search, with: {to: JFK}}
""",
    good="""
steps:
  - id: find
    tool: flights.search
    with: {to: JFK}
    timeout: 5s
    retry: {attempts: 3, delay: 1s}
    deadline: 30s
    fallback:
      - {id: partner, tool: partner.search, with: {to: JFK}}
""",
    check=_check,
    confidence="likely",
)
