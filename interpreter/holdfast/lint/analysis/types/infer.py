"""Goes through an expression: the type of its value, and what is wrong with it whatever the values are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, cast

from jinja2 import nodes

from holdfast.lint.analysis.comparisons import name_of
from holdfast.lint.analysis.types import compare
from holdfast.lint.analysis.types.filters import (
    FUNCTIONS_GIVE,
    FUNCTIONS_TAKE,
    GIVES,
    OF_ITEMS,
    SAME,
    TAKES,
    TESTS_TAKE,
)
from holdfast.lint.analysis.types.members import EACH_ITEM, Fault, member
from holdfast.lint.analysis.types.relate import NUMBERS, describe, kinds_of_shape
from holdfast.lint.analysis.types.schema import of_value
from holdfast.lint.analysis.types.shape import (
    BOOLEAN,
    INTEGER,
    NULL,
    NUMBER,
    STRING,
    UNKNOWN,
    Type,
    array,
    record,
    union,
)
from holdfast.plan.expressions.building import start_of
from holdfast.plan.expressions.filters import LENIENT, TESTED
from holdfast.plan.expressions.paths import NULL as NULL_NAME
from holdfast.plan.expressions.syntax import Root, chain
from holdfast.plan.expressions.tests import COMPARING
from holdfast.plan.expressions.tests import LENIENT as LENIENT_TESTS

Names = Callable[[str], Type]
"""Gives the type of a name."""

Parts = list[str | int | nodes.Expr]


class Inference:
    """One expression.

    Args:
        names: what its names stand for.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._asked = 0
        self.faults: list[Fault] = []

    def of(self, node: nodes.Expr) -> Type:
        """The type of a checked node's value; what is wrong with it goes to `faults`."""
        return _RULES[type(node)](self, node)

    def of_path(self, name: str, parts: Iterable[str | int], offset: int, *, lenient: bool = False) -> Type:
        """The type of a name and constant parts from it."""
        found, label = self._names(name), name
        if self._asked:
            found = found.sure()
        for part in parts:
            found = self.step(found, part, label, offset, lenient=lenient)
            label += f".{part}" if isinstance(part, str) else f"[{part}]"
        return found

    def step(self, whole: Type, part: str | int, label: str, offset: int, *, lenient: bool = False) -> Type:
        """The type of a field or an item."""
        found = member(whole, part, label, offset)
        if found.fault is not None and not (lenient and found.fault.kind in {"optional", "null"}):
            self.faults.append(found.fault)
        return found.type

    def under_condition(self, node: nodes.Expr) -> Type:
        """Like `of`, where a condition in the expression holds: that null was not asked about cannot be told."""
        self._asked += 1
        found = self.of(node)
        self._asked -= 1
        return found

    def refuse(self, what: str, node: nodes.Expr, given: Type, taken: frozenset[str]) -> None:
        """Take down what may come and is not taken."""
        bad = next((shape for shape in given.doubts if shape.kind not in taken), None)
        if bad is not None:
            name = name_of(node)
            message = (
                f"{f'`{name}`' if name else 'this'} may be {kinds_of_shape(bad)} ({bad.why}), and {what} fails then"
            )
            advice = f"write `({name} or ...)` with what to take then" if name and bad.kind == "null" else ""
            self.note(Fault("null", message, advice, start_of(node), (name or "") if advice else ""))

    def note(self, fault: Fault | None) -> None:
        """Take down what is wrong, if anything is."""
        if fault is not None:
            self.faults.append(fault)

    def lenient(self, node: nodes.Expr) -> Type:
        """Like `of`, where what is not there is no mistake."""
        if isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
            return _path(self, node, lenient=True)
        return self.of(node)


def _path(self: Inference, node: nodes.Expr, *, lenient: bool = False) -> Type:
    base, parts = chain(node)
    offset = base.lineno
    if not isinstance(base, Root):
        return _further(self, self.of(base), parts, "this", offset, lenient=lenient)
    if base.name == NULL_NAME:
        return NULL
    constant = _constant(parts)
    found = self.of_path(base.name, constant, offset, lenient=lenient)
    label = base.name + "".join(f".{part}" if isinstance(part, str) else f"[{part}]" for part in constant)
    return _further(self, found, parts[len(constant) :], label, offset, lenient=lenient)


def _constant(parts: Parts) -> list[str | int]:
    known: list[str | int] = []
    for part in parts:
        if not isinstance(part, (str, int)):
            break
        known.append(part)
    return known


def _further(self: Inference, found: Type, parts: Parts, label: str, offset: int, *, lenient: bool) -> Type:
    for part in parts:
        if isinstance(part, (str, int)):
            found = self.step(found, part, label, offset, lenient=lenient)
        elif isinstance(part, nodes.Slice):
            for bound in (part.start, part.stop, part.step):
                _ = bound and self.of(bound)
            found = Type(found.of_kind("array", "string"))
        else:
            found = _chosen(found, self.of(part))
        label += "[...]"
    return found


def _chosen(whole: Type, key: Type) -> Type:
    """What is under a name or at an index that is known only when it runs."""
    if key.kinds == {"integer"}:
        return union(shape.items for shape in whole.of_kind("array"))
    return UNKNOWN


