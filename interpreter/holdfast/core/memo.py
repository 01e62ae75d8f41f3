"""What a corrected run compares with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(slots=True, eq=False)
class Memo(Generic[R]):
    """What a concluded step made of what, in a run that records what is read; `result`: what it gave."""

    result: R
    inputs: object
    reads: dict[str, None]
