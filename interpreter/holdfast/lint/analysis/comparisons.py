"""What a condition compares, where it is nothing but a comparison: `error.code == 'conflict'`, `spent.calls > 5`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from jinja2 import nodes

from holdfast.plan.expressions import Expression
from holdfast.plan.expressions.syntax import Root, chain

if TYPE_CHECKING:
    from holdfast.plan.program import Expression as Condition

_TURNED: Final[Mapping[str, str]] = {"lt": "gt", "lteq": "gteq", "gt": "lt", "gteq": "lteq", "eq": "eq", "ne": "ne"}


class Comparison(NamedTuple):
    """A name on the left, a constant on the right.

    Args:
        name: dotted.
        sign: by Jinja2's name: `eq`, `gt`, `in`.
        value: the constant; for `in` a tuple of them.
    """

    name: str
    sign: str
    value: object


def comparison(when: Condition | None) -> Comparison | None:
    """The comparison that a condition is; None if it is anything else."""
    tree = when.tree if isinstance(when, Expression) else None
    if not isinstance(tree, nodes.Compare) or len(tree.ops) != 1:
        return None
    sign, left, right = tree.ops[0].op, tree.expr, tree.ops[0].expr
    name, value = name_of(left), constant_of(right)
    if name is None and sign in _TURNED:
        name, value, sign = name_of(right), constant_of(left), _TURNED[sign]
    return None if name is None or value is NO_CONSTANT else Comparison(name, sign, value)


NO_CONSTANT: Final = object()


def name_of(node: nodes.Expr) -> str | None:
    """The dotted name that an expression is; None if it is anything else."""
    if not isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
        return None
    base, parts = chain(node)
    plain = isinstance(base, Root) and all(isinstance(part, str | int) for part in parts)
    return ".".join([base.name, *map(str, parts)]) if plain and isinstance(base, Root) else None


def constant_of(node: nodes.Expr) -> object:
    """The constant that an expression is, a tuple for a list of them; `NO_CONSTANT` if it is anything else."""
    if isinstance(node, nodes.Const):
        return node.value
    if isinstance(node, nodes.List | nodes.Tuple) and all(isinstance(item, nodes.Const) for item in node.items):
        return tuple(item.value for item in node.items if isinstance(item, nodes.Const))
    return NO_CONSTANT