def _list(self: Inference, node: Any) -> Type:
    return array(union(self.of(item) for item in node.items))


def _map(self: Inference, node: nodes.Dict) -> Type:
    fields = {pair.key.value if isinstance(pair.key, nodes.Const) else None: self.of(pair.value) for pair in node.items}
    if all(isinstance(name, str) for name in fields):
        return record(cast("Mapping[str, Type]", fields))
    return record({}, closed=False)


def _and(self: Inference, node: nodes.And) -> Type:
    return union([self.of(node.left), self.under_condition(node.right)])


def _or(self: Inference, node: nodes.Or) -> Type:
    left, right = self.of(node.left), self.under_condition(node.right)
    return right if left.kinds == {"null"} else union([left.but("null"), right])


def _not(self: Inference, node: nodes.Not) -> Type:
    self.of(node.node)
    return BOOLEAN


def _condition(self: Inference, node: nodes.CondExpr) -> Type:
    self.of(node.test)
    return union([self.under_condition(node.expr1), self.under_condition(node.expr2) if node.expr2 else NULL])


def _sign(self: Inference, node: Any) -> Type:
    _numbers(self, "-" if isinstance(node, nodes.Neg) else "+", node.node.lineno, (node.node, self.of(node.node)))
    return NUMBER


def _concat(self: Inference, node: nodes.Concat) -> Type:
    for part in node.nodes:
        self.of(part)
    return STRING


