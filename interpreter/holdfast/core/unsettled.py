"""Results that may not be read yet: their effect took place, and nothing has confirmed it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import overload

from holdfast.core.rounds import Rounds
from holdfast.core.scope import Result


class Unsettled(Exception):
    """An expression read the output of a step whose pending operation is open; `operation`: its name."""

    def __init__(self, operation: str) -> None:
        super().__init__(operation)
        self.operation = operation


def settled(result: object, pending: Container[str]) -> object:
    """What `steps.X` stands for, for a reader who waits for outputs that rest on pending operations."""
    if isinstance(result, Rounds):
        return SettledRounds(result, pending)
    if isinstance(result, Result):
        operation = next((held for held in result.holds if held in pending), None)
        return result if operation is None else Withheld(result, operation)
    return result


class Withheld(Mapping[str, object]):
    """A result whose output may not be read yet."""

    __slots__ = ("_operation", "_result")

    def __init__(self, result: Result, operation: str) -> None:
        self._result, self._operation = result, operation

    def __getitem__(self, name: str) -> object:
        if name == "output":
            raise Unsettled(self._operation)
        return self._result[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._result)

    def __len__(self) -> int:
        return len(self._result)


class SettledRounds(Sequence[object]):
    """The results of a loop, one per iteration."""

    __slots__ = ("_pending", "_rounds")

    def __init__(self, rounds: Rounds, pending: Container[str]) -> None:
        self._rounds, self._pending = rounds, pending

    @overload
    def __getitem__(self, index: int) -> object: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[object]: ...
    def __getitem__(self, index: int | slice) -> object:
        found = self._rounds[index]
        if isinstance(index, slice):
            return [settled(one, self._pending) for one in found]  # type: ignore[attr-defined]
        return settled(found, self._pending)

    def __len__(self) -> int:
        return len(self._rounds)
