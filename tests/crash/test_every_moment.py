"""Killed before and after every write of the journal and every effect: each effect takes place exactly once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.crash.killing import killed_everywhere, killed_from_outside
from tests.crash.scenarios import SCENARIOS
from tests.crash.trial import Lives, Scenario

Told = Callable[[str, object], None]
OUTSIDE = 6
"""Kills from outside at any instant, per scenario; each is followed by another one."""


@pytest.fixture(params=SCENARIOS)
def scenario(request: pytest.FixtureRequest, hastened: Callable[[Path], Path]) -> Scenario:
    """Each scenario, with short pauses."""
    named = SCENARIOS[request.param]
    return replace(named, plan=hastened(named.plan))


def test_killed_at_every_moment(scenario: Scenario, tmp_path: Path, lives: Lives, record_property: Told) -> None:
    """Once killed, once taken over: nothing is lost, nothing doubled, and the run ends as if nothing had been."""
    calm = killed_everywhere(scenario, tmp_path, lives)
    expected = {f"{side} {what}" for side in ("before", "after") for what in (*scenario.effects, "create", "append")}
    assert expected <= {moment for _, moment, _ in calm.moments()}
    assert calm.died > len(expected)
    record_property("kills", calm.died)


def test_killed_again_in_the_takeover(scenario: Scenario, tmp_path: Path, lives: Lives, record_property: Told) -> None:
    """The worker that takes over dies too, on either side of its first append: the third one sets it right."""
    calm = killed_everywhere(scenario, tmp_path, lives, "before append", "after append")
    assert calm.died > len(calm.deaths()) / 2 or scenario.concurrent
    record_property("kills", calm.died)


def test_killed_from_outside_at_any_instant(
    scenario: Scenario, tmp_path: Path, lives: Lives, record_property: Told
) -> None:
    """Also in the middle of a commit, of an effect, of a decision: instants are drawn, not chosen."""
    died = killed_from_outside(scenario, tmp_path, lives, OUTSIDE)
    assert died > 0
    record_property("kills", died)
