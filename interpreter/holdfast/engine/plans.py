"""Compiled plans by their hash: a run stays with the plan it was started with, whatever its file says by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.journal.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.plan.program import Plan
    from holdfast.plan.shelf import Shelf


class Plans:
    """The plans of one store, compiled once.

    Args:
        store: has their texts.
        shelf: where compiled plans are kept for the next process; None: nowhere.
    """

    def __init__(self, store: Store, shelf: Shelf | None = None) -> None:
        self._store, self.shelf = store, shelf
        self._compiled: dict[str, Plan] = {}
        self._unkept: list[Plan] = []

    def know(self, plan: Plan) -> None:
        """A plan that is compiled already."""
        if plan.hash not in self._compiled:
            self._compiled[plan.hash] = plan
            if self.shelf is not None:
                self._unkept.append(plan)

    def keep(self) -> None:
        """Keep what became known since the last time. It takes some milliseconds, so not while a run goes on."""
        while self.shelf is not None and self._unkept:
            self.shelf.keep(self._unkept.pop())

    async def get(self, plan_hash: str) -> Plan:
        """The plan with this hash. Raises UnknownName, PlanError."""
        if plan_hash not in self._compiled:
            from holdfast.plan.load import load_source

            file, source = await self._store.plan_source(plan_hash)
            self.know(load_source(source, file, self.shelf))
        return self._compiled[plan_hash]

    async def below(self, plan_hash: str, links: Mapping[str, Mapping[str, str]]) -> dict[str, Plan]:
        """All that a plan runs by name, and that these run, by hash; without itself unless it runs itself.

        Args:
            plan_hash: of the plan.
            links: for each plan of the family, by hash, the hash of every plan it names.

        Raises UnknownName, PlanError.
        """
        found: dict[str, Plan] = {}
        waiting = list(links.get(plan_hash, {}).values())
        while waiting:
            child = waiting.pop()
            if child not in found:
                found[child] = await self.get(child)
                waiting += links.get(child, {}).values()
        return found
