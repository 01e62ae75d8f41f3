"""A call that kills its worker three times is not tried a fourth time (11-hard-cases 6), with real kills."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.crash.scenarios import LEDGER
from tests.crash.trial import Lives, Scenario, bank

WRITES = {"bank.transfer": "key", "bank.set_limit": "natural", "bank.wire": "check", "bank.cheque": "none"}
MOVE = "{source: savings, target: ada, amount: 10}"


def deadly(folder: Path, tool: str, arguments: str) -> Scenario:
    """A plan of one call, which will kill whoever makes it."""
    plan = folder / "deadly.yaml"
    plan.write_text(
        f"holdfast: 1\nplan: deadly\nsteps:\n  - {{id: call, tool: {tool}, with: {arguments}, retry: 1}}\n"
        'output: {of: "{{ steps.call.status }}"}\n'
    )
    natural = frozenset(name for name, strategy in WRITES.items() if strategy == "natural")
    return Scenario(plan=plan, tools=LEDGER, effects={tool: 1}, doubtful=WRITES.get(tool) == "none", natural=natural)


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("tool", [tool for tool in WRITES if tool != "bank.cheque"])
def test_a_write_that_kills_three_workers_is_put_to_a_person(
    tmp_path: Path, lives: Lives, tool: str, side: str
) -> None:
    """Its outcome is unknown by then, whatever its strategy; the truthful answer ends the run with one effect."""
    arguments = "{account: savings, daily: 500}" if tool == "bank.set_limit" else MOVE
    trial = bank(deadly(tmp_path, tool, arguments), tmp_path / "run", lives)
    # A check that finds the effect ends the matter at the first takeover; so the check itself has to be deadly.
    deadly_check = WRITES[tool] == "check"
    moments = [f"{side} {tool}", *[f"before check {tool}" if deadly_check else f"{side} {tool}"] * 2]
    for moment in moments:
        assert trial.live(die=moment)[1] is None

    _, result = trial.live()
    assert result is not None
    assert "waiting" == result["status"]
    records = trial.records()
    assert records is not None
    (review,) = records.reviews
    assert ("unknown", tool) == (review.review.kind, review.review.tool)
    assert {"key": "local:deadly:t:call", "attempts": 1, "takeovers": 3} == {
        name: review.review.context[name]  # type: ignore[index]
        for name in ("key", "attempts", "takeovers")
    }
    assert (1 if deadly_check else 3) == sum(trial.attempts().values())

    happened = Counter(trial.world.effects())
    assert {"call"} == trial.be_asked()
    _, result = trial.live()
    assert result is not None
    assert ("succeeded", {"of": "succeeded"}) == (result["status"], result["output"])
    assert {(tool, "local:deadly:t:call")} == set(trial.world.effects())
    assert (happened or trial.world.effects()) == trial.world.effects(), "an answer of `happened` repeats nothing"


def test_a_read_that_kills_three_workers_fails(tmp_path: Path, lives: Lives) -> None:
    """A read has no effect that anybody would have to know of: it fails with `internal`, and the run with it."""
    trial = bank(deadly(tmp_path, "sensor.read", "{}"), tmp_path / "run", lives)
    for _ in range(3):
        # Once its intent is committed: a read begins meanwhile, and one that is not on record yet was never begun.
        assert trial.live(die="after append")[1] is None
    before = len(trial.moments())
    _, result = trial.live()
    assert result is not None
    assert ("failed", "internal") == (result["status"], result["error"]["code"])
    assert "interrupted 3 times" in result["error"]["message"]
    assert "before sensor.read" not in [moment for _, moment, _ in trial.moments()[before:]]


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_write_without_a_strategy_is_put_to_a_person_at_once(tmp_path: Path, lives: Lives, side: str) -> None:
    """After the first death already, and again after each repeat that a person ordered; never tried by itself."""
    trial = bank(deadly(tmp_path, "bank.cheque", MOVE), tmp_path / "run", lives)
    result = trial.to_the_end([f"{side} bank.cheque", None, f"{side} bank.cheque", None])
    assert "succeeded" == result["status"]
    assert {("bank.cheque", "local:deadly:t:call"): 1} == trial.world.effects()
    ordered = sum(trial.told.values())
    assert (2 if side == "before" else 0) == ordered
    assert 1 + ordered == sum(trial.attempts().values())


def test_nobody_is_asked_twice_however_often_a_parked_run_is_resumed(tmp_path: Path, lives: Lives) -> None:
    """The review of an unknown outcome stays one, over resumes and deaths, until it is answered."""
    trial = bank(deadly(tmp_path, "bank.cheque", MOVE), tmp_path / "run", lives)
    trial.live(die="after bank.cheque")
    for die in (None, "after acquire", None, "before release", None):
        trial.live(die=die)
    records = trial.records()
    assert records is not None
    assert 1 == len(records.reviews)
    assert 1 == sum(trial.attempts().values())
    assert "succeeded" == trial.to_the_end()["status"]
    assert 1 == sum(trial.world.effects().values())
