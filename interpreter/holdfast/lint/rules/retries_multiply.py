"""HF203: retries inside of retries."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.time import policy
from holdfast.lint.rule import Found, Rule, Subject

_MOST = 12
"""Tries of one call that are still a policy and not an accident."""


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        contract = subject.contract(site.call.tool) if site.call is not None else None
        if contract is None:
            continue
        own = policy(site.step, contract).attempts
        outer = [above.step.retry.attempts for above in site.ancestors if above.step.retry is not None]
        total = own
        for attempts in outer:
            total *= attempts
        if own > 1 and max(outer, default=1) > 1 and total > _MOST:
            sum_ = " x ".join(map(str, [*reversed(outer), own]))
            message = f"`{contract.name}` is tried up to {sum_} = {total} times: the retries around it multiply"
            yield message, subject.place((*site.path, "tool")), "retry either the step or the block"


RULE = Rule(
    code="HF203",
    slug="retries-multiply",
    severity="warning",
    title="retries inside of retries",
    why="""
A retried block tries its retried steps again each time: the numbers multiply. A service that is down gets that many
calls, and the run takes that long to notice.
""",
    bad="""
steps:
  - id: all
    retry: 5
    do:
      - {id: find, tool: flights.search, with: {to: JFK}, retry: 5}
""",
    good="""
steps:
  - id: all
    retry: 2
    do:
      - {id: find, tool: flights.search, with: {to: JFK}, retry: 5}
""",
    check=_check,
)
