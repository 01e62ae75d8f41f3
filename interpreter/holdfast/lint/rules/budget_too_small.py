"""HF401: a budget that the plan cannot keep."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site, sites_of
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Block, Stop, SubPlan
from holdfast.plan.source import read


def _check(subject: Subject) -> Iterator[Found]:
    allowed = subject.plan.budget.calls
    if allowed is None:
        return
    calls = sum(_calls(subject, site) for site in subject.sites if _certain(site))
    if calls > allowed:
        message = f"without any failure the plan makes {calls} calls, and {allowed} are allowed"
        yield message, subject.place(("budget", "calls")), "a larger budget; retries and loops count too"


def _calls(subject: Subject, site: Site) -> int:
    """How many calls a step makes at least, with those of the plan that it runs: these are taken from the budget."""
    action = site.step.action
    child = subject.children.get(action.plan) if isinstance(action, SubPlan) else None
    if child is None or any(isinstance(step.action, Stop) for step in child.steps.values()):
        return int(site.call is not None)
    below = sites_of(child, read(child.source, child.file))
    return sum(1 for one in below if one.call is not None and _certain(one))


def _certain(site: Site) -> bool:
    """Whether it runs once in each run that succeeds."""
    return all(
        above.role in {"root", "step"}
        and above.step.when is None
        and (above is site or isinstance(above.step.action, Block))
        for above in site.lineage
    )


RULE = Rule(
    code="HF401",
    slug="budget-below-plan",
    severity="error",
    title="a budget that the plan cannot keep",
    why="""
Even when nothing goes wrong the plan makes more calls than its budget allows: every run aborts.
""",
    bad="""
budget: {calls: 1}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: note, tool: crm.note, with: {lead: l1, text: found}}
""",
    good="""
budget: {calls: 10}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: note, tool: crm.note, with: {lead: l1, text: found}}
""",
    check=_check,
)
