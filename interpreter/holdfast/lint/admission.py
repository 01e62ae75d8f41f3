"""What is asked of a plan before it runs, whoever starts it: that profile `basic` has nothing against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.errors import PlanError

if TYPE_CHECKING:
    from holdfast.plan.program import Plan
    from holdfast.plan.shelf import Shelf
    from holdfast.registry import Registry


def checked(plan: Plan, tools: Registry, shelf: Shelf | None = None) -> Plan:
    """The plan, if nothing keeps it from running, nor the plans that it runs.

    Args:
        plan: compiled.
        tools: the tools there are.
        shelf: where it is kept that a plan was found clean, and with which tools.

    Raises:
        PlanError: with all that keeps it from running.
        ConfigError: one of its tools cannot be used.
    """
    if plan.plans:
        return _with_children(plan, tools, shelf)
    from holdfast.lint.fingerprint import fingerprint

    mark = fingerprint(plan, tools)
    if shelf is not None and shelf.mark(plan) == mark:
        return plan
    _lint(plan, tools)
    if shelf is not None:
        shelf.put(plan, mark)
    return plan


def _with_children(plan: Plan, tools: Registry, shelf: Shelf | None) -> Plan:
    from holdfast.lint.children import family_mark, lint_family
    from holdfast.lint.linter import at_least
    from holdfast.plan.family import family

    below = family(plan, shelf)
    mark = family_mark(plan, below, tools)
    if shelf is not None and shelf.mark(plan) == mark:
        return plan
    errors = at_least(lint_family(plan, below, tools), "error")
    if errors:
        raise PlanError(errors)
    if shelf is not None:
        shelf.put(plan, mark)
    return plan


def _lint(plan: Plan, tools: Registry) -> None:
    from holdfast.lint.linter import at_least, lint

    errors = at_least(lint(plan, tools), "error")
    if errors:
        raise PlanError(errors)
