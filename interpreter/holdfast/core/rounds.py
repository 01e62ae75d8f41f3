"""What a loop's steps look like from outside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from holdfast.core.scope import Scope


@dataclass(slots=True, eq=False)
class Rounds(Sequence[object]):
    """`steps.X` seen from outside the loop that X stands in: its results, one per iteration."""

    id: str
    scopes: list[Scope]
    address: str = ""

    @overload
    def __getitem__(self, index: int) -> object: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[object]: ...
    def __getitem__(self, index: int | slice) -> object:
        if isinstance(index, slice):
            return [scope.results.get(self.id) for scope in self.scopes[index]]
        return self.scopes[index].results.get(self.id)

    def __len__(self) -> int:
        return len(self.scopes)
