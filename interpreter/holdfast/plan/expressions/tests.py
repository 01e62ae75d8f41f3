"""The tests of the language: `value is name` and `value is name(argument)`.

Regular expressions are left out on purpose: a pattern from a plan can take exponential time, and no bound on its
input prevents that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from holdfast.plan.expressions import operators
from holdfast.plan.expressions.arguments import a_number, a_string
from holdfast.plan.expressions.errors import Fault
from holdfast.plan.expressions.values import MISSING, kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from holdfast.plan.expressions.scope import Scope


def _defined(_: Scope, value: object) -> bool:
    return value is not MISSING


def _undefined(_: Scope, value: object) -> bool:
    return value is MISSING


def _of_kind(name: str) -> Callable[[Scope, object], bool]:
    def test(_: Scope, value: object) -> bool:
        return kind(value) == name

    return test


def _integer(_: Scope, value: object) -> bool:
    return kind(value) == "number" and isinstance(value, int)


def _float(_: Scope, value: object) -> bool:
    return kind(value) == "number" and isinstance(value, float)


def _true(_: Scope, value: object) -> bool:
    return value is True


def _false(_: Scope, value: object) -> bool:
    return value is False


def _truthy(_: Scope, value: object) -> bool:
    return bool(value)


def _odd(scope: Scope, value: object) -> bool:
    return operators.modulo(scope, a_number("odd", value), 2) == 1


def _even(scope: Scope, value: object) -> bool:
    return operators.modulo(scope, a_number("even", value), 2) == 0


def _divisible(scope: Scope, value: object, number: object) -> bool:
    return operators.modulo(scope, a_number("divisibleby", value), number) == 0


def _starts(scope: Scope, value: object, text: object) -> bool:
    return a_string(scope, "startswith", value).startswith(a_string(scope, "startswith", text))


def _ends(scope: Scope, value: object, text: object) -> bool:
    return a_string(scope, "endswith", value).endswith(a_string(scope, "endswith", text))


def _lower(scope: Scope, value: object) -> bool:
    return a_string(scope, "lower", value).islower()


def _upper(scope: Scope, value: object) -> bool:
    return a_string(scope, "upper", value).isupper()


def _empty(_: Scope, value: object) -> bool:
    if kind(value) not in {"list", "map", "string"}:
        raise Fault("type", "`empty` needs a list, a map or a string, got {}", value)
    return len(cast("str", value)) == 0


TESTS: Final[Mapping[str, Callable[..., bool]]] = {
    "!=": operators.unequal,
    "<": operators.less,
    "<=": operators.at_most,
    "==": operators.equal,
    ">": operators.greater,
    ">=": operators.at_least,
    "boolean": _of_kind("boolean"),
    "contains": operators.contains,
    "defined": _defined,
    "divisibleby": _divisible,
    "empty": _empty,
    "endswith": _ends,
    "eq": operators.equal,
    "equalto": operators.equal,
    "even": _even,
    "false": _false,
    "float": _float,
    "ge": operators.at_least,
    "greaterthan": operators.greater,
    "gt": operators.greater,
    "in": operators.is_in,
    "integer": _integer,
    "le": operators.at_most,
    "lessthan": operators.less,
    "lower": _lower,
    "lt": operators.less,
    "mapping": _of_kind("map"),
    "ne": operators.unequal,
    "none": _of_kind("null"),
    "null": _of_kind("null"),
    "number": _of_kind("number"),
    "odd": _odd,
    "sequence": _of_kind("list"),
    "startswith": _starts,
    "string": _of_kind("string"),
    "true": _true,
    "truthy": _truthy,
    "undefined": _undefined,
    "upper": _upper,
}

LENIENT: Final = frozenset({"defined", "undefined"})
"""Tests whose value may be missing."""

COMPARING: Final = frozenset(
    {"!=", "<", "<=", "==", ">", ">=", "eq", "equalto", "ge", "greaterthan", "gt", "le", "lessthan", "lt", "ne"}
)
"""Tests that compare with their argument, as operators do."""
