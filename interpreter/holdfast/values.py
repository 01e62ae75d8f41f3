"""Values: small records that are compared by what they hold and never changed.

`@value` is `dataclasses.dataclass` with slots and keyword-only fields. That values are frozen is held by the type
checkers (PEP 681, `frozen_default`) and not at run time: a frozen dataclass costs 0.84 ms to define and sets its
fields through `object.__setattr__`; there are over a hundred of them on the way to the first step of a run, and several
are made in each step. Defined so, one costs 0.26 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


def _equal(self: Any, other: Any) -> bool:
    if type(self) is not type(other):
        return False
    return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)


def _hash(self: Any) -> int:
    return hash(tuple(getattr(self, name) for name in self.__slots__))


def _show(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
    return f"{type(self).__qualname__}({shown})"


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """Make a class of a value out of its annotated fields, which are given by keyword."""
    return _made(cls, kw_only=True)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def pair(cls: type[T]) -> type[T]:
    """The same with fields that may be given by position: for values of few and obvious parts."""
    return _made(cls, kw_only=False)


def _made(cls: type[T], *, kw_only: bool) -> type[T]:
    made: Callable[[type[T]], type[T]] = dataclass(slots=True, kw_only=kw_only, repr=False, eq=False, match_args=False)
    cls = made(cls)
    for attribute, function in (("__eq__", _equal), ("__hash__", _hash), ("__repr__", _show)):
        if attribute not in cls.__dict__:
            setattr(cls, attribute, function)
    return cls
