"""Several processes and one run: one of them has it, at every moment (real programs, stopped and killed)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.events import WorkerTookOver
from tests.crash.scenarios import LEDGER, PLANS, SCENARIOS
from tests.crash.trial import Scenario, Trial, bank
from tests.crash.victim import Job

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
TWO_PAYMENTS = """
holdfast: 1
plan: two-payments
defaults: {timeout: 1m, retry: {attempts: 3, delay: 2ms}}
steps:
  - {id: first, tool: bank.transfer, with: {source: savings, target: ada, amount: 10}}
  - {id: second, tool: bank.wire, with: {source: savings, target: ben, amount: 20}}
output: "{{ [steps.first.output.reference, steps.second.output.reference] }}"
"""


class Worker:
    """A victim as a program of its own. `moments`: what the witness saw of it."""

    def __init__(self, trial: Trial, **how: Any) -> None:
        job: Job = trial.job(durability="power", **how)
        command = [sys.executable, "-m", "tests.crash.victim", job.to_json()]
        self._trial = trial
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def moments(self) -> list[str]:
        return [moment for process, moment, _ in self._trial.moments() if process == self.process.pid]

    def until_stopped(self) -> None:
        """Wait until it has put itself to sleep."""
        until(lambda: os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT), "its sleep")

    def wake(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def result(self) -> dict[str, Any]:
        said, _ = self.process.communicate(timeout=PATIENCE)
        assert 0 == self.process.returncode
        result: dict[str, Any] = json.loads(said)
        return result


def until(holds: Callable[[], object], what: str) -> None:
    """Look until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.005)


@contextmanager
def workers(trial: Trial, *hows: dict[str, Any]) -> Iterator[list[Worker]]:
    """Workers on one run, all begun at once; none is left behind."""
    begun = [Worker(trial, **how) for how in hows]
    try:
        yield begun
    finally:
        for worker in begun:
            if worker.process.poll() is None:
                worker.process.kill()
            worker.process.communicate()


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    """Two payments, one by key and one by check."""
    plan = tmp_path / "two-payments.yaml"
    plan.write_text(TWO_PAYMENTS)
    scenario = Scenario(plan=plan, tools=LEDGER, effects={"bank.transfer": 1, "bank.wire": 1})
    return bank(scenario, tmp_path / "run", _nobody)


def _nobody(_job: Job) -> tuple[int, str]:
    raise AssertionError("here, workers are programs")


def agreed(trial: Trial, *results: dict[str, Any]) -> None:
    """All workers tell the same, and the world holds each effect once."""
    for result in results:
        assert results[0] == result
        assert ("succeeded", results[0]["run"]) == (result["status"], result["run"])
    assert trial.scenario.effects == {tool: count for (tool, _), count in trial.world.effects().items()}


def called(worker: Worker) -> list[str]:
    """Tools that this worker began to call."""
    return [one for one in worker.moments() if one.startswith("before ") and "." in one]


@pytest.mark.parametrize("moment", ["before create", "after create"])
def test_the_same_task_at_the_same_moment_is_one_run(trial: Trial, moment: str) -> None:
    """Two programs are asked for the same plan and task: both wait at a moment, and are let go together."""
    with workers(trial, *[{"die": moment, "how": "SIGSTOP"}] * 2) as (one, other):
        one.until_stopped()
        other.until_stopped()
        one.wake()
        other.wake()
        agreed(trial, one.result(), other.result())
        assert ["before bank.transfer", "before bank.wire"] == called(one) + called(other)
        assert [] in (called(one), called(other))


def test_a_sleeping_owner_keeps_its_run(trial: Trial) -> None:
    """A stopped process is slow, not dead: another one asks for the run again and again, and does not get it."""
    with workers(trial, {"die": "before bank.transfer", "how": "SIGSTOP"}) as (owner,):
        owner.until_stopped()
        with workers(trial, {}) as (other,):
            until(lambda: other.moments().count("after acquire") >= 3, "three requests for the run")
            assert "before append" not in other.moments()
            assert {} == trial.world.effects()
            owner.wake()
            agreed(trial, owner.result(), other.result())
            assert [] == called(other)


def test_a_killed_owner_loses_its_run_at_once(trial: Trial) -> None:
    """Who waits for the run has it as soon as its owner is dead: no lease has to run out."""
    with workers(trial, {"die": "after bank.transfer", "how": "SIGSTOP"}) as (owner,):
        owner.until_stopped()
        with workers(trial, {}) as (other,):
            until(lambda: "after acquire" in other.moments(), "a request for the run")
            owner.process.kill()
            killed = time.monotonic()
            until(lambda: "after append" in other.moments(), "the takeover")
            assert time.monotonic() - killed < 3.0
            agreed(trial, other.result())
            records = trial.records()
            assert records is not None
            assert 1 == sum(isinstance(entry.event, WorkerTookOver) for entry in records.entries)


def test_a_fenced_worker_does_nothing_more(trial: Trial) -> None:
    """Somebody tidies the locks away while their owner sleeps: it wakes up, ends its call, and is told that it is out.

    The call that it had begun goes on, which the key makes harmless; it may not write, and begins nothing else.
    """
    with workers(trial, {"die": "before bank.transfer", "how": "SIGSTOP"}) as (owner,):
        owner.until_stopped()
        for lock in Path(f"{trial.folder}/runs.db.workers").glob("*.lock"):
            lock.unlink()
        with workers(trial, {}) as (other,):
            result = other.result()
        before = trial.records()
        assert before is not None
        slept = len(owner.moments())
        owner.wake()
        agreed(trial, result, owner.result())
        tried = [moment for moment in owner.moments()[slept:] if not moment.endswith(("acquire", "release"))]
        assert ["after bank.transfer", "before append", "after append"] == tried
        after = trial.records()
        assert after is not None
        assert before.entries == after.entries


@pytest.mark.parametrize("name", ["saga", "strategies"])
def test_as_programs_with_a_store_that_survives_a_loss_of_power(tmp_path: Path, name: str) -> None:
    """What the forked victims show holds for programs too: a death in the middle, and another program ends it."""
    scenario = SCENARIOS[name]
    trial = bank(scenario, tmp_path, _nobody)
    assert PLANS in scenario.plan.parents
    tool = next(iter(scenario.effects))
    with workers(trial, {"die": f"after {tool}"}) as (first,):
        first.process.communicate(timeout=PATIENCE)
        assert -signal.SIGKILL == first.process.returncode
    with workers(trial, {}) as (second,):
        result = second.result()
    assert scenario.status == result["status"]
    assert all(count == 1 for count in trial.world.effects().values())
    assert scenario.effects == _per_tool(trial)


def _per_tool(trial: Trial) -> dict[str, int]:
    tools = [tool for tool, _ in trial.world.effects()]
    return {tool: tools.count(tool) for tool in tools}
