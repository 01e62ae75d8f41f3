"""What a person may say that a fact is."""

from __future__ import annotations

from holdfast.engine.inputs import schema_fault
from holdfast.plan.program import Ask, Plan


def fact_fault(plan: Plan, name: str, value: object) -> str | None:
    """What nobody may answer is no correction either; options are not looked at, as the right value may be none."""
    fact = plan.facts.get(name)
    asked = fact.ask.action if fact is not None and fact.ask is not None else None
    schema = asked.schema if isinstance(asked, Ask) else None
    return None if schema is None else schema_fault(schema, value)
