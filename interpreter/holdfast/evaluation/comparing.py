"""Two plans over the same cases: what a difference in their success rates is worth."""

from __future__ import annotations

from collections.abc import Iterable
from math import comb, sqrt

from holdfast.people.statistics.interval import wilson
from holdfast.values import value


@value
class Paired:
    """Two series of trials, pair by pair.

    Args:
        both, first, second, neither: in how many pairs both passed, only one of them, none.
        difference: the second one's rate less the first one's.
        low, high: where it lies with 95 % confidence.
        p: how often chance alone gives a difference as large or larger, if there is none (exact McNemar test).
    """

    both: int
    first: int
    second: int
    neither: int
    difference: float
    low: float
    high: float
    p: float


def paired(pairs: Iterable[tuple[bool, bool]]) -> Paired | None:
    """What pairs of trials say; None: there are none."""
    listed = list(pairs)
    if not listed:
        return None
    both = sum(1 for one, other in listed if one and other)
    first = sum(1 for one, other in listed if one and not other)
    second = sum(1 for one, other in listed if other and not one)
    neither = len(listed) - both - first - second
    low, high = interval(both, first, second, neither)
    return Paired(
        both=both, first=first, second=second, neither=neither, difference=(second - first) / len(listed),
        low=low, high=high, p=mcnemar(first, second),
    )  # fmt: skip


def mcnemar(first: int, second: int) -> float:
    """The two-sided exact p of so many pairs in which only the one, and only the other passed.

    Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947), 153-157, with the binomial distribution itself.
    """
    of = first + second
    tail = sum(comb(of, count) for count in range(min(first, second) + 1))
    return min(1.0, tail / 2 ** (of - 1)) if of else 1.0


def interval(both: int, first: int, second: int, neither: int) -> tuple[float, float]:
    """The 95 % interval of the second rate less the first.

    Source: R. G. Newcombe, "Improved confidence intervals for the difference between binomial proportions based on
    paired data", Statistics in Medicine 17 (1998), 2635-2650, method 10.
    """
    of = both + first + second + neither
    a, b = wilson(both + second, of), wilson(both + first, of)
    assert a is not None  # noqa: S101 - there are pairs
    assert b is not None  # noqa: S101 - there are pairs
    tied = _correlation(both, second, first, neither)
    down, up = (a.rate - a.low, b.high - b.rate), (b.rate - b.low, a.high - a.rate)
    difference = a.rate - b.rate
    return max(-1.0, difference - _spread(*down, tied)), min(1.0, difference + _spread(*up, tied))


def _spread(one: float, other: float, tied: float) -> float:
    return sqrt(max(0.0, one * one - 2 * tied * one * other + other * other))


def _correlation(both: int, only: int, other: int, neither: int) -> float:
    """How far the two go together, with Newcombe's correction for few pairs."""
    margins = (both + only) * (other + neither) * (both + other) * (only + neither)
    if margins == 0:
        return 0.0
    cross, half = both * neither - only * other, (both + only + other + neither) / 2
    return (max(cross - half, 0.0) if cross > 0 else cross) / sqrt(margins)
