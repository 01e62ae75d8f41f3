"""How far a share that was counted can be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Final

from holdfast.values import value

Z95: Final = 1.959963984540054
"""The standard normal distribution's 97.5 % quantile: for an interval of 95 %."""


@value
class Share:
    """So many of so many, and the interval in which the true share lies with 95 % confidence."""

    count: int
    of: int
    rate: float
    low: float
    high: float


def wilson(count: int, of: int, z: float = Z95) -> Share | None:
    """A share with its Wilson score interval; None where there is nothing to count.

    With n trials and the observed share p, its bounds are (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n). Unlike
    the usual ± it is right for few trials and for shares of 0 and 1.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927), 209-212.

    Args:
        count: how often it happened, from 0 to `of`.
        of: how often it could have.
        z: quantile of the standard normal distribution.
    """
    if of == 0:
        return None
    p, z2 = count / of, z * z
    middle = p + z2 / (2 * of)
    spread = z * sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    whole = 1 + z2 / of
    low, high = max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)
    return Share(count=count, of=of, rate=p, low=0.0 if count == 0 else low, high=1.0 if count == of else high)


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest of the values that at least this share of them does not exceed (nearest rank); None without any."""
    if not values:
        return None
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * share // 1))
    return ordered[int(rank) - 1]
