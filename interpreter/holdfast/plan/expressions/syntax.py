"""From an expression's text to its tree: Jinja2 parses, an allow-list decides what may be in it.

Jinja2 gives its nodes line numbers; we hand it tokens that carry offsets in their place, so every node knows where
it stands. Only this module and `building` know Jinja2, and only expressions that are more than a path need them.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise, starmap
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from jinja2 import TemplateSyntaxError, nodes
from jinja2.lexer import Token, TokenStream
from jinja2.parser import Parser

from holdfast.diagnostics import did_you_mean
from holdfast.plan.expressions import limits
from holdfast.plan.expressions.errors import ExpressionSyntaxError
from holdfast.plan.expressions.filters import FILTERS, TESTED
from holdfast.plan.expressions.functions import FUNCTIONS
from holdfast.plan.expressions.paths import KEYWORDS, NULL
from holdfast.plan.expressions.signatures import check_arguments
from holdfast.plan.expressions.tests import TESTS
from holdfast.plan.expressions.tokens import RawToken, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


class _Parser(Parser):
    """Jinja2's grammar of expressions over our tokens; nothing of a template is ever parsed or rendered."""

    def __init__(self, tokens: Iterable[RawToken]) -> None:
        self.stream = TokenStream(starmap(Token, cast("Any", tokens)), None, None)
        self.name = self.filename = None


class Root(NamedTuple):
    """The name that a path starts from. It stands in for Jinja2's node, which is dear to make."""

    name: str
    lineno: int


class Path(NamedTuple):
    """A name that is read, and what is followed from there."""

    name: str
    parts: list[str | int | nodes.Expr]
    offset: int


def parse_tree(source: str) -> tuple[nodes.Expr, list[Path]]:
    """The tree of an expression, checked against the allow-list, and the paths it reads.

    Raises:
        ExpressionSyntaxError: it is not in the language.
    """
    tokens, _ = scan(source)
    _refuse_common_mistakes(source, tokens)
    parser = _Parser(tokens)
    try:
        tree = parser.parse_expression()
        parser.stream.expect("eof")
    except TemplateSyntaxError as error:
        raise _syntax_error(source, error) from None
    except RecursionError:
        raise ExpressionSyntaxError("the expression is nested too deeply: use steps or a tool") from None
    paths: list[Path] = []
    _check(tree, 0, paths)
    return tree, paths


def _refuse_common_mistakes(source: str, tokens: Sequence[RawToken]) -> None:
    if not tokens:
        raise ExpressionSyntaxError("an expression is missing", 0)
    if source.lstrip().startswith("{{"):
        raise ExpressionSyntaxError("this is an expression already: leave out the `{{ }}`", tokens[0][0])
    if "||" not in source:
        return
    for (offset, kind, _), (_, following, _) in pairwise(tokens):
        if kind == "pipe" == following:
            raise ExpressionSyntaxError("`||` is not an operator: write `or`", offset)


def _syntax_error(source: str, error: TemplateSyntaxError) -> ExpressionSyntaxError:
    message, offset = str(error.message), error.lineno
    if message.startswith("unexpected") or "got 'end of" in message:
        offset = len(source) if "end of template" in message else offset
    message = message.replace("end of template", "end")
    if "got '='" in message:
        message = "`=` does not compare: write `==`"
    if duration := next((one for one in _DURATION.finditer(source) if one.start(2) == offset), None):
        seconds = float(duration[1]) * _SECONDS[duration[2]]
        message = f"`{duration[0]}` is no number: times are counted in seconds here, so write `{seconds:.15g}`"
    message = message.replace("expected token 'end', got", "expected the end or an operator, got").rstrip(".")
    return ExpressionSyntaxError(message[:1].lower() + message[1:], offset)


_SECONDS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION: Final = re.compile(r"\b(\d{1,9}(?:\.\d{1,9})?)(ms|[smhd])\b")
_PATHS: Final = (nodes.Name, nodes.Getattr, nodes.Getitem)

# The allow-list: a node that is not here is refused. Each gives what it is made of.


