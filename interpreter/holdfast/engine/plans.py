"""Compiled plans by their hash: a run stays with the plan it was started with, whatever its file says by now."""

from __future__ import annotations

from holdfast.journal.store import Store
from holdfast.plan.program import Plan


class Plans:
    """The plans of one store, compiled once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._compiled: dict[str, Plan] = {}

    def know(self, plan: Plan) -> None:
        """A plan that is compiled already."""
        self._compiled.setdefault(plan.hash, plan)

    async def get(self, plan_hash: str) -> Plan:
        """The plan with this hash. Raises UnknownName, PlanError."""
        if (plan := self._compiled.get(plan_hash)) is None:
            from holdfast.plan.load import load_source

            file, source = await self._store.plan_source(plan_hash)
            plan = self._compiled[plan_hash] = load_source(source, file)
        return plan
