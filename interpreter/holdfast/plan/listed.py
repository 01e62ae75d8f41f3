"""A list that is written out in a plan, where an expression is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.plan.program import Expression, Names, Template


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


def length(items: Expression) -> int | None:
    """How many items a list has that is written out, also in an expression: `['a', 'b']`. None: that is not known."""
    if isinstance(items, Listed):
        written = getattr(items.template, "tree", None)
        return len(written) if isinstance(written, list) else None
    if not items.source.lstrip().startswith("["):
        return None
    from jinja2 import nodes

    tree = getattr(items, "tree", None)
    return len(tree.items) if isinstance(tree, nodes.List) else None
