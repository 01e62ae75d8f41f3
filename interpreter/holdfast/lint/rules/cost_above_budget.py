"""HF404: a budget that the worst case does not keep."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.analysis.time import policy
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.listed import length
from holdfast.plan.program import Each, Repeat


def _check(subject: Subject) -> Iterator[Found]:
    allowed = subject.plan.budget.cost
    if allowed is None:
        return
    parts = [part for site in subject.sites if (part := _cost(subject, site)) is not None]
    total = sum(cost for cost, _ in parts)
    if total > allowed + 1e-9:
        sum_ = " + ".join(words for _, words in parts)
        message = f"at worst the calls cost {sum_} = {total:g}, and {allowed:g} are allowed"
        yield message, subject.place(("budget", "cost")), "fewer tries or rounds, or a larger budget"


def _cost(subject: Subject, site: Site) -> tuple[float, str] | None:
    """What a call costs at most, and how that comes about; loops whose length is not said count once."""
    contract = subject.contract(site.call.tool) if site.call is not None else None
    one = subject.tools.get(contract.name).cost if contract is not None else None
    if contract is None or not one:
        return None
    outer = [above.step.retry.attempts for above in site.ancestors if above.step.retry is not None]
    factors = [policy(site.step, contract).attempts, *outer, *(_rounds(subject, loop) for loop in site.loops)]
    total = one
    for factor in factors:
        total *= factor
    times = "".join(f"{factor} x " for factor in factors if factor != 1)
    return total, f"{times}{one:g} ({site.name})"


def _rounds(subject: Subject, loop: Site) -> int:
    action = loop.step.action
    if isinstance(action, Each):
        known = length(action.items)
        if known is not None:
            return known
        return action.max if subject.document.get((*loop.path, "each", "max")) is not None else 1
    return action.max if isinstance(action, Repeat) else 1


RULE = Rule(
    code="HF404",
    slug="cost-above-budget",
    severity="warning",
    title="a budget that the worst case does not keep",
    why="""
With every try and every alternative the calls cost more than the budget, so a run in a bad hour is stopped in the
middle of what it does. That may be what the budget is for; then say so on the line.
""",
    bad="""
budget: {cost: 1.50}
steps:
  - id: each_city
    each: {in: [JFK, LGA], as: city, key: city}
    do:
      - {id: draw, tool: model.draw, with: {what: '{{ city }}'}, retry: 3}
""",
    good="""
budget: {cost: 3.00}
steps:
  - id: each_city
    each: {in: [JFK, LGA], as: city, key: city}
    do:
      - {id: draw, tool: model.draw, with: {what: '{{ city }}'}, retry: 3}
""",
    check=_check,
    profile="production",
)
