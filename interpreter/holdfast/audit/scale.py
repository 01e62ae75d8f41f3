"""Time to scale, with breaks: where nothing happened for long, the picture leaves most of it out and says how long."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from holdfast.values import pair

LONG: Final = 3.0
"""A gap is cut when it takes more than so many times what remains of all the others."""

SHORTEST: Final = 2.0
"""Seconds that are never cut."""

MOST: Final = 8
"""Breaks in one picture."""

CUT: Final = 0.05
"""The part of the picture that a gap which is cut still takes."""


@pair
class Break:
    """A stretch that is left out: where it stands in the picture, and how many seconds it is."""

    at: float
    width: float
    seconds: float


class Scale:
    """Maps moments to places.

    Args:
        moments: all at which something happened.
        width: of the picture.
    """

    def __init__(self, moments: Iterable[float], width: float) -> None:
        points = sorted(set(moments)) or [0.0]
        gaps = [later - earlier for earlier, later in pairwise(points)]
        long = _long(gaps)
        shown = sum(gap for number, gap in enumerate(gaps) if number not in long)
        room = width * (1 - CUT * len(long)) if shown else 0.0
        cut = width * CUT if shown else width / max(1, len(long))
        self._points, self._places = points, [0.0]
        self.breaks: list[Break] = []
        for number, gap in enumerate(gaps):
            place = self._places[-1]
            size = cut if number in long else room * gap / shown
            if number in long:
                self.breaks.append(Break(place, size, gap))
            self._places.append(place + size)

    def __call__(self, moment: float) -> float:
        """Where a moment stands."""
        number = bisect_right(self._points, moment) - 1
        if number < 0:
            return 0.0
        if number >= len(self._points) - 1:
            return self._places[-1]
        part = (moment - self._points[number]) / (self._points[number + 1] - self._points[number])
        return self._places[number] + part * (self._places[number + 1] - self._places[number])

    def moment(self, place: float) -> float:
        """Which moment stands at a place."""
        number = min(max(0, bisect_right(self._places, place) - 1), len(self._points) - 2)
        if number < 0:
            return self._points[0]
        size = self._places[number + 1] - self._places[number]
        part = (place - self._places[number]) / size if size else 1.0
        return self._points[number] + min(1.0, part) * (self._points[number + 1] - self._points[number])


def _long(gaps: list[float]) -> frozenset[int]:
    """The gaps that are cut: the fewest of which each is long beside all that remain together."""
    order = sorted(range(len(gaps)), key=gaps.__getitem__, reverse=True)
    rest = sum(gaps)
    for count, number in enumerate(order[:MOST], start=1):
        rest -= gaps[number]
        if gaps[number] < SHORTEST:
            break
        if rest > 0 and gaps[number] > LONG * rest:
            return frozenset(order[:count])
    return frozenset()
