"""What guards a plan from above: the triggers at the steps of other plans that run it (11-hard-cases 8).

A plan is run by whoever names it, and may be run alone, which no text tells. So guards from above count where the plans
that run it are linted together with it: those of the step that guards it least.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import count
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
        self._below: dict[Path, list[tuple[Path, Guards]]] = {}
        """By file of a plan: those that it runs, and the triggers at the step that does."""
        for plan in plans:
            files = {name: file.resolve() for name in plan.plans if (file := find(name, plan)) is not None}
            for step in plan.steps.values():
                if isinstance(step.action, SubPlan) and step.action.plan in files:
                    guards = tuple(one for one in step.human if one.on == "before")
                    self._below.setdefault(Path(plan.file).resolve(), []).append((files[step.action.plan], guards))

    def of(self, file: str) -> Guards:
        """The triggers that guard a plan's writing calls, whoever of these runs it; none, if one does not guard it."""
        return self._least.get(Path(file).resolve(), ())

    @cached_property
    def _least(self) -> dict[Path, Guards]:
        """The fewest triggers on a way to each plan, from one that none runs or from one that runs itself."""
        runs = Counter(plan for below in self._below.values() for plan, _ in below)
        first = [plan for plan in self._below if plan not in runs]
        ahead = list(first)
        while ahead:
            for plan, _ in self._below.get(ahead.pop(), ()):
                runs[plan] -= 1
                ahead += [] if runs[plan] else [plan]
        starts: list[tuple[Path, Guards]] = [(plan, ()) for plan in first]
        for plan in (plan for plan, left in runs.items() if left):  # in a circle, or below one
            around = self._ways(self._below.get(plan, ()))
            starts += [(plan, around[plan])] if plan in around else []
        return self._ways(starts)

    def _ways(self, starts: Iterable[tuple[Path, Guards]]) -> dict[Path, Guards]:
        """The fewest triggers on a way to each plan from some that have these above them."""
        found = dict[Path, Guards]()
        number = count()  # of as many triggers, those that were found first
        ahead = [(len(guards), next(number), plan, guards) for plan, guards in starts]
        heapify(ahead)
        while ahead:
            _, _, plan, guards = heappop(ahead)
            if plan in found:
                continue
            found[plan] = guards
            for child, own in self._below.get(plan, ()):
                heappush(ahead, (len(own) + len(guards), next(number), child, own + guards))
        return found
