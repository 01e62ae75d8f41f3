"""What a plan may touch: names of tools, with `*` for any text; and the plans that are made in a run."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from holdfast.plan.program import SubPlan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from holdfast.plan.program import Plan, Step

MADE: Final = "<made in the run>"
"""Stands for the name of the file of a plan that a run made."""


def allows(patterns: Iterable[str], tool: str) -> bool:
    """Whether one of the patterns lets a tool through."""
    return any(tool == pattern or ("*" in pattern and bool(_compiled(pattern).fullmatch(tool))) for pattern in patterns)


def made_in(step: Step) -> bool:
    """Whether a step runs a plan that is made in the run."""
    return isinstance(step.action, SubPlan) and step.action.source is not None


def makes_plans(plan: Plan) -> bool:
    """Whether a plan runs plans that are made in the run."""
    return any(made_in(step) for step in plan.steps.values())


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))