def _both(node: nodes.BinExpr) -> Iterable[nodes.Node]:
    return node.left, node.right


def _one(node: nodes.UnaryExpr) -> Iterable[nodes.Node]:
    return (node.node,)


def _list(node: nodes.List | nodes.Tuple | nodes.Dict) -> Iterable[nodes.Node]:
    return node.items


def _pair(node: nodes.Pair) -> Iterable[nodes.Node]:
    return node.key, node.value


def _compare(node: nodes.Compare) -> Iterable[nodes.Node]:
    return node.expr, *(operand.expr for operand in node.ops)


def _condition(node: nodes.CondExpr) -> Iterable[nodes.Node]:
    return (node.test, node.expr1, node.expr2) if node.expr2 else (node.test, node.expr1)


def _concat(node: nodes.Concat) -> Iterable[nodes.Node]:
    return node.nodes


def _constant(node: nodes.Const) -> Iterable[nodes.Node]:
    value = node.value
    if isinstance(value, float) and not math.isfinite(value):
        raise ExpressionSyntaxError("a number has to be finite", node.lineno)
    if isinstance(value, int) and not -limits.INTEGER <= value < limits.INTEGER:
        raise ExpressionSyntaxError("an integer has at most 128 bits", node.lineno)
    return ()


def _filter(node: nodes.Filter) -> Iterable[nodes.Node]:
    function = _allowed("filter", node.name, FILTERS, node.lineno)
    _check_call(f"the filter `{node.name}`", function, node)
    if node.name in TESTED:
        _check_tested(node, TESTED[node.name])
    return cast("nodes.Expr", node.node), *node.args, *(keyword.value for keyword in node.kwargs)


def _check_tested(node: nodes.Filter, place: int) -> None:
    if node.kwargs:
        raise ExpressionSyntaxError(f"`{node.name}` takes no keywords: write its arguments in order", node.lineno)
    if len(node.args) <= place:
        return
    test = node.args[place]
    if not isinstance(test, nodes.Const):
        raise ExpressionSyntaxError(f"`{node.name}` needs the name of a test in quotes", test.lineno)
    function = _allowed("test", str(test.value), TESTS, test.lineno)
    check_arguments(f"the test `{test.value}`", function, len(node.args) - place - 1, (), node.lineno)


def _test(node: nodes.Test) -> Iterable[nodes.Node]:
    _check_call(f"the test `{node.name}`", _allowed("test", node.name, TESTS, node.lineno), node)
    return node.node, *node.args, *(keyword.value for keyword in node.kwargs)


def _call(node: nodes.Call) -> Iterable[nodes.Node]:
    if not isinstance(node.node, nodes.Name) or "." in node.node.name:
        name = str(chain(node.node)[1][-1]) if isinstance(node.node, _PATHS) else ""
        advice = f"use the filter, `| {name}`" if name in FILTERS else "use a filter or a tool"
        raise ExpressionSyntaxError(f"values have no methods and cannot be called: {advice}", node.lineno)
    name = node.node.name
    if name not in FUNCTIONS and name in FILTERS:
        raise ExpressionSyntaxError(f"`{name}` is a filter: write `value | {name}`", node.node.lineno)
    _check_call(f"`{name}`", _allowed("function", name, FUNCTIONS, node.node.lineno), node)
    return *node.args, *(keyword.value for keyword in node.kwargs)


def _allowed(kind: str, name: str, known: Mapping[str, Callable[..., object]], offset: int) -> Callable[..., object]:
    if name not in known:
        advice = did_you_mean(name, known) or f" (there are: {', '.join(key for key in known if key.isidentifier())})"
        raise ExpressionSyntaxError(f"no {kind} `{name}`{advice}", offset)
    return known[name]


def _check_call(what: str, function: Callable[..., object], node: nodes.Filter | nodes.Test | nodes.Call) -> None:
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise ExpressionSyntaxError(f"{what}: `*` and `**` arguments are not allowed", node.lineno)
    keywords = tuple(keyword.key for keyword in cast("list[nodes.Keyword]", node.kwargs))
    check_arguments(what, function, len(node.args), keywords, node.lineno)


