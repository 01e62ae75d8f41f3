"""Two runs side by side: where they part, and what came of each."""

from __future__ import annotations

import pytest

from holdfast.afterwards.comparison import Row, compared
from holdfast.core.events import ReviewAnswered, ReviewSettled
from tests.afterwards.told import chronicle
from tests.histories.tales import TALES


@pytest.mark.parametrize("name", TALES)
def test_a_run_does_not_differ_from_itself(name: str) -> None:
    """All of its entries are shared."""
    known = chronicle(name)
    found = compared(known, chronicle(name))
    assert (False, True, len(known.entries), ()) == (found.differ, found.same_plan, found.shared, found.rows)


def test_a_run_beside_its_own_beginning() -> None:
    """What came in last, what was decided from it, who said it, and how it ended."""
    found = compared(chronicle("approval"), chronicle("approval", until=3))
    assert (True, 3) == (found.differ, found.shared)
    assert found.observation is not None
    assert ("pay", None) == (found.observation.address, found.observation.right)
    assert isinstance(found.observation.left and found.observation.left.event, ReviewAnswered)
    assert found.decision is not None
    assert isinstance(found.decision.left and found.decision.left.event, ReviewSettled)
    assert Row("person", "pay", "ana: reject", None) in found.rows
    assert Row("status", "", "succeeded", "not over") in found.rows
    assert Row("effect", "pay/pay_part: bank.transfer", "took place", None) in found.rows
    assert Row("step", "pay", "done via pay_part", "under way") in found.rows


def test_runs_of_different_plans() -> None:
    """Another text is said to be another plan; inputs are compared by name."""
    found = compared(chronicle("saga"), chronicle("polling"))
    assert (False, 0) == (found.same_plan, found.shared)
    assert Row("input", "car", "convertible", None) in found.rows
    assert {"figure", "input", "step", "effect", "status", "error", "output"} == {row.about for row in found.rows}
