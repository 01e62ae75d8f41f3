"""HF141: a condition that is always the same."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from holdfast.lint.analysis.comparisons import name_of
from holdfast.lint.analysis.texts import Text
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.expressions import Expression as Written
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import Expression, Switch
from holdfast.plan.source import Path


def _check(subject: Subject) -> Iterator[Found]:
    for expression, path in _conditions(subject):
        if expression is None or expression.reads:
            continue
        try:
            value = "true" if expression.evaluate({}) else "false"
        except ExpressionError:
            continue
        yield (
            f"this is always {value}: it reads nothing",
            subject.place(path),
            "say it with what it depends on, or leave it out",
        )
    for text in subject.texts:
        if text.held.reads and isinstance(text.held, Written) and _decides(text) and text.held.tree is not None:
            for constant, within, left in _deciding(text.held.tree):
                value = "true" if within == "or" else "false"
                yield (
                    f"`{within} {_shown(constant)}` makes this always {value}: a value by itself counts as {value}",
                    subject.document.within(text.path, constant.lineno),
                    _advice(left, constant),
                )


def _decides(text: Text) -> bool:
    """Whether a text is a condition."""
    return text.path[-1] == "when" or text.path[-2:] == ("repeat", "until") or text.key == "invariants"


def _deciding(node: nodes.Expr) -> Iterator[tuple[nodes.Const, str, nodes.Expr]]:
    """Constants that decide an `or` or an `and` whatever the other side is, and that other side."""
    if isinstance(node, nodes.Not):
        yield from _deciding(node.node)
    elif isinstance(node, nodes.Or | nodes.And):
        ors = isinstance(node, nodes.Or)
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(side, nodes.Const) and bool(side.value) is ors and not isinstance(other, nodes.Const):
                yield side, "or" if ors else "and", other
            else:
                yield from _deciding(side)


def _shown(constant: nodes.Const) -> str:
    """As it is written in an expression."""
    return {"True": "true", "False": "false", "None": "null"}.get(repr(constant.value), repr(constant.value))


def _advice(left: nodes.Expr, constant: nodes.Const) -> str:
    """The list that is meant by `a == 'x' or 'y'`."""
    while isinstance(left, nodes.Or):
        left = left.left
    if isinstance(left, nodes.Compare) and len(left.ops) == 1 and left.ops[0].op == "eq":
        name, value = name_of(left.expr), left.ops[0].expr
        if name and isinstance(value, nodes.Const):
            return f"say what is compared each time: `{name} in [{_shown(value)}, {_shown(constant)}]`"
    return "say what is compared each time"


def _conditions(subject: Subject) -> Iterator[tuple[Expression | None, Path]]:
    for number, law in enumerate(subject.plan.invariants):
        yield law.holds, ("invariants", number, law.moment)
    for site in subject.sites:
        yield site.step.when, (*site.path, "when")
        if isinstance(site.step.action, Switch):
            for number, (when, _) in enumerate(site.step.action.cases):
                yield when, (*site.path, "switch", number, "when")


RULE = Rule(
    code="HF141",
    slug="constant-condition",
    severity="warning",
    title="a condition that is always the same",
    why="""
A condition that reads nothing has the same value in every run: the step always runs, or never does. So does one with a
word or a number as one side of an `or`: `x == 'a' or 'b'` holds for every `x`, as `'b'` by itself counts as true.
""",
    bad="""
steps:
  - {id: find, when: 1 > 2, tool: flights.search, with: {to: JFK}}
""",
    good="""
inputs:
  wanted: {type: boolean}
steps:
  - {id: find, when: inputs.wanted, tool: flights.search, with: {to: JFK}}
""",
    check=_check,
)