_SIGNS: Final = {nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/", nodes.FloorDiv: "//", nodes.Mod: "%", nodes.Pow: "**"}


def _arithmetic(self: Inference, node: Any) -> Type:
    left, right = self.of(node.left), self.of(node.right)
    _numbers(self, _SIGNS[type(node)], start_of(node), (node.left, left), (node.right, right))
    return NUMBER


def _numbers(self: Inference, sign: str, offset: int, *operands: compare.Side) -> None:
    for node, operand in operands:
        self.refuse(f"`{sign}`", node, operand, NUMBERS)
        kinds = (operand.but("null") if operand.but("null").shapes else operand).kinds
        if kinds and not kinds & NUMBERS:
            message = f"`{sign}` needs numbers, and this is {describe(operand)}"
            advice = "`| int` or `| float` makes a number of a text" if kinds == {"string"} else ""
            self.note(Fault("arithmetic", message, advice, offset))
            return


_ADDED: Final = ({"integer", "number"}, {"string"}, {"array"})


def _add(self: Inference, node: nodes.Add) -> Type:
    left, right = self.of(node.left), self.of(node.right)
    ways = [kinds for kinds in _ADDED if all(not one.kinds or one.kinds & kinds for one in (left, right))]
    for side, one in ((node.left, left), (node.right, right)):
        self.refuse("`+`", side, one, frozenset().union(*ways) if ways else one.kinds)
    if not ways:
        message = f"`+` cannot add {describe(left)} and {describe(right)}"
        self.note(Fault("arithmetic", message, "`~` joins anything as text", start_of(node)))
    return {0: NUMBER, 1: STRING}.get(_ADDED.index(ways[0]), UNKNOWN) if len(ways) == 1 else UNKNOWN


def _compare(self: Inference, node: nodes.Compare) -> Type:
    sides = [(node.expr, self.of(node.expr)), *((operand.expr, self.of(operand.expr)) for operand in node.ops)]
    for operand, left, right in zip(node.ops, sides, sides[1:], strict=False):
        self.note(compare.fault(operand.op, left, right))
    return BOOLEAN


def _filter(self: Inference, node: nodes.Filter) -> Type:
    operand = cast("nodes.Expr", node.node)
    given = self.lenient(operand) if node.name in LENIENT else self.of(operand)
    others = [self.of(argument) for argument in node.args]
    keywords = {str(keyword.key): self.of(keyword.value) for keyword in node.kwargs}
    _takes(self, f"`{node.name}`", TAKES.get(node.name), (operand, given), node.lineno)
    if node.name in LENIENT:
        default = others[0] if others else keywords.get("default_value", STRING)
        whole = len(others) > 1 or "boolean" in keywords
        return union([given.but("null") if whole and given.but("null").shapes else given, default])
    items = union(shape.items for shape in given.of_kind("array")) if given.kinds == {"array"} else UNKNOWN
    attribute = _attribute(node)
    field = _field(self, items, attribute, node) if attribute is not None else items
    _chosen_by(self, node, operand, field, others)
    _ordered(self, node, items)
    if node.name in SAME:
        return given.sure() if node.name in TESTED else given
    if node.name == "map":
        return array(field)
    if node.name in OF_ITEMS:
        return items
    return INTEGER if node.name == "int" else GIVES.get(node.name, UNKNOWN)


def _chosen_by(self: Inference, node: nodes.Filter, operand: nodes.Expr, field: Type, others: list[Type]) -> None:
    """What `select` and its like compare each item, or a field of each, with."""
    place = TESTED.get(node.name)
    if place is None or len(node.args) < place + 2:
        return
    test = node.args[place]
    name = test.value if isinstance(test, nodes.Const) else ""
    if name in COMPARING | {"in"}:
        right = (node.args[place + 1], others[place + 1])
        self.note(compare.fault(compare.SIGNS.get(name, name), (operand, field), right))


_TRUTHS: Final = {"sort": 2, "min": 1, "max": 1, "unique": 1}
"""How many arguments of a filter that come first are true or false."""


def _ordered(self: Inference, node: nodes.Filter, items: Type) -> None:
    """A field's name where `attribute=` is missing, and an order of what has none."""
    given = node.args[: _TRUTHS.get(node.name, 0)]
    named = next((one for one in given if isinstance(one, nodes.Const) and isinstance(one.value, str)), None)
    if named is not None:
        advice = f"write `{node.name}(attribute='{named.value}')`"
        message = f"`{node.name}` takes the name of a field as `attribute=`; here it wants true or false"
        self.note(Fault("filter", message, advice, named.lineno))
    elif node.name in {"sort", "min", "max"} and not any(keyword.key == "attribute" for keyword in node.kwargs):
        kinds = items.but("null").kinds
        if kinds and kinds <= {"object", "array"} and len(node.args) <= _TRUTHS[node.name]:
            advice = f"name the field to go by: `{node.name}(attribute='...')`"
            message = f"`{node.name}` orders numbers or texts, and this is {describe(array(items))}"
            self.note(
                Fault("filter", f"{message} of {'maps' if kinds == {'object'} else 'lists'}", advice, node.lineno)
            )


_ATTRIBUTE_AT: Final = {"groupby": 0, "selectattr": 0, "rejectattr": 0, "sum": 0, "join": 1}
"""Where the field's name stands among the arguments of a filter that may take it without `attribute=`."""


def _attribute(node: nodes.Filter) -> nodes.Const | None:
    """The field's name that a filter is given, if it is constant."""
    found = next((keyword.value for keyword in node.kwargs if keyword.key == "attribute"), None)
    place = _ATTRIBUTE_AT.get(node.name)
    if found is None and place is not None and len(node.args) > place:
        found = node.args[place]
    return found if isinstance(found, nodes.Const) and isinstance(found.value, str) else None


def _field(self: Inference, items: Type, attribute: nodes.Const, node: nodes.Filter) -> Type:
    lenient = any(isinstance(one, nodes.Const) and one.value in LENIENT_TESTS for one in node.args[1:2])
    lenient = lenient or any(keyword.key == "default" for keyword in node.kwargs)
    found = UNKNOWN
    for name in attribute.value.split(",") if node.name == "sort" else [attribute.value]:
        found = items
        for part in name.strip().split("."):
            key = int(part) if part.isascii() and part.isdigit() else part
            found = self.step(found, key, EACH_ITEM, attribute.lineno + 1, lenient=lenient)
    return found


def _takes(self: Inference, what: str, wanted: frozenset[str] | None, side: compare.Side, offset: int) -> None:
    node, given = side
    kinds = (given.but("null") if given.but("null").shapes else given).kinds
    if wanted is not None:
        self.refuse(what, node, given, wanted)
    if wanted is None or not kinds or kinds & wanted:
        return
    words = describe(Type(shape for kind in sorted(wanted) for shape in _ONE[kind].shapes))
    advice = "use `| keys`, `| values` or `| items` first" if kinds == {"object"} and "array" in wanted else ""
    self.note(Fault("filter", f"{what} needs {words}, and this is {describe(given)}", advice, offset))


_ONE: Final = {kind: Type(of_value(value).shapes) for kind, value in
               {"array": [], "string": "", "object": {}, "integer": 1, "number": 1.0}.items()}  # fmt: skip


def _test(self: Inference, node: nodes.Test) -> Type:
    given = self.lenient(node.node) if node.name in LENIENT_TESTS else self.of(node.node)
    others = [self.of(argument) for argument in node.args]
    _takes(self, f"`is {node.name}`", TESTS_TAKE.get(node.name), (node.node, given), node.lineno)
    if others and node.name in COMPARING | {"in"}:
        sign = compare.SIGNS.get(node.name, node.name)
        self.note(compare.fault(sign, (node.node, given), (node.args[0], others[0])))
    return BOOLEAN


def _call(self: Inference, node: nodes.Call) -> Type:
    name = cast("nodes.Name", node.node).name
    given = [self.of(argument) for argument in node.args]
    if given:
        _takes(self, f"`{name}`", FUNCTIONS_TAKE.get(name), (node.args[0], given[0]), node.node.lineno)
    return union(given) if name in {"max", "min"} and len(given) > 1 else FUNCTIONS_GIVE[name]


_RULES: Final[Mapping[type[nodes.Expr], Callable[[Inference, Any], Type]]] = {
    nodes.Const: lambda _, node: of_value(node.value),
    **dict.fromkeys((nodes.Name, nodes.Getattr, nodes.Getitem), _path),
    **dict.fromkeys((nodes.List, nodes.Tuple), _list),
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
    **dict.fromkeys((nodes.Neg, nodes.Pos), _sign),
    nodes.Add: _add,
    **dict.fromkeys(_SIGNS, _arithmetic),
}
