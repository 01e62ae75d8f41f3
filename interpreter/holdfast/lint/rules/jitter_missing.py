"""HF244: retries that all come at the same moment."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.analysis.time import policy
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Each, Parallel


def _check(subject: Subject) -> Iterator[Found]:
    told: set[object] = set()
    for site in subject.sites:
        contract = subject.contract(site.call.tool) if site.call is not None else None
        if contract is None:
            continue
        retry = policy(site.step, contract)
        if retry.attempts == 1 or retry.jitter != "none" or not _side_by_side(site):
            continue
        own = subject.says(site, "retry")
        path = (*site.path, "retry", "jitter") if own else ("defaults", "retry", "jitter")
        where = path if subject.document.get(path) == "none" else (*site.path, "tool")
        if where not in told:
            told.add(where)
            message = f"calls of `{contract.name}` side by side are all tried again at the same moment"
            yield message, subject.place(where), "`jitter: full`, or leave `jitter` out"


def _side_by_side(site: Site) -> bool:
    return any(
        isinstance(action, Parallel) or (isinstance(action, Each) and action.concurrency > 1)
        for action in (above.step.action for above in site.ancestors)
    )


RULE = Rule(
    code="HF244",
    slug="retries-in-step",
    severity="warning",
    title="retries that all come at the same moment",
    why="""
Calls side by side that fail together are tried again together, and fail together again. Jitter spreads them; it is
there unless `jitter: none` takes it away.
""",
    bad="""
steps:
  - id: each_city
    each: {in: [JFK, LGA, EWR], as: city, key: city, concurrency: 3}
    do:
      - {id: find, tool: flights.search, with: {to: '{{ city }}'}, retry: {attempts: 4, delay: 1s, jitter: none}}
""",
    good="""
steps:
  - id: each_city
    each: {in: [JFK, LGA, EWR], as: city, key: city, concurrency: 3}
    do:
      - {id: find, tool: flights.search, with: {to: '{{ city }}'}, retry: {attempts: 4, delay: 1s}}
""",
    check=_check,
)
