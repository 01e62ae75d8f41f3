"""A plan under examination with all that it runs, each looked at once, however many ways lead to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from holdfast.lint.above import Above
from holdfast.lint.analysis.worst import worst_of_plan
from holdfast.lint.rule import Subject
from holdfast.plan.family import family
from holdfast.plan.source import read

if TYPE_CHECKING:
    from holdfast.lint.analysis.taken import Worst
    from holdfast.plan.program import Plan
    from holdfast.registry import Registry


def with_kin(plan: Plan, tools: Registry) -> Subject:
    """The plan, with all below it by name. Raises PlanError: one of them is not there, or is none.

    What they take is known but of those that run themselves, which nothing bounds.
    """
    below = family(plan)
    plans, taken = {**below.plans, plan.hash: plan}, dict[str, "Worst"]()
    above = Above(plans.values())

    def subject(one: Plan, *kin: Subject) -> Subject:
        children = {name: plans[child] for name, child in below.links.get(one.hash, {}).items()}
        guards = () if one is plan else above.of(one.file)
        return Subject(one, read(one.source, one.file), tools, guards, children=children, kin=kin, taken=taken)

    subjects = {one.hash: subject(one) for one in plans.values() if one is not plan}
    for one in _children_first(plans, below.links):
        if one in subjects:
            taken[one] = worst_of_plan(subjects[one])
    return subject(plan, *sorted(subjects.values(), key=lambda one: one.plan.name))


def _children_first(plans: Mapping[str, Plan], links: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Each behind those that it runs; what is in a circle or runs one that is, is left out."""
    waits = {plan: set(links.get(plan, {}).values()) for plan in plans}
    runs: dict[str, list[str]] = {}
    for plan, children in waits.items():
        for child in children:
            runs.setdefault(child, []).append(plan)
    ready = [plan for plan, children in waits.items() if not children]
    while ready:
        plan = ready.pop()
        yield plan
        for parent in runs.get(plan, ()):
            waits[parent].discard(plan)
            ready += [] if waits[parent] else [parent]
