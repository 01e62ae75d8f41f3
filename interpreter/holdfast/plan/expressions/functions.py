"""The functions of the language: pure, of their arguments only. There is no clock: `now` is a name."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from holdfast.errors import HoldfastError
from holdfast.plan.expressions import limits
from holdfast.plan.expressions.arguments import a_number, a_string, an_integer
from holdfast.plan.expressions.errors import Fault
from holdfast.plan.expressions.filters import lists
from holdfast.plan.expressions.text import as_json
from holdfast.plan.expressions.values import MISSING, kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from holdfast.plan.expressions.scope import Scope

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def numbers_range(scope: Scope, _: object, start: object, stop: object = None, step: object = 1) -> list[int]:
    """`range(stop)` or `range(start, stop, step)`: at most 10,000 integers; `stop` is not among them."""
    large = limits.INTEGER
    first, last = (0, start) if stop is None else (start, stop)
    by = an_integer("range", step, -large, large)
    if by == 0:
        raise Fault("value", "`range` needs a step other than 0")
    result = range(an_integer("range", first, -large, large), an_integer("range", last, -large, large), by)
    if (result.stop - result.start) // by > limits.RANGE:
        raise Fault("limit", f"`range` gives at most {limits.RANGE} integers")
    scope.spend(len(result))
    return list(result)


def least(scope: Scope, _: object, *values: object) -> object:
    """The least of its arguments, or of the items of a list."""
    return _extreme("min", lists.minimum(scope, _choices(values), True))  # noqa: FBT003 - as written


def greatest(scope: Scope, _: object, *values: object) -> object:
    """The greatest of its arguments, or of the items of a list."""
    return _extreme("max", lists.maximum(scope, _choices(values), True))  # noqa: FBT003 - as written


def _choices(values: tuple[object, ...]) -> object:
    return values[0] if len(values) == 1 else list(values)


def _extreme(name: str, value: object) -> object:
    if value is MISSING:
        raise Fault("undefined", f"`{name}` of nothing")
    return value


def length(scope: Scope, _: object, value: object) -> int:
    """How many items, entries or characters."""
    return lists.length(scope, value)


def timestamp(scope: Scope, _: object, iso: object) -> float:
    """Seconds since 1970 of an ISO 8601 time; without a zone it is UTC."""
    text = a_string(scope, "timestamp", iso)
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise Fault("value", "`timestamp` needs a time such as 2026-12-01T08:00:00Z, got {}", iso) from None


def isoformat(_: Scope, __: object, seconds: object) -> str:
    """The ISO 8601 time, in UTC, of seconds since 1970."""
    number = a_number("isoformat", seconds)
    try:
        moment = _EPOCH + timedelta(seconds=number)
    except OverflowError:
        raise Fault("value", "`isoformat`: {} is not in the years 1 to 9999", seconds) from None
    return moment.isoformat().replace("+00:00", "Z")


def duration(scope: Scope, _: object, text: object) -> float:
    """Seconds of a duration such as `5m`, `1h30m` or `PT5M`."""
    from holdfast.plan.durations import parse_duration

    try:
        return float(parse_duration(a_string(scope, "duration", text)))
    except (ValueError, HoldfastError):
        raise Fault("value", "`duration` needs one such as 500ms, 5m, 1h30m or PT5M, got {}", text) from None


def short_hash(scope: Scope, _: object, value: object) -> str:
    """16 hex digits that stay the same for the same data (BLAKE2b of the text, or of canonical JSON)."""
    text = a_string(scope, "hash", value) if kind(value) == "string" else as_json(scope, value, sort_keys=True)
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()


FUNCTIONS: Final[Mapping[str, Callable[..., object]]] = {
    "duration": duration,
    "hash": short_hash,
    "isoformat": isoformat,
    "len": length,
    "max": greatest,
    "min": least,
    "range": numbers_range,
    "timestamp": timestamp,
}
"""Their second parameter is unused, so that filters, tests and functions are called and checked in one way."""
