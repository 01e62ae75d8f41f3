"""From a checked tree to nested closures over the names. No code is generated; every operation is one of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast

from jinja2 import nodes

from holdfast.plan.expressions import filters, operators
from holdfast.plan.expressions.errors import Fault
from holdfast.plan.expressions.functions import FUNCTIONS
from holdfast.plan.expressions.paths import NULL, follow, missing_part
from holdfast.plan.expressions.scope import Scope
from holdfast.plan.expressions.syntax import Root, chain
from holdfast.plan.expressions.tests import LENIENT, TESTS
from holdfast.plan.expressions.values import MISSING, fetch, kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Run = Callable[[Scope], object]


def build(node: nodes.Expr) -> Run:
    """The closure that gives the node's value.

    Args:
        node: checked by `parse_tree`.

    Returns:
        A function of a Scope; it raises Fault.
    """
    return _BUILDERS[type(node)](node)


def build_lenient(node: nodes.Expr) -> Run:
    """Like `build`, but what is not there gives MISSING: for `is defined` and `default`."""
    if isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
        return _path(node, lenient=True)
    if isinstance(node, nodes.Filter):
        return _filter(node, lenient=True)
    return build(node)


def _at(offset: int, run: Run) -> Run:
    """The same, with the place in the source on every fault that has none yet."""

    def located(scope: Scope) -> object:
        try:
            return run(scope)
        except Fault as fault:
            if fault.offset < 0:
                fault.offset = offset
            raise

    return located


def start_of(node: nodes.Node) -> int:
    """Where a node begins in the source."""
    while isinstance(node, (nodes.BinExpr, nodes.Compare)):
        node = node.left if isinstance(node, nodes.BinExpr) else node.expr
    if isinstance(node, (nodes.Getattr, nodes.Getitem)):
        return chain(node)[0].lineno
    return node.lineno


def _constant(node: nodes.Const) -> Run:
    value = node.value
    return lambda _: value


def _path(node: nodes.Expr, *, lenient: bool = False) -> Run:
    base, parts = chain(node)
    if not isinstance(base, Root):
        run = (build_lenient if lenient else build)(base)
    elif base.name == NULL:
        run = lambda _: None  # noqa: E731 - a def would need another name
    else:
        constant, parts = _constant_start(parts)
        run = follow(base.name, constant, base.lineno, lenient=lenient)
    for part in parts:
        run = _access(run, part, base.lineno, lenient=lenient)
    return run


def _constant_start(
    parts: list[str | int | nodes.Expr],
) -> tuple[list[str | int], list[str | int | nodes.Expr]]:
    known: list[str | int] = []
    for part in parts:
        if not isinstance(part, (str, int)):
            break
        known.append(part)
    return known, parts[len(known) :]


def _access(run: Run, part: str | int | nodes.Expr, offset: int, *, lenient: bool) -> Run:
    if isinstance(part, nodes.Slice):
        return _at(offset, _slice(run, part))
    choose = build(part) if isinstance(part, nodes.Expr) else (lambda _: part)

    def access(scope: Scope) -> object:
        value = run(scope)
        if value is MISSING:
            return MISSING
        found = fetch(value, key := _key(choose(scope)))
        if found is MISSING and not lenient:
            raise missing_part("this value", value, key)
        return found

    return _at(offset, access)


def _key(value: object) -> str | int:
    if kind(value) == "string" or (kind(value) == "number" and isinstance(value, int)):
        return cast("str | int", value)
    raise Fault("type", "a name or an index is needed in `[ ]`, got {}", value)


def _slice(run: Run, part: nodes.Slice) -> Run:
    bounds = [build(bound) if bound else (lambda _: None) for bound in (part.start, part.stop, part.step)]

    def take(scope: Scope) -> object:
        value = run(scope)
        if value is MISSING:
            return MISSING
        start, stop, step = (_bound(bound(scope)) for bound in bounds)
        if kind(value) not in {"list", "string"}:
            raise Fault("type", "`[:]` needs a list or a string, got {}", value)
        if step == 0:
            raise Fault("value", "`[::]` needs a step other than 0")
        scope.spend(len(cast("Sequence[object]", value)) >> 3)
        result = cast("Sequence[object]", value)[start:stop:step]
        return result if kind(value) == "string" else list(result)

    return take


def _bound(value: object) -> int | None:
    if value is None or (kind(value) == "number" and isinstance(value, int)):
        return value
    raise Fault("type", "`[:]` needs integers, got {}", value)


def _list(node: nodes.List | nodes.Tuple) -> Run:
    items = [build(item) for item in node.items]
    return lambda scope: [item(scope) for item in items]


def _map(node: nodes.Dict) -> Run:
    pairs = [(build(pair.key), build(pair.value)) for pair in node.items]

    def make(scope: Scope) -> object:
        result: dict[str, object] = {}
        for name, value in pairs:
            key = name(scope)
            if kind(key) != "string":
                raise Fault("type", "the names in a map must be strings, not {}", key)
            result[cast("str", key)] = value(scope)
        return result

    return _at(node.lineno, make)


def _and(node: nodes.And) -> Run:
    left, right = build(node.left), build(node.right)
    return lambda scope: left(scope) and right(scope)


def _or(node: nodes.Or) -> Run:
    left, right = build(node.left), build(node.right)
    return lambda scope: left(scope) or right(scope)


def _not(node: nodes.Not) -> Run:
    run = build(node.node)
    return lambda scope: not run(scope)


def _condition(node: nodes.CondExpr) -> Run:
    test, first = build(node.test), build(node.expr1)
    second = build(node.expr2) if node.expr2 else (lambda _: None)
    return lambda scope: first(scope) if test(scope) else second(scope)


def _unary(function: Callable[[Scope, object], object]) -> Callable[[Any], Run]:
    def make(node: nodes.UnaryExpr) -> Run:
        run = build(node.node)
        return _at(node.lineno, lambda scope: function(scope, run(scope)))

    return make


def _binary(function: Callable[[Scope, object, object], object]) -> Callable[[Any], Run]:
    def make(node: nodes.BinExpr) -> Run:
        left, right = build(node.left), build(node.right)
        return _at(start_of(node), lambda scope: function(scope, left(scope), right(scope)))

    return make


def _concat(node: nodes.Concat) -> Run:
    runs = [build(part) for part in node.nodes]
    return _at(start_of(node.nodes[0]), lambda scope: operators.concatenate(scope, [run(scope) for run in runs]))


def _compare(node: nodes.Compare) -> Run:
    first = build(node.expr)
    rest = [(operators.COMPARISONS[operand.op], build(operand.expr)) for operand in node.ops]
    if len(rest) == 1:
        function, second = rest[0]
        return _at(start_of(node), lambda scope: function(scope, first(scope), second(scope)))

    def compare(scope: Scope) -> object:
        left = first(scope)
        for function, run in rest:
            right = run(scope)
            if not function(scope, left, right):
                return False
            left = right
        return True

    return _at(start_of(node), compare)


def _filter(node: nodes.Filter, *, lenient: bool = False) -> Run:
    function, operand = filters.FILTERS[node.name], cast("nodes.Expr", node.node)
    missing_allowed = node.name in filters.LENIENT
    value = (build_lenient if missing_allowed else build)(operand)
    make = build_lenient if missing_allowed and lenient else build
    run = _applied(function, value, [make(argument) for argument in node.args], node.kwargs)

    def present(scope: Scope) -> object:
        result = run(scope)
        if result is MISSING and not lenient:
            raise Fault("undefined", f"`{node_name}` finds nothing: the list is empty; add `| default(...)`")
        return result

    node_name = node.name
    return _at(node.lineno, present)


def _test(node: nodes.Test) -> Run:
    value = (build_lenient if node.name in LENIENT else build)(node.node)
    return _at(node.lineno, _applied(TESTS[node.name], value, [build(argument) for argument in node.args], node.kwargs))


def _call(node: nodes.Call) -> Run:
    function = FUNCTIONS[cast("nodes.Name", node.node).name]
    arguments = [build(argument) for argument in node.args]
    return _at(node.node.lineno, _applied(function, lambda _: None, arguments, node.kwargs))


def _applied(function: Callable[..., object], value: Run, arguments: list[Run], keywords: Sequence[Any]) -> Run:
    if not keywords:
        return lambda scope: function(scope, value(scope), *[argument(scope) for argument in arguments])
    named = {keyword.key: build(keyword.value) for keyword in keywords}
    return lambda scope: function(
        scope,
        value(scope),
        *[argument(scope) for argument in arguments],
        **{name: argument(scope) for name, argument in named.items()},
    )


_BUILDERS: Final[Mapping[type[nodes.Expr], Callable[[Any], Run]]] = {
    nodes.Const: _constant,
    nodes.Name: _path,
    nodes.Getattr: _path,
    nodes.Getitem: _path,
    nodes.List: _list,
    nodes.Tuple: _list,
    nodes.Dict: _map,
    nodes.And: _and,
    nodes.Or: _or,
    nodes.Not: _not,
    nodes.CondExpr: _condition,
    nodes.Concat: _concat,
    nodes.Compare: _compare,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.Call: _call,
    nodes.Neg: _unary(operators.negative),
    nodes.Pos: _unary(operators.positive),
    nodes.Add: _binary(operators.add),
    nodes.Sub: _binary(operators.subtract),
    nodes.Mul: _binary(operators.multiply),
    nodes.Div: _binary(operators.divide),
    nodes.FloorDiv: _binary(operators.floor_divide),
    nodes.Mod: _binary(operators.modulo),
    nodes.Pow: _binary(operators.power),
}
