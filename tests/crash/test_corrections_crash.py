"""A run that was corrected leaves the world as one that knew the right value from the start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.events import FactsCorrected, StepsInvalidated
from tests.crash.scenarios import SCENARIOS
from tests.crash.trial import Lives, Trial, bank, undisturbed


def _standing(trial: Trial) -> tuple[dict[str, float], Counter[str]]:
    """What every account holds in the end, and what is reserved and was not released."""
    rows: Any = trial.world.state()
    held = [trial.world.value(effect) for effect in trial.world.effects() if effect[0] == "trip.reserve"]
    released = [trial.world.value(effect) for effect in trial.world.effects() if effect[0] == "trip.release"]
    rooms: list[Any] = [room for room in held if room["reservation"] not in released]  # type: ignore[index]
    return {name: balance for name, balance, _ in rows if balance}, Counter(room["kind"] for room in rooms)


@pytest.mark.parametrize("name", ["corrections", "corrections, answers lost"])
def test_what_stands_is_what_the_right_value_would_have_made(
    name: str, tmp_path: Path, lives: Lives, hastened: Callable[[Path], Path]
) -> None:
    """Killed at any moment the world is as undisturbed (`test_every_moment`); undisturbed it is as never mistaken."""
    scenario = replace(SCENARIOS[name], plan=hastened(SCENARIOS[name].plan))
    made = {"trip.reserve": 1, "bank.transfer": 5, "bank.wire": 1}
    right = bank(replace(scenario, corrections={}, inputs={"house": "inn"}, effects=made), tmp_path / "right", lives)
    wrong = bank(scenario, tmp_path / "wrong", lives)
    knew, learned = undisturbed(right), undisturbed(wrong)
    assert _standing(right) == _standing(wrong)
    assert knew["output"] == learned["output"]
    records = wrong.records()
    assert records is not None
    said = [entry.event for entry in records.entries if isinstance(entry.event, FactsCorrected | StepsInvalidated)]
    assert ["FactsCorrected", "StepsInvalidated"] == [type(event).__name__ for event in said]
