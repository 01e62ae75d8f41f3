"""Values as plain JSON data: what the journal can keep.

`plain` copies, so neither a tool that changes its arguments nor one that goes on changing what it returned can reach
what was journaled.
"""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any, Final, cast

DEPTH: Final = 64
"""How deep data may be nested: beyond it readers of JSON give up."""

LARGEST: Final = 10**4000
"""Whole numbers beyond this cannot be written as text (Python's own limit is 4,300 digits)."""

_BASES: Final[tuple[Any, ...]] = (str, int, float, list, tuple)
"""Subclasses of these count as these: numpy's float64 as a float, a named tuple as a list."""

_AS_TEXT: Final = (date, time, timedelta, PurePath)


class NotData(ValueError):
    """A value that JSON cannot hold.

    Args:
        reason: the end of a sentence: `is a set, ...`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = ""

    def within(self, part: str) -> NotData:
        """The same, seen from the value that holds this one under `part`."""
        self.path = part + self.path
        return self

    def __str__(self) -> str:
        return f"{self.path or 'it'} {self.reason}"


def plain(value: object, depth: int = 0) -> object:
    """A copy of `value` as plain JSON data: dict with text keys, list, str, int, float, bool, None.

    Dataclasses, pydantic models, enums, dates, times, Decimal, UUID and paths become what pydantic makes of them.

    Raises:
        NotData: sets, bytes, other objects, NaN and infinity, lone surrogates, keys that are not text, cycles and
            nesting deeper than `DEPTH`.
    """
    convert = _BY_TYPE.get(type(value))
    return convert(value, depth) if convert else plain(_reduced(value), depth + 1)


def _same(value: object, _depth: int) -> object:
    return value


def _text(value: str, _depth: int) -> object:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise NotData("holds half a character (a lone surrogate), which is not text") from None
    return value


def _whole(value: int, _depth: int) -> object:
    if not -LARGEST < value < LARGEST:
        raise NotData("is a number of more than 4000 digits")
    return value


def _number(value: float, _depth: int) -> object:
    if not math.isfinite(value):
        raise NotData(f"is {value}, a number that JSON does not have")
    return value


def _list(value: list[object] | tuple[object, ...], depth: int) -> object:
    _check_depth(depth)
    copied: list[object] = []
    for item in value:
        try:
            copied.append(plain(item, depth + 1))
        except NotData as fault:
            raise fault.within(f"[{len(copied)}]") from None
    return copied


def _dict(value: dict[object, object], depth: int) -> object:
    _check_depth(depth)
    copied: dict[str, object] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise NotData(f"has the key `{key!r}`: keys of JSON objects are text")
        try:
            copied[str(_text(str(key), depth))] = plain(item, depth + 1)
        except NotData as fault:
            raise fault.within(f".{key!s:.60}".encode(errors="replace").decode()) from None
    return copied


def _check_depth(depth: int) -> None:
    if depth > DEPTH:
        raise NotData(f"is nested deeper than {DEPTH} levels, or holds itself")


_BY_TYPE: Final[Mapping[type, Callable[..., object]]] = {
    str: _text, int: _whole, float: _number, bool: _same, type(None): _same, list: _list, tuple: _list, dict: _dict,
}  # fmt: skip


def _reduced(value: object) -> object:
    """One step towards plain data, for what is not a plain type itself."""
    if isinstance(value, type):
        raise NotData(f"is the type `{value.__name__}`, not a value")
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if callable(dump := getattr(value, "model_dump", None)):
        return dump(mode="json", by_alias=True)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    if base := next((base for base in _BASES if isinstance(value, base)), None):
        return base(value)
    if isinstance(value, _AS_TEXT) or _is_foreign(value):
        from pydantic_core import to_jsonable_python

        return to_jsonable_python(value)
    name = type(value).__name__
    article = "an" if name[0].lower() in "aeiou" else "a"
    raise NotData(f"is {article} {name}, which JSON does not have{_advice(value)}")


def _is_foreign(value: object) -> bool:
    """Whether it is a UUID or a Decimal, whose modules take milliseconds to load: without them there are none."""
    decimal = sys.modules.get("decimal")
    return type(value).__name__ == "UUID" or (decimal is not None and isinstance(value, decimal.Decimal))


def _advice(value: object) -> str:
    if isinstance(value, set | frozenset):
        return ": return a list (sorted, so that it is the same every time)"
    if isinstance(value, bytes | bytearray | memoryview):
        return ": decode it to text, or keep it in a file and return its path"
    return ""
