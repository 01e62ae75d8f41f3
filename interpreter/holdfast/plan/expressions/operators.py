"""Operators on data: Jinja2's (so Python's) meaning, without its surprises across kinds, and bounded."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from holdfast.plan.expressions import limits
from holdfast.plan.expressions.errors import Fault
from holdfast.plan.expressions.scope import checked
from holdfast.plan.expressions.text import shown
from holdfast.plan.expressions.values import SCALARS, kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.plan.expressions.scope import Scope


def _numbers(sign: str, left: object, right: object) -> tuple[Any, Any]:
    if kind(left) == "number" == kind(right):
        return checked(cast("Any", left)), checked(cast("Any", right))
    raise Fault("type", f"`{sign}` needs two numbers, got {{}} and {{}}", left, right)


def add(scope: Scope, left: object, right: object) -> object:
    """Numbers are added, strings and lists put one after the other."""
    both = {kind(left), kind(right)}
    if both == {"number"}:
        a, b = _numbers("+", left, right)
        return checked(a + b)
    if both == {"string"}:
        return joined(scope, [cast("str", left), cast("str", right)])
    if both == {"list"}:
        return _longer(scope, cast("Sequence[object]", left), cast("Sequence[object]", right))
    raise Fault("type", "`+` cannot add {} and {}; `~` joins anything as text", left, right)


def _longer(scope: Scope, left: Sequence[object], right: Sequence[object]) -> list[object]:
    size = len(left) + len(right)
    scope.spend(size)
    if size > limits.ITEMS:
        raise Fault("limit", f"`+` makes lists of at most {limits.ITEMS} items")
    return [*left, *right]


def subtract(_: Scope, left: object, right: object) -> object:
    """The difference of two numbers."""
    a, b = _numbers("-", left, right)
    return checked(a - b)


def multiply(_: Scope, left: object, right: object) -> object:
    """The product of two numbers; texts and lists are not repeated."""
    a, b = _numbers("*", left, right)
    return checked(a * b)


def divide(_: Scope, left: object, right: object) -> object:
    """The quotient, a float."""
    return _divided("/", operator.truediv, left, right)


def floor_divide(_: Scope, left: object, right: object) -> object:
    """The quotient, rounded down."""
    return _divided("//", operator.floordiv, left, right)


def modulo(_: Scope, left: object, right: object) -> object:
    """The remainder of a division of numbers; it does not format texts."""
    return _divided("%", operator.mod, left, right)


def _divided(sign: str, function: Callable[[Any, Any], Any], left: object, right: object) -> object:
    a, b = _numbers(sign, left, right)
    if not b:
        raise Fault("value", f"`{sign}`: {{}} cannot be divided by zero", left)
    try:
        return checked(function(a, b))
    except OverflowError:
        raise Fault("limit", f"`{sign}`: {{}} and {{}} are too far apart", left, right) from None


def power(_: Scope, left: object, right: object) -> object:
    """A power of numbers, bounded before it is computed."""
    a, b = _numbers("**", left, right)
    whole = isinstance(a, int) and isinstance(b, int)
    if whole and b > 0 and abs(a) > 1 and (abs(a).bit_length() - 1) * b > limits.INTEGER.bit_length():
        raise Fault("limit", "`**`: {} to the power of {} has more than 128 bits", left, right)
    try:
        result = a**b
    except (OverflowError, ZeroDivisionError):
        raise Fault("value", "`**`: {} to the power of {} is not a finite number", left, right) from None
    if isinstance(result, complex):
        raise Fault("value", "`**`: {} has no power {} among the real numbers", left, right)
    return checked(result)


def negative(_: Scope, value: object) -> object:
    """The number with the other sign."""
    return checked(-_number("-", value))


def positive(_: Scope, value: object) -> object:
    """The number itself."""
    return checked(+_number("+", value))


def _number(sign: str, value: object) -> Any:
    if kind(value) == "number":
        return checked(cast("Any", value))
    raise Fault("type", f"`{sign}` needs a number, got {{}}", value)


def joined(scope: Scope, texts: Sequence[str], separator: str = "") -> str:
    """Texts one after the other, measured first."""
    size = sum(map(len, texts)) + len(separator) * max(0, len(texts) - 1)
    if size > limits.OUTPUT:
        raise Fault("limit", f"the text would have {size} characters, more than {limits.OUTPUT}")
    scope.spend(size >> 5)
    return separator.join(texts)


def concatenate(scope: Scope, values: Sequence[object]) -> str:
    """`~`: values as text, one after the other."""
    return joined(scope, [shown(scope, value) for value in values])


def equal(scope: Scope, left: object, right: object) -> bool:
    """Whether two values are the same data; lists and tuples, and maps of any type, compare by what they hold."""
    if left is right:
        return True
    if type(left) in SCALARS or type(right) in SCALARS:
        return bool(left == right)
    a, b = kind(left), kind(right)
    if a != b or a not in {"list", "map"}:
        return bool(left == right)
    size = len(cast("Sequence[object]", left))
    if size != len(cast("Sequence[object]", right)):
        return False
    scope.spend(size)
    return (_equal_lists if a == "list" else _equal_maps)(scope, cast("Any", left), cast("Any", right))


def _equal_lists(scope: Scope, left: Sequence[object], right: Sequence[object]) -> bool:
    return all(equal(scope, a, b) for a, b in zip(left, right, strict=True))


def _equal_maps(scope: Scope, left: Mapping[str, object], right: Mapping[str, object]) -> bool:
    return all(key in right and equal(scope, left[key], right[key]) for key in left)


def unequal(scope: Scope, left: object, right: object) -> bool:
    """Whether two values are different data."""
    return not equal(scope, left, right)


def contains(scope: Scope, container: object, value: object) -> bool:
    """Whether a list has an item, a map a name, a string a part."""
    name = kind(container)
    if name == "string" and kind(value) == "string":
        return cast("str", value) in scope.read(cast("str", container))
    if name == "list":
        items = cast("Sequence[object]", container)
        scope.spend(len(items))
        return any(equal(scope, value, item) for item in items)
    if name == "map" and kind(value) == "string":
        return value in cast("Mapping[object, object]", container)
    raise Fault("type", "{} cannot be in {}", value, container)


def is_in(scope: Scope, value: object, container: object) -> bool:
    """`in`."""
    return contains(scope, container, value)


def is_not_in(scope: Scope, value: object, container: object) -> bool:
    """`not in`."""
    return not contains(scope, container, value)


def ordered(sign: str, function: Callable[[Any, Any], bool]) -> Callable[[Scope, object, object], bool]:
    """A comparison that orders: two numbers or two strings, nothing else."""

    def compare(_: Scope, left: object, right: object) -> bool:
        name = kind(left)
        if name == kind(right) and name in {"number", "string"}:
            return function(left, right)
        raise Fault("type", f"`{sign}` orders two numbers or two strings, not {{}} and {{}}", left, right)

    return compare


less = ordered("<", operator.lt)
at_most = ordered("<=", operator.le)
greater = ordered(">", operator.gt)
at_least = ordered(">=", operator.ge)

COMPARISONS: Final[Mapping[str, Callable[[Scope, object, object], bool]]] = {
    "eq": equal,
    "ne": unequal,
    "lt": less,
    "lteq": at_most,
    "gt": greater,
    "gteq": at_least,
    "in": is_in,
    "notin": is_not_in,
}
"""By the names that Jinja2 gives them."""
