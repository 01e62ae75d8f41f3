"""A list that is written out in a plan, where an expression is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.plan.program import Names, Template


class Listed:
    """Satisfies `holdfast.plan.program.Expression`.

    Args:
        template: renders to the list.
    """

    __slots__ = ("template",)

    def __init__(self, template: Template) -> None:
        self.template = template

    @property
    def source(self) -> str:
        """There is no expression."""
        return "a list"

    @property
    def reads(self) -> frozenset[str]:
        """What the templates in it read."""
        return self.template.reads

    def evaluate(self, names: Names) -> object:
        """The list. Raises ExpressionError."""
        return self.template.render(names)
