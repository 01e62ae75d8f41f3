"""What a plan can do, as plain data: effects, worst case, people, what can be undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from math import inf
from typing import Any

from holdfast.core.contract import Contract
from holdfast.explain.outline import outline
from holdfast.lint.analysis.sites import Site
from holdfast.lint.analysis.time import stages
from holdfast.lint.analysis.worst import seconds_text, worst_of_plan
from holdfast.lint.rule import Subject
from holdfast.plan.program import Ask, SubPlan, Trigger

STRATEGIES: Mapping[str, str] = {
    "key": "the other side deduplicates on the key",
    "natural": "a repeat leaves the same state",
    "check": "the tool can be asked whether it happened",
    "none": "never repeated by itself: a person is asked",
}
"""What makes a repeat safe, by strategy."""


def report(subject: Subject) -> dict[str, Any]:
    """Everything that `holdfast explain` says, as JSON data; numbers without bound are null.

    What the plans below do stands behind what the plan does itself.
    """
    worst, plan = worst_of_plan(subject), subject.plan
    all_ = [subject, *subject.kin]
    return {
        "plan": plan.name,
        "description": plan.description,
        "owner": plan.owner,
        "labels": dict(plan.labels),
        "tools": sorted(plan.tools),
        "may_touch": list(plan.grants),
        "effects": [_effect(one, site, contract) for one in all_ for site, contract in one.writes()],
        "made": [
            {"plan": one.plan.name, "step": site.step.id, "tools": list(tools)}
            for one in all_
            for site, tools in _made(one)
        ],
        "people": [{"plan": one.plan.name, **person} for one in all_ for person in _people(one)],
        "worst": {
            "seconds": _finite(worst.seconds),
            "time": seconds_text(worst.seconds),
            "time_sum": worst.time,
            "calls": _finite(worst.calls),
            "calls_sum": worst.sum,
            "cost": _finite(worst.cost),
            "cost_sum": worst.price,
            "reviews": _finite(worst.reviews),
            "queues": [{"to": to, "reviews": _finite(asked), "sum": told} for to, asked, told in worst.asked],
            "undoing": {"calls": _finite(worst.undoing), "seconds": _finite(worst.undoing_seconds)},
        },
        "limits": {
            "deadline": plan.root.deadline,
            "calls": plan.budget.calls,
            "tokens": plan.budget.tokens,
            "cost": plan.budget.cost,
        },
        "on_failure": plan.on_failure,
        "outline": asdict(outline(subject)),
    }


def told(subject: Subject) -> dict[str, Any]:
    """The same for people: the steps of other plans with the names of these."""
    data = report(subject)
    for one in (*data["effects"], *data["made"], *data["people"]):
        if one["plan"] != subject.plan.name:
            one["step"] = f"{one['plan']}: {one['step'] or 'every step'}"
    return data


def _finite(number: float) -> float | None:
    return None if number == inf else number


def _effect(subject: Subject, site: Site, contract: Contract) -> dict[str, object]:
    compensate = next(
        (above.step.compensate for above in site.lineage[::-1] if above.step.compensate is not None), None
    )
    return {
        "plan": subject.plan.name,
        "step": site.step.id,
        "tool": contract.name,
        "strategy": contract.idempotency,
        "repeat": STRATEGIES[contract.idempotency],
        "reversible": contract.reversible,
        "undone_by": compensate.tool if compensate is not None else None,
        "amount": contract.amount,
        "asks": [
            {"to": one.to, "when": one.when.source if one.when is not None else None, "reason": one.reason}
            for one in subject.guards(site)
        ],
        "labels": [{"label": label, "way": list(way)} for label, way in sorted(subject.flow.arguments(site).items())],
        "where": str(subject.place(site.path)),
    }


def _made(subject: Subject) -> Iterator[tuple[Site, tuple[str, ...]]]:
    """The steps that run a plan made in the run, and what it may touch."""
    for site in subject.sites:
        action = site.step.action
        if isinstance(action, SubPlan) and action.source is not None:
            yield site, subject.plan.grants if action.tools is None else action.tools


def _people(subject: Subject) -> Iterator[dict[str, object]]:
    for site in subject.sites:
        action = site.step.action
        if isinstance(action, Ask):
            yield from _asked(site.name, action, "an answer")
        for trigger in site.step.human:
            if not trigger.inherited:
                yield from _asked(site.name, trigger, _purpose(trigger.on))


def _asked(step: str, asking: Ask | Trigger, purpose: str) -> Iterator[dict[str, object]]:
    """Who is asked first, then everybody to whom it goes on."""
    yield {"step": step, "to": asking.to, "for": purpose, "within": asking.timeout}
    for to, seconds in stages(asking.escalate):
        then = f"{purpose}, if nobody answers"
        yield {"step": step, "to": to, "for": then, "within": None if seconds == inf else seconds}


def _purpose(on: str) -> str:
    return {
        "before": "an approval", "after": "a look at the output", "failure": "what to do about a failure",
        "unknown_outcome": "what became of an effect",
    }[on]  # fmt: skip
