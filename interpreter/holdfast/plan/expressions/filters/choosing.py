"""Filters that choose: a default, or the items for which a test holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.plan.expressions.arguments import a_list, field_of, has_field
from holdfast.plan.expressions.tests import LENIENT, TESTS
from holdfast.plan.expressions.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.plan.expressions.scope import Scope


def default(_: Scope, value: object, default_value: object = "", boolean: object = None) -> object:
    """The value, or `default_value` when it is missing; with `boolean`, also when it is null, false, 0 or empty."""
    return default_value if value is MISSING or (boolean and not value) else value


def select(scope: Scope, value: object, test: object = "truthy", *arguments: object) -> list[object]:
    """The items for which a test holds."""
    return _chosen(scope, "select", value, _test(scope, test, arguments), holds=True)


def reject(scope: Scope, value: object, test: object = "truthy", *arguments: object) -> list[object]:
    """The items for which a test does not hold."""
    return _chosen(scope, "reject", value, _test(scope, test, arguments), holds=False)


def selectattr(
    scope: Scope, value: object, attribute: object, test: object = "truthy", *arguments: object
) -> list[object]:
    """The items for whose field a test holds."""
    condition = _field_test(scope, "selectattr", attribute, test, arguments)
    return _chosen(scope, "selectattr", value, condition, holds=True)


def rejectattr(
    scope: Scope, value: object, attribute: object, test: object = "truthy", *arguments: object
) -> list[object]:
    """The items for whose field a test does not hold."""
    condition = _field_test(scope, "rejectattr", attribute, test, arguments)
    return _chosen(scope, "rejectattr", value, condition, holds=False)


def _chosen(
    scope: Scope, name: str, value: object, condition: Callable[[object], bool], *, holds: bool
) -> list[object]:
    return [item for item in a_list(scope, name, value) if condition(item) is holds]


def _test(scope: Scope, test: object, arguments: tuple[object, ...]) -> Callable[[object], bool]:
    function = TESTS[str(test)]  # its name and the number of its arguments are checked when the plan is read
    return lambda item: function(scope, item, *arguments)


def _field_test(
    scope: Scope, name: str, attribute: object, test: object, arguments: tuple[object, ...]
) -> Callable[[object], bool]:
    condition = _test(scope, test, arguments)
    field = (has_field if test in LENIENT else field_of)(name, attribute)
    return lambda item: condition(field(item))
