"""Stored journals of every plan of plans/: whatever changes, those runs decide again what they decided."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from holdfast.core.events import Entry
from holdfast.core.interpreter import Interpreter
from holdfast.core.replay import replay
from holdfast.journal import codec
from holdfast.plan.load import load_source
from holdfast.plan.program import Plan
from tests.histories.record import RUNS, files
from tests.histories.tales import TALES

STORED = sorted(RUNS.glob("*.json"))
WHAT_TO_DO = """

A run that was begun before your change decides otherwise now: {file}, entry {seq}.
  recorded: {recorded}
  decided:  {decided}
Runs that are under way when people upgrade would diverge in the same way. If the change was not meant, mend it. If it
was, let runs that began before it go on as they did: see interpreter/holdfast/core/behaviour.py. Never edit the file.
"""


def stored(file: Path) -> tuple[Plan, list[Entry]]:
    """A history: the plan as it was, and the journal."""
    told = json.loads(file.read_text(encoding="utf-8"))
    items = json.dumps([entry[1:] for entry in told["entries"]]).encode()
    events = codec.decode(items, lambda _: None, told["format"])
    entries = [
        Entry(seq, at, event) for seq, ((at, *_), event) in enumerate(zip(told["entries"], events, strict=True), 1)
    ]
    return load_source(told["source"], told["file"]), entries


@pytest.mark.parametrize("file", STORED, ids=lambda file: file.stem)
def test_a_stored_run_is_decided_again(file: Path) -> None:
    """Every decision, under the plan as it was and the behaviour it began with."""
    plan, entries = stored(file)
    differs = replay(plan, entries).divergence
    if differs is not None:
        said = {"recorded": differs.recorded, "decided": differs.decided}
        pytest.fail(WHAT_TO_DO.format(file=file.name, seq=differs.seq, **said))
    folded = Interpreter.restore(plan, entries)
    assert folded.summary() == replay(plan, entries).interpreter.summary()
    assert folded.state.finished


def test_every_plan_has_a_stored_run() -> None:
    """A plan that is added to plans/ gets a tale and a recorded run: python -m tests.histories.record NAME."""
    folder = Path(__file__).parents[2] / "plans"
    plans = {path.stem for path in [*folder.glob("*.yaml"), *folder.glob("*/*.yaml")] if path.stem != "policy"}
    assert plans == set(TALES) == {name for name in TALES if files(name)}


def test_stored_runs_know_failures_people_and_deaths() -> None:
    """They are worth replaying: retries, fallbacks, answers, lost answers, a killed worker, compensation, facts."""
    kinds = {entry[1] for file in STORED for entry in json.loads(file.read_text(encoding="utf-8"))["entries"]}
    assert {
        "RetryPlanned", "FallbackTaken", "ReviewAnswered", "WorkerTookOver", "CompensationIntended", "FactResolved",
        "PendingSettled", "CallReconciled", "PolicyInForce", "StepSkipped",
    } <= kinds  # fmt: skip