_ALLOWED: Mapping[type[nodes.Node], Callable[[Any], Iterable[nodes.Node]]] = {
    nodes.Const: _constant,
    nodes.List: _list,
    nodes.Tuple: _list,
    nodes.Dict: _list,
    nodes.Pair: _pair,
    nodes.Compare: _compare,
    nodes.CondExpr: _condition,
    nodes.Concat: _concat,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.Call: _call,
    **dict.fromkeys((nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow), _both),
    **dict.fromkeys((nodes.And, nodes.Or), _both),
    **dict.fromkeys((nodes.Not, nodes.Neg, nodes.Pos), _one),
}


def _check(node: nodes.Node, depth: int, paths: list[Path]) -> None:
    if depth > limits.DEPTH:
        raise ExpressionSyntaxError("the expression is nested too deeply: use steps or a tool", node.lineno)
    if isinstance(node, _PATHS):
        children = _check_path(node, paths)
    elif (give := _ALLOWED.get(type(node))) is not None:
        children = give(node)
    else:
        raise ExpressionSyntaxError(f"`{type(node).__name__.lower()}` is not part of the language", node.lineno)
    for child in children:
        _check(child, depth + 1, paths)


def _check_path(node: nodes.Name | nodes.Getattr | nodes.Getitem, paths: list[Path]) -> Iterable[nodes.Node]:
    base, parts = chain(node)
    if len(parts) >= limits.DEPTH:
        raise ExpressionSyntaxError(f"a path has at most {limits.DEPTH} parts", base.lineno)
    inner = _chosen_later(parts)
    if not isinstance(base, Root):
        return [base, *inner]
    if base.name in KEYWORDS:
        raise ExpressionSyntaxError(f"`{base.name}` stands where a value was expected", base.lineno)
    if base.name.startswith("_"):
        raise ExpressionSyntaxError(f"`{base.name}`: names do not start with `_`", base.lineno)
    if base.name != NULL:
        paths.append(Path(base.name, parts, base.lineno))
    return inner


def _chosen_later(parts: Iterable[str | int | nodes.Expr]) -> list[nodes.Node]:
    found: list[nodes.Node] = []
    for part in parts:
        if isinstance(part, nodes.Slice):
            found += [bound for bound in (part.start, part.stop, part.step) if bound]
        elif isinstance(part, nodes.Node):
            found.append(part)
    return found


def chain(node: nodes.Expr) -> tuple[Root | nodes.Expr, list[str | int | nodes.Expr]]:
    """What a path starts from, and its parts: constant names and indices, or expressions and slices."""
    parts: list[str | int | nodes.Expr] = []
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        parts += _parts(node)
        node = node.node
    parts.reverse()
    if isinstance(node, nodes.Name):
        name, *more = node.name.split(".")
        return Root(name, node.lineno), [*more, *parts]
    return node, parts


def _parts(node: nodes.Getattr | nodes.Getitem) -> Sequence[str | int | nodes.Expr]:
    if isinstance(node, nodes.Getitem):
        return (_constant_part(node.arg),)
    if node.attr.startswith("_"):
        advice = f"for data, write `['{node.attr}']`"
        raise ExpressionSyntaxError(f"`.{node.attr}`: fields do not start with `_`; {advice}", node.lineno)
    return node.attr.split(".")[::-1]


def _constant_part(node: nodes.Expr) -> str | int | nodes.Expr:
    """A constant index or name as it is (`[-1]` too), anything else as its node."""
    if isinstance(node, nodes.Const) and type(node.value) in {str, int}:
        return cast("str | int", node.value)
    if isinstance(node, nodes.Neg) and isinstance(node.node, nodes.Const) and type(node.node.value) is int:
        return -node.node.value
    return node


def children_of(node: nodes.Node) -> Iterable[nodes.Node]:
    """What an allowed node is made of."""
    if isinstance(node, _PATHS):
        base, parts = chain(node)
        inner = _chosen_later(parts)
        return inner if isinstance(base, Root) else [base, *inner]
    return _ALLOWED[type(node)](node)
