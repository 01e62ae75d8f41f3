"""Whether a condition about a call may hold, as far as the contract of the tool tells before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from jinja2 import nodes

from holdfast.lint.analysis.comparisons import NO_CONSTANT, constant_of, name_of
from holdfast.plan.expressions import Expression

if TYPE_CHECKING:
    from holdfast.core.contract import Contract
    from holdfast.plan.program import Expression as Condition


def may_hold(when: Condition | None, contract: Contract) -> bool:
    """False only where a condition certainly does not hold for calls of this tool; None always holds."""
    tree = when.tree if isinstance(when, Expression) else None
    return tree is None or _truth(tree, _facts(contract)) is not False


def _facts(contract: Contract) -> dict[str, object]:
    return {
        "tool.name": contract.name, "tool.effect": contract.effect, "tool.idempotency": contract.idempotency,
        "tool.reversible": contract.reversible, "tool.tags": contract.tags,
    }  # fmt: skip


def _truth(node: nodes.Expr, facts: Mapping[str, object]) -> bool | None:
    """What a condition comes to; None: that is known only when it runs."""
    match node:
        case nodes.And():
            return _all(_truth(node.left, facts), _truth(node.right, facts))
        case nodes.Or():
            return _NOT[_all(_NOT[_truth(node.left, facts)], _NOT[_truth(node.right, facts)])]
        case nodes.Not():
            return _NOT[_truth(node.node, facts)]
        case nodes.Compare() if len(node.ops) == 1:
            left, right = _value(node.expr, facts), _value(node.ops[0].expr, facts)
            compare = _SIGNS.get(node.ops[0].op)
            return None if compare is None or left is NO_CONSTANT or right is NO_CONSTANT else compare(left, right)
        case _:
            found = _value(node, facts)
            return None if found is NO_CONSTANT else bool(found)


def _all(*truths: bool | None) -> bool | None:
    if False in truths:
        return False
    return None if None in truths else True


_NOT: Final[Mapping[bool | None, bool | None]] = {True: False, False: True, None: None}


def _value(node: nodes.Expr, facts: Mapping[str, object]) -> object:
    name = name_of(node)
    return constant_of(node) if name is None else facts.get(name, NO_CONSTANT)


_SIGNS: Final[Mapping[str, Callable[[object, object], bool]]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "in": lambda left, right: isinstance(right, tuple) and left in right,
    "notin": lambda left, right: not isinstance(right, tuple) or left not in right,
}
