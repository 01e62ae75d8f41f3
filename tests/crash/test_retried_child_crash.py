"""A plan step that is tried again, killed at every position of its journals: one question, one approval, one effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.crash.killing import AFTER, killed_everywhere
from tests.crash.scenarios import LEDGER, OWN
from tests.crash.trial import Lives, Scenario

RETRIED = Scenario(
    plan=OWN / "retried.yaml", tools=LEDGER, effects={"bank.transfer": 1},
    answers={"sure": ("choose", "yes"), "pay": ("approve", None)},
)  # fmt: skip


def test_a_retried_child_is_killed_at_every_moment(
    tmp_path: Path, lives: Lives, hastened: Callable[[Path], Path], record_property: Callable[[str, object], None]
) -> None:
    """Each trial is judged: children, questions, effects and output are those of the run that nobody disturbed."""
    scenario = replace(RETRIED, plan=hastened(RETRIED.plan))
    calm = killed_everywhere(scenario, tmp_path, lives, sides=AFTER)
    records = calm.records()
    assert records is not None
    assert [("pay", "finance", 0), ("sure", "requester", 0)] == records.asked
    assert [("asked-friend", "failed"), ("asked-friend", "succeeded")] == list(records.family)
    assert {"paid": {"said": "yes", "amount": 6}} == records.row.result["output"]  # type: ignore[index]
    record_property("kills", calm.died)
