"""What a corrected run compares with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from holdfast.core.failure import Failure
from holdfast.core.scope import Result

UNKNOWN: Final = object()
"""The value of a fact that nobody knew."""


@dataclass(slots=True, eq=False)
class Memo:
    """What a concluded step made of what, in a run that records what is read; `result`: what it gave."""

    result: Result
    inputs: object
    reads: dict[str, None]


@dataclass(slots=True)
class Version:
    """A fact as it was at one time; `missing`: why it could not be had."""

    value: object
    number: int
    labels: int
    reads: Mapping[str, None]
    confidence: float | None
    missing: Failure | None


@dataclass(slots=True, eq=False)
class Change:
    """A step gave a fact another value: what it was, what it was then, and whether a person has said another since."""

    address: str
    fact: str
    before: Version
    after: Version
    overruled: bool = False

    @property
    def made(self) -> str:
        """The version it made, as those that read it know it."""
        return f"facts.{self.fact}@{self.after.number}"

    @property
    def found(self) -> str:
        """The version that it met."""
        return f"facts.{self.fact}@{self.before.number}"
