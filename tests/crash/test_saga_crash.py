"""Ten systems, killed at every moment: each account stands in a run that succeeded, or was closed exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.crash.killing import AFTER, Trials, killed_everywhere, killed_from_outside
from tests.crash.scenarios import PLANS
from tests.crash.trial import Lives, Records, Scenario, Trial
from tests.crash.worlds import Systems
from tests.plans.stage import service

FOLDER = PLANS / "account-provisioning"
STORY = Scenario(
    plan=FOLDER / "account-provisioning.yaml",
    tools=FOLDER / "tools" / "accounts.py",
    inputs={"login": "ada", "apps": ["wiki"]},
    effects={"accounts.open": 7, "payroll.enrol": 1, "letters.send": 1},
    natural=frozenset({"payroll.remove"}),
    concurrent=True,
)
# The letter is refused at the very end; the mailbox is locked, so that a person has to say `retry`.
TO_THE_END_AND_BACK = {"POST /letters": [{"status": 422, "times": 99}], "DELETE /mail/*": [{"status": 423}]}
# The car park is full, the badge goes back; then payroll's answer and the wiki's are lost.
BY_BUS = {
    "POST /parking/*": [{"status": 409, "times": 99}],
    "POST /payroll/*": [{"drop_after": True}],
    "POST /wiki/*": [{"drop_after": True}],
}
# One of three branches fails while the others are at it: they are stopped, and undone in part by the join.
ONE_BRANCH = {"POST /payroll/*": [{"slow": 0.02, "status": 422, "times": 99}], "DELETE /*": [{"drop_after": True}]}


@dataclass
class Saga(Trial):
    """A run of which it is a matter of chance how far it came, and not what it left."""

    def judge(self, result: Mapping[str, Any], calm: Mapping[str, Any]) -> None:
        """As of any trial; but the lock on the mailbox is gone when the process died of hearing of it."""
        records = self.records()
        assert records is not None
        assert records.asked in ([], calm["asked"]), "somebody was asked twice"
        super().judge(result, {**calm, "asked": records.asked})

    def _judge_world(self, calm: Mapping[str, Any]) -> None:
        assert isinstance(self.world, Systems)
        twice = {effect for effect, count in self.world.effects().items() if count > 1}
        assert set() == twice, "an account was opened twice, or closed twice"
        assert [] == self.world.refused(), "something was closed that was not there"
        assert calm["state"] == self.world.state()
        for account, opened, closings in self.world.accounts():
            assert closings == (0 if opened else 1), account

    def _judge_result(self, result: Mapping[str, Any], records: Records, calm: Mapping[str, Any]) -> None:
        super()._judge_result(result, records, calm)
        assert [] == result["notes"]
        undone = {key for (tool, key), row in records.ledger.items() if row.state == "compensated"}
        assert {key for tool, key in self.world.effects() if key.endswith("~undo")} == {f"{key}~undo" for key in undone}


@pytest.fixture
def systems(tmp_path: Path) -> Iterator[Callable[[Mapping[str, Any]], Trials]]:
    """Makes trials at ten systems in which nobody is before each, and the same lies ahead."""
    db = tmp_path / "systems.db"
    with service(FOLDER / "service.py", db) as url:
        world = Systems(url, db, "ACCOUNTS_URL", {})

        def trial(faults: Mapping[str, Any], *about: Any) -> Trial:
            world.forget()
            assert httpx.post(f"{url}/admin/faults", json={"clear": True, **faults}).is_success
            return Saga(*about, world)

        yield lambda faults: lambda scenario, folder, lives: trial(faults, scenario, folder, lives)


@pytest.fixture
def story(hastened: Callable[[Path], Path]) -> Scenario:
    """The plan as it is, with short pauses."""
    return replace(STORY, plan=hastened(STORY.plan))


def test_a_saga_killed_at_every_moment_undoes_everything(
    story: Scenario, systems: Any, tmp_path: Path, lives: Lives, record_property: Callable[[str, object], None]
) -> None:
    """Nine effects forth and eight back, a person in between: nothing stands, nothing was closed twice."""
    failing = replace(story, status="failed", answers={"desk/office/mailbox~undo": ("retry", None)})
    calm = killed_everywhere(failing, tmp_path, lives, trials=systems(TO_THE_END_AND_BACK), sides=AFTER)
    seen = {moment for _, moment, _ in calm.moments()}
    assert {"after accounts.close", "after payroll.remove", "after answer"} <= seen
    record_property("kills", calm.died)


def test_a_saga_killed_at_any_instant_finds_another_way(
    story: Scenario, systems: Any, tmp_path: Path, lives: Lives
) -> None:
    """A block undone halfway for its alternative, answers lost: one account in each system but one stands."""
    assert killed_from_outside(story, tmp_path, lives, 6, trials=systems(BY_BUS)) > 0


def test_a_saga_killed_at_any_instant_while_branches_stop(
    story: Scenario, systems: Any, tmp_path: Path, lives: Lives
) -> None:
    """However far each branch had come, and whoever undid it: nothing stands."""
    failing = replace(story, status="failed")
    assert killed_from_outside(failing, tmp_path, lives, 6, trials=systems(ONE_BRANCH)) > 0
