"""HF250: a plan that gives up at the first stumble, wherever that is."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.analysis.time import policy
from holdfast.lint.rule import Found, Rule, Subject

_FEW = 3


def _check(subject: Subject) -> Iterator[Found]:
    calls = [site for site in subject.sites if site.call is not None and site.role != "fact"]
    if len(calls) >= _FEW and not any(_survives(subject, site) for site in calls):
        yield (
            f"one lost packet ends the run: none of the {len(calls)} calls is tried twice or has another way",
            subject.place(("plan",)),
            "say `retry: 3` under `defaults:`, and give what matters a `fallback`",
        )


def _survives(subject: Subject, site: Site) -> bool:
    """Whether a failure that passes leaves the run alive: another try, another way, or nobody minds."""
    contract = subject.contract(site.call.tool) if site.call is not None else None
    if policy(site.step, contract).attempts > 1:
        return True
    steps = [above.step for above in site.lineage]
    return any(step.fallback or step.optional or (step.retry and step.retry.attempts > 1) for step in steps)


RULE = Rule(
    code="HF250",
    slug="nothing-is-tried-twice",
    severity="warning",
    title="a plan that gives up at the first stumble, wherever that is",
    why="""
Networks lose packets and services restart: what fails now mostly succeeds a second later. A plan in which nothing is
tried twice and nothing has another way fails as often as the worst of all that it calls.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: note, tool: crm.note, with: {lead: l1, text: found}}
  - {id: look, tool: web.fetch, with: {url: 'https://example.com'}}
""",
    good="""
defaults: {retry: {attempts: 3, delay: 1s, jitter: full}}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: note, tool: crm.note, with: {lead: l1, text: found}}
  - {id: look, tool: web.fetch, with: {url: 'https://example.com'}}
""",
    check=_check,
    profile="production",
    confidence="likely",
)
