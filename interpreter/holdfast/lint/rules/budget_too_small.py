"""HF401: a budget that the plan cannot keep."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Block


def _check(subject: Subject) -> Iterator[Found]:
    allowed = subject.plan.budget.calls
    certain = [site for site in subject.sites if site.call is not None and _certain(site)]
    if allowed is not None and len(certain) > allowed:
        message = f"without any failure the plan makes {len(certain)} calls, and {allowed} are allowed"
        yield message, subject.place(("budget", "calls")), "a larger budget; retries and loops count too"


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
