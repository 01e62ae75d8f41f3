"""A retry policy as written in Python or TOML, with the words of a plan (2-plan-language 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, cast

from holdfast.core.failure import CODES
from holdfast.diagnostics import did_you_mean
from holdfast.plan.durations import parse_duration
from holdfast.plan.program import Retry


def parse_retry(value: Any) -> Retry:
    """`3`, or a mapping of `attempts`, `delay`, `factor`, `max_delay`, `jitter`, `on`, `never`, `max_elapsed`.

    Raises:
        ValueError: with a sentence that quotes what is wrong.
    """
    if isinstance(value, Retry):
        return value
    if not isinstance(value, Mapping):
        return Retry(attempts=_attempts(value))
    fields: dict[str, Any] = {}
    for key, given in cast("Mapping[str, Any]", value).items():
        if key not in _FIELDS:
            raise ValueError(f"a retry has no `{key}`{did_you_mean(str(key), _FIELDS) or f'; it has {_NAMES}'}")
        fields[key] = _FIELDS[key](given)
    return Retry(**fields)


def _attempts(value: object) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(f"`{value}` is not a number of attempts; it counts all tries, from 1 on")
    return value


def _factor(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 1 <= value <= 1000:  # noqa: PLR2004
        raise ValueError(f"`{value}` is not a factor; write a number from 1 to 1000")
    return float(value)


def _jitter(value: object) -> str:
    if value not in ("none", "full", "equal"):
        raise ValueError(f"`{value}` is not a jitter; write none, full or equal")
    return str(value)


def _codes(value: Any) -> frozenset[str]:
    codes = [value] if isinstance(value, str) else value
    if not isinstance(codes, list | tuple | set | frozenset):
        raise ValueError(f"`{value}` is not a list of error codes")  # noqa: TRY004 - one error for every setting
    codes = cast("Iterable[str]", codes)
    for code in codes:
        if code not in CODES:
            raise ValueError(f"unknown error code `{code}`{did_you_mean(str(code), CODES)}")
    return frozenset(codes)


_FIELDS: Final[Mapping[str, Callable[[Any], object]]] = {
    "attempts": _attempts,
    "delay": parse_duration,
    "factor": _factor,
    "max_delay": parse_duration,
    "jitter": _jitter,
    "on": _codes,
    "never": _codes,
    "max_elapsed": parse_duration,
}
_NAMES: Final = ", ".join(_FIELDS)
