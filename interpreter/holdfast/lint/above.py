"""What guards a plan from above: the triggers at the steps of other plans that run it (11-hard-cases 8).

A plan is run by whoever names it, and may be run alone, which no text tells. So guards from above count where the plans
that run it are linted together with it: those of the step that guards it least.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.plan.family import find
from holdfast.plan.program import SubPlan

if TYPE_CHECKING:
    from holdfast.plan.program import Plan, Trigger

Guards = tuple["Trigger", ...]


class Above:
    """What guards each of some plans.

    Args:
        plans: that are linted together.
    """

    def __init__(self, plans: Iterable[Plan] = ()) -> None:
        self._steps: dict[Path, list[tuple[Path, Guards]]] = {}
        """By file of a plan: who runs it, and the triggers at the step that does."""
        for plan in plans:
            files = {name: file.resolve() for name in plan.plans if (file := find(name, plan)) is not None}
            for step in plan.steps.values():
                if isinstance(step.action, SubPlan) and step.action.plan in files:
                    guards = tuple(one for one in step.human if one.on == "before")
                    self._steps.setdefault(files[step.action.plan], []).append((Path(plan.file).resolve(), guards))

    def of(self, file: str) -> Guards:
        """The triggers that guard a plan's writing calls, whoever of these runs it; none, if one does not guard it."""
        return self._of(Path(file).resolve(), frozenset())

    def _of(self, file: Path, below: frozenset[Path]) -> Guards:
        if file in below:
            return ()
        ways = [guards + self._of(plan, below | {file}) for plan, guards in self._steps.get(file, ())]
        return min(ways, key=len, default=())
