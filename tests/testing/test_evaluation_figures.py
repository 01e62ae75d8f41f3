"""Two plans side by side: the exact test, the interval of the difference, and what a lost answer gives later."""

from __future__ import annotations

import math

import pytest

from holdfast.evaluation.comparing import interval, mcnemar, paired
from holdfast.people.statistics.interval import wilson
from holdfast.plan.model.tests import ReplyModel
from holdfast.testing.counterpart import Counterpart


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [(0, 0, 1.0), (0, 1, 1.0), (0, 5, 0.0625), (1, 9, 0.021484375), (9, 1, 0.021484375), (3, 3, 1.0), (0, 15, 2**-14)],
)
def test_the_exact_test_is_the_binomial_distribution(first: int, second: int, p: float) -> None:
    """Twice the tail of a fair coin, at most 1."""
    assert math.isclose(p, mcnemar(first, second))


def test_the_interval_holds_the_difference_and_turns_round_with_the_pairs() -> None:
    """Within -1 and 1, narrower with more pairs, and its mirror when the two change places."""
    for both, first, second, neither in [(8, 0, 3, 1), (36, 12, 2, 0), (0, 0, 5, 0), (10, 0, 0, 0), (1, 4, 4, 1)]:
        of, (low, high) = both + first + second + neither, interval(both, first, second, neither)
        assert -1 <= low <= (second - first) / of <= high <= 1
        turned = interval(both, second, first, neither)
        assert math.isclose(-high, turned[0], abs_tol=1e-12)
        assert math.isclose(-low, turned[1], abs_tol=1e-12)
        tenfold = interval(10 * both, 10 * first, 10 * second, 10 * neither)
        assert tenfold[1] - tenfold[0] < high - low


def test_pairs_that_have_nothing_to_do_with_each_other() -> None:
    """Then it is the interval of two independent shares, whose bounds are squared and added."""
    one, other = wilson(30, 60), wilson(30, 60)
    assert one is not None
    assert other is not None
    low, high = interval(15, 15, 15, 15)
    spread = math.sqrt((one.rate - one.low) ** 2 + (other.high - other.rate) ** 2)
    assert math.isclose(-spread, low)
    assert math.isclose(spread, high)


def test_pairs_are_counted() -> None:
    """Both, only one, only the other, none; of no pairs nothing is said."""
    found = paired([(True, True), (True, False), (False, True), (False, True), (False, False)])
    assert found is not None
    assert (1, 1, 2, 1, 0.2) == (found.both, found.first, found.second, found.neither, found.difference)
    assert paired([]) is None


def test_a_lost_answer_is_the_next_one_of_the_script() -> None:
    """Unless the script says itself what the effect gave."""
    known = ("t.pay", "k")
    other_side = Counterpart({"t.pay": [ReplyModel(error="timeout", effect=True), ReplyModel(returns="R1")]})
    other_side._results[known] = other_side.reply("t.pay", ("r", "pay", 1, ""))
    found = other_side.result(*known)
    assert found is not None
    assert "R1" == found.returns
    said = ReplyModel(error="timeout", effect=True, returns="R0")
    other_side._results[known] = said
    assert said is other_side.result(*known)
