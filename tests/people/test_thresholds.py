"""Where a rule's threshold would have caught the overrides."""

from __future__ import annotations

import pytest

from holdfast.core.policy import PolicyRule
from holdfast.people.statistics.thresholds import Sample, Threshold, compared, numbers, threshold


def test_the_names_that_a_rule_compares_with_numbers() -> None:
    """Not those it compares with each other or with text."""
    rule = PolicyRule(
        name="r", to="o", when="args.total > 5 and 0.7 <= confidence and tool.name == 'x' and amount > args.b"
    )
    assert ("args.total", "confidence") == compared(rule)
    assert () == compared(PolicyRule(name="r", to="o"))


def test_what_is_no_number_is_no_evidence() -> None:
    """Missing, text or a truth value."""
    names = {"amount": 7, "args": {"a": "x", "b": True, "c": None}}
    assert [("amount", 7.0)] == list(numbers(names, ["amount", "args.a", "args.b", "args.c", "args.d", "confidence"]))


@pytest.mark.parametrize(
    ("overridden", "others", "expected"),
    [
        ([830, 900], [510, 600, 850], (">=", 830, 2, 2, 5)),
        ([0.72], [0.75, 0.8, 0.71], ("<=", 0.72, 1, 2, 4)),
        ([1, 9], [5], None),
        ([], [5], None),
        ([5], [], None),
    ],
)
def test_the_bound_that_spares_the_most(
    overridden: list[float], others: list[float], expected: tuple[str, float, int, int, int] | None
) -> None:
    """All overrides lie within it; where nothing lies outside, it is none."""
    samples = [Sample(one, True) for one in overridden] + [Sample(one, False) for one in others]  # noqa: FBT003
    found = threshold("amount", samples)
    if expected is None:
        assert found is None
        return
    sign, bound, caught, spared, of = expected
    assert found == Threshold(name="amount", sign=sign, bound=bound, caught=caught, spared=spared, of=of)
    assert f"amount {sign} {bound:g}" == found.text
