"""Filters on numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from holdfast.plan.expressions.arguments import a_number, an_integer
from holdfast.plan.expressions.errors import Fault
from holdfast.plan.expressions.scope import checked
from holdfast.plan.expressions.values import MISSING, kind

if TYPE_CHECKING:
    from holdfast.plan.expressions.scope import Scope

_LONGEST = 64
"""Characters of a number in a text."""


def absolute(_: Scope, value: object) -> object:
    """A number without its sign."""
    return checked(abs(a_number("abs", value)))


def round_off(_: Scope, value: object, precision: object = 0, method: object = "common") -> object:
    """Round to `precision` digits; `method` is `common` (halves to even), `ceil` or `floor`. An integer stays one."""
    number = a_number("round", value)
    digits = an_integer("round", precision, -30, 30)
    if method not in {"common", "ceil", "floor"}:
        raise Fault("value", "`round` has the methods common, ceil and floor, not {}", method)
    if isinstance(number, int) and digits >= 0:
        return number
    try:
        if method == "common":
            return checked(round(number, digits))
        scaled = checked(number * 10.0**digits)
        return checked((math.ceil if method == "ceil" else math.floor)(scaled) / 10.0**digits)
    except OverflowError:
        raise Fault("limit", "`round`: {} is too large for that precision", value) from None


def to_int(_: Scope, value: object, default: object = MISSING) -> object:
    """A number without its fraction, also from a text. What is no number gives `default`, or an error."""
    number = _parsed(value)
    if number is None:
        return _otherwise("int", value, default)
    return checked(int(number))


def to_float(_: Scope, value: object, default: object = MISSING) -> object:
    """A number with a fraction, also from a text. What is no number gives `default`, or an error."""
    number = _parsed(value)
    if number is None:
        return _otherwise("float", value, default)
    return checked(float(checked(number)))


def _parsed(value: object) -> int | float | None:
    found = kind(value)
    if found in {"number", "boolean"} and isinstance(value, (int, float)):
        return checked(value)
    if found == "string":
        return _from_text(str(value).strip())
    return None


def _from_text(text: str) -> int | float | None:
    if len(text) > _LONGEST or not text.isascii() or "_" in text:
        return None
    for convert in (int, float):
        try:
            number = convert(text)
        except ValueError:
            continue
        return number if math.isfinite(number) else None
    return None


def _otherwise(name: str, value: object, default: object) -> object:
    if default is MISSING:
        raise Fault("value", f"`{name}` finds no number in {{}}; `{name}(default=0)` would give 0", value)
    return default
