"""What runs of cases come to, in figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from holdfast.evaluation.comparing import Paired, paired
from holdfast.people.statistics.interval import Share, quantile, wilson
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.evaluation.evaluate import Done


@value
class Figures:
    """One variant over all cases.

    Args:
        passed: the successes among all runs, with the interval.
        calls, cost, tokens, reviews: of one run, on average.
        seconds: of one run, on average; `slowest`: what one in twenty takes at least.
    """

    passed: Share
    calls: float
    cost: float
    tokens: float
    reviews: float
    seconds: float
    slowest: float


def figures(runs: Sequence[Done]) -> Figures:
    """The figures of at least one run."""
    share, count = wilson(sum(one.passed for one in runs), len(runs)), len(runs)
    assert share is not None  # noqa: S101 - there are runs
    return Figures(
        passed=share,
        calls=sum(one.calls for one in runs) / count,
        cost=sum(one.cost for one in runs) / count,
        tokens=sum(one.tokens for one in runs) / count,
        reviews=sum(one.reviews for one in runs) / count,
        seconds=sum(one.seconds for one in runs) / count,
        slowest=quantile([one.seconds for one in runs], 0.95) or 0.0,
    )


@value
class Changed:
    """A case that two variants do not do alike: how often each passed, of how often, and why the worse one failed."""

    case: str
    place: str
    first: int
    second: int
    of: int
    why: str


def changed(first: Sequence[Done], second: Sequence[Done]) -> list[Changed]:
    """The cases in which two variants differ, in their order."""
    mine, theirs = _by_case(first), _by_case(second)
    found: list[Changed] = []
    for name, runs in mine.items():
        others = theirs[name]
        passed, theirs_passed = sum(one.passed for one in runs), sum(one.passed for one in others)
        if passed != theirs_passed:
            worse = runs if passed < theirs_passed else others
            why = next(one.faults[0] for one in worse if not one.passed)
            found.append(
                Changed(case=name, place=runs[0].place, first=passed, second=theirs_passed, of=len(runs), why=why)
            )
    return found


def compared(first: Sequence[Done], second: Sequence[Done]) -> Paired | None:
    """Two variants, pair by pair: the same case, in the same world."""
    return paired((one.passed, other.passed) for one, other in zip(first, second, strict=True))


def _by_case(runs: Sequence[Done]) -> Mapping[str, list[Done]]:
    found: dict[str, list[Done]] = {}
    for one in runs:
        found.setdefault(one.case, []).append(one)
    return found
