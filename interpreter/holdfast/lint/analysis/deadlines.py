"""Which deadline comes first where a step stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.lint.analysis.sites import Site
    from holdfast.plan.program import Plan

Limit = tuple[float, str]
"""Seconds, and whose deadline they are, in words."""


def limits(plan: Plan, site: Site) -> Iterator[Limit]:
    """Every deadline that is over a step, its own first; the cleanup has one of its own in place of the plan's."""
    for above in reversed(site.lineage):
        if above.step.deadline is not None:
            yield above.step.deadline, f"`{above.step.id}`" if above.step.id else "the plan"
        if above.role == "cleanup":
            yield plan.cleanup_deadline, "the cleanup"
            return


def nearest(plan: Plan, site: Site) -> Limit:
    """The shortest of them; of two that are equal, the inner one."""
    return min(limits(plan, site), key=lambda limit: limit[0])
