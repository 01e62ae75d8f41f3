"""What expressions of a plan see: names, and the results of the steps declared around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from holdfast.plan.program import Step


@dataclass(slots=True, eq=False)
class Result(Mapping[str, object]):
    """What became of a step, as expressions see it under `steps.X`. `holds`: pending operations its output rests on."""

    status: str
    output: object = None
    error: Mapping[str, object] | None = None
    attempts: int = 1
    via: str = ""
    confidence: float | None = None
    holds: Sequence[str] = ()
    labels: int = 0
    address: str = ""
    partial: object = None

    def __getitem__(self, name: str) -> object:
        if name not in RESULT_FIELDS:
            raise KeyError(name)
        return getattr(self, name)

    def __iter__(self) -> Iterator[str]:
        return iter(RESULT_FIELDS)

    def __len__(self) -> int:
        return len(RESULT_FIELDS)


RESULT_FIELDS = ("output", "status", "error", "attempts", "via", "confidence", "partial")


@dataclass(slots=True, eq=False)
class Scope:
    """Names and results visible to a stretch of a plan.

    `declared`: ids of the steps whose results live here; None: nothing does, results go to the enclosing scope.
    """

    parent: Scope | None
    declared: AbstractSet[str] | Mapping[str, Step] | None
    names: dict[str, object] = field(default_factory=dict)
    results: dict[str, object] = field(default_factory=dict)

    def home(self) -> Scope:
        """The nearest scope that holds results."""
        scope = self
        while scope.declared is None and scope.parent is not None:
            scope = scope.parent
        return scope
