"""What plans give their children, held against what these take, before the run at the top exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from holdfast.engine.inputs import schema_fault
from holdfast.errors import PlanError
from holdfast.plan.program import SubPlan
from holdfast.plan.template import compile_template

if TYPE_CHECKING:
    from holdfast.plan.program import Plan


def refuse_misfits(plan: Plan, known: Mapping[str, Plan]) -> None:
    """For who starts a plan without lint, which says the same. The text is only read where something does not fit.

    Args:
        plan: that runs the others.
        known: the others, by the names it has for them.

    Raises PlanError.
    """
    if all(_fits(action, known[action.plan]) for action in _runs(plan)):
        return
    from holdfast.lint.children import misfits
    from holdfast.plan.source import read

    found = list(misfits(plan, read(plan.source, plan.file), known))
    if found:
        raise PlanError(found)


def _runs(plan: Plan) -> Iterator[SubPlan]:
    for step in plan.steps.values():
        if isinstance(step.action, SubPlan) and step.action.plan:
            yield step.action


def _fits(action: SubPlan, child: Plan) -> bool:
    """Whether names and constants are what the child takes."""
    tree = getattr(action.arguments, "tree", None)
    given = tree if isinstance(tree, dict) else {}
    needed = {name for name, declared in child.inputs.items() if declared.required}
    if not needed <= given.keys() <= child.inputs.keys():
        return False
    for name, value in given.items():
        declared = child.inputs[name]
        if compile_template(value).constant and (declared.secret or schema_fault(declared.schema, value) is not None):
            return False
    return True
