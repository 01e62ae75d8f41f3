"""HF233: an abort condition behind a limit that comes first."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.comparisons import comparison
from holdfast.lint.analysis.time import words
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.rules.abort_at_once import rules_at


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        for number, rule in enumerate(rules_at(site)):
            found = comparison(rule.when)
            if found is None or found.sign not in {"gt", "gteq"} or not isinstance(found.value, int | float):
                continue
            limit = _limit(subject, found.name)
            if limit and (found.value > limit[0] or (found.value == limit[0] and found.sign == "gt")):
                yield (
                    f"`{rule.when.source}` never holds: {limit[1]} ends the run before",
                    subject.place((*site.path, "abort", number, "when")),
                    "a lower number, or leave it out",
                )


def _limit(subject: Subject, name: str) -> tuple[float, str] | None:
    """What ends the run at some amount of what is spent, in words."""
    budget, deadline = subject.plan.budget, subject.plan.root.deadline
    if name == "spent.elapsed" and deadline is not None:
        return deadline, f"the deadline of {words(deadline)} = {deadline:g} s"
    limits = {"spent.calls": budget.calls, "spent.tokens": budget.tokens, "spent.cost": budget.cost}
    amount = limits.get(name) if budget.on_exceeded == "abort" else None
    return None if amount is None else (amount, f"the budget of {amount:g} {name.partition('.')[2]}")


RULE = Rule(
    code="HF233",
    slug="abort-never",
    severity="warning",
    title="an abort condition behind a limit that comes first",
    why="""
The budget or the deadline ends the run before what is spent comes to this, so the condition never holds, and its reason
is never given.
""",
    bad="""
budget: {calls: 60}
abort:
  - {when: spent.calls > 100, reason: Too many calls}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
budget: {calls: 60}
abort:
  - {when: spent.failures > 10, reason: A bad day}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    check=_check,
)
