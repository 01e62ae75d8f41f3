"""What an expression reads, and what it compares that with: for the compiler's timers, invalidation and lint."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from jinja2 import nodes

from holdfast.plan.expressions.errors import Fault
from holdfast.plan.expressions.syntax import Root, chain, children_of
from holdfast.plan.expressions.tests import COMPARING
from holdfast.plan.expressions.values import kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from holdfast.plan.expressions.syntax import Path


def reads(paths: Iterable[Path]) -> frozenset[str]:
    """The names that are read, at most two parts long; `steps.*` where the second is chosen at run time."""
    return frozenset(_read(path.name, path.parts) for path in paths)


def references(paths: Iterable[Path]) -> tuple[tuple[str, int], ...]:
    """Every dotted name that is read, with all its constant parts, and its offset, in the order of the text."""
    found = [(_dotted(path.name, path.parts), path.offset) for path in paths]
    return tuple(sorted(found, key=lambda reference: reference[1]))


def _read(name: str, parts: list[str | int | nodes.Expr]) -> str:
    if not parts or isinstance(parts[0], (int, nodes.Slice)):
        return name
    return f"{name}.{parts[0] if _plain(parts[0]) else '*'}"


def _dotted(name: str, parts: list[str | int | nodes.Expr]) -> str:
    result = name
    for part in parts:
        if not _plain(part):
            break
        result += f".{part}"
    return result


def _plain(part: str | int | nodes.Expr) -> bool:
    return isinstance(part, int) or (isinstance(part, str) and part != "" and "." not in part and part != "*")


def comparisons(tree: nodes.Expr, name: str, constant: Callable[[nodes.Expr], object]) -> tuple[float, ...]:
    """The numbers that a dotted name is compared with anywhere in it, in the order of the text.

    Args:
        tree: the expression.
        name: with all its parts: `spent.elapsed`.
        constant: evaluates an expression that reads nothing (`60 * 60`, `duration('1h')`).
    """
    found: list[float] = []
    pending: list[nodes.Node] = [tree]
    while pending:
        node = pending.pop()
        for left, right in _compared(node):
            for one, other in ((left, right), (right, left)):
                if _name_of(one) == name and (number := _number(other, constant)) is not None:
                    found.append(number)
        pending += reversed(list(children_of(node)))
    return tuple(found)


def _compared(node: nodes.Node) -> list[tuple[nodes.Expr, nodes.Expr]]:
    if isinstance(node, nodes.Compare):
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        return list(pairwise(sides))
    if isinstance(node, nodes.Test) and node.name in COMPARING and node.args:
        return [(node.node, node.args[0])]
    return []


def _name_of(node: nodes.Expr) -> str | None:
    base, parts = chain(node)
    if not isinstance(base, Root) or not all(map(_plain, parts)):
        return None
    return _dotted(base.name, parts)


def _number(node: nodes.Expr, constant: Callable[[nodes.Expr], object]) -> float | None:
    if _reads_something(node):
        return None
    try:
        value = constant(node)
    except Fault:
        return None
    return float(value) if kind(value) == "number" and isinstance(value, (int, float)) else None


def _reads_something(node: nodes.Node) -> bool:
    if isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)) and isinstance(chain(node)[0], Root):
        return True
    return any(_reads_something(child) for child in children_of(node))
