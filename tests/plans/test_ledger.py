"""The small world of plans/tools: each strategy is as honest as its name."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from holdfast import Context, ToolError
from holdfast.registry.modules import import_file

LEDGER = Path(__file__).parents[2] / "plans" / "tools" / "ledger.py"
MOVE = ("savings", "ada", 10.0)
KEY = Context(idempotency_key="k1")

pytestmark = pytest.mark.anyio


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tools, with an empty world."""
    monkeypatch.setenv("LEDGER_DB", str(tmp_path / "ledger.db"))
    return import_file(LEDGER)


def effects(folder: Path) -> list[tuple[Any, ...]]:
    """What really happened, and how often."""
    with closing(sqlite3.connect(folder / "ledger.db")) as db:
        return db.execute("SELECT tool, key, count(*) FROM effects GROUP BY tool, key ORDER BY min(id)").fetchall()


async def test_key_moves_money_once(ledger: ModuleType, tmp_path: Path) -> None:
    """The same key again gets the first answer."""
    assert await ledger.transfer(*MOVE, KEY) == await ledger.transfer(*MOVE, KEY)
    assert [("bank.transfer", "k1", 1)] == effects(tmp_path)


async def test_the_first_answer_of_the_shaky_bank_is_lost(ledger: ModuleType, tmp_path: Path) -> None:
    """The money moved, the outcome is unknown, and the second try under the key tells."""
    with pytest.raises(ToolError) as caught:
        await ledger.shaky_transfer(*MOVE, KEY)
    assert caught.value.happened is None
    assert (await ledger.shaky_transfer(*MOVE, KEY))["reference"] == "P1"
    assert [("bank.shaky_transfer", "k1", 1)] == effects(tmp_path)


async def test_check_looks_and_does_not_act(ledger: ModuleType, tmp_path: Path) -> None:
    """The bank wires twice when it is told to twice; the statement tells whether it was told."""
    assert await ledger.wired(KEY) is None
    paid = await ledger.wire(*MOVE, KEY)
    assert paid == await ledger.wired(KEY)
    await ledger.wire(*MOVE, KEY)
    assert [("bank.wire", "k1", 2)] == effects(tmp_path)


async def test_natural_leaves_the_same_state(ledger: ModuleType, tmp_path: Path) -> None:
    """Setting a limit twice is the same as once."""
    for _ in range(2):
        await ledger.set_limit("savings", 500.0, KEY)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        assert [("savings", 500.0)] == db.execute("SELECT name, daily FROM accounts WHERE daily NOTNULL").fetchall()


async def test_none_doubles_when_it_is_repeated(ledger: ModuleType, tmp_path: Path) -> None:
    """Two cheques in the box are two cheques: nobody may repeat this by himself."""
    for _ in range(2):
        await ledger.cheque(*MOVE, KEY)
    assert [("bank.cheque", "k1", 2)] == effects(tmp_path)


async def test_an_empty_account_refuses_before_anything_happens(ledger: ModuleType, tmp_path: Path) -> None:
    """A refusal is known not to have happened, and leaves nothing."""
    with pytest.raises(ToolError) as caught:
        await ledger.transfer("current", "landlord", 800.0, KEY)
    assert ("failed_precondition", False) == (caught.value.code, caught.value.happened)
    assert [] == effects(tmp_path)


async def test_a_refund_moves_the_money_back_once(ledger: ModuleType, tmp_path: Path) -> None:
    """Afterwards both accounts are as they were."""
    paid = await ledger.transfer(*MOVE, KEY)
    for _ in range(2):
        await ledger.refund(paid["reference"], Context(idempotency_key="k2"))
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        found = dict(db.execute("SELECT name, balance FROM accounts"))
    assert (100_000, 0) == (found["savings"], found["ada"])


async def test_reservations_come_and_go(ledger: ModuleType, tmp_path: Path) -> None:
    """A reservation and its release are one effect each; there is no convertible."""
    held = await ledger.reserve("hotel", KEY)
    for _ in range(2):
        await ledger.release(held["reservation"], Context(idempotency_key="k2"))
    with pytest.raises(ToolError, match="no convertible"):
        await ledger.reserve("convertible", Context(idempotency_key="k3"))
    assert [("trip.reserve", "k1", 1), ("trip.release", "k2", 1)] == effects(tmp_path)


async def test_a_job_has_finished_at_the_third_look(ledger: ModuleType) -> None:
    """Until then it runs; one that was never started is not found."""
    with pytest.raises(ToolError, match="no job"):
        await ledger.status("report")
    await ledger.start("report", KEY)
    assert ["running", "running", "finished"] == [await ledger.status("report") for _ in range(3)]


@pytest.mark.parametrize(("moment", "happened"), [("1", 0), ("2", 1)])
def test_a_crash_falls_before_or_after_the_effect(tmp_path: Path, moment: str, happened: int) -> None:
    """`LEDGER_CRASH` kills the process on either side of the transaction, never inside of it."""
    script = (
        "import asyncio, pathlib; from holdfast import Context; from holdfast.registry.modules import import_file; "
        f"ledger = import_file(pathlib.Path({str(LEDGER)!r})); ctx = Context(idempotency_key='k'); "
        "asyncio.run(ledger.cheque('savings', 'ada', 10.0, ctx))"
    )
    world = {"LEDGER_DB": str(tmp_path / "ledger.db"), "LEDGER_CRASH": moment}
    done = subprocess.run([sys.executable, "-c", script], env=os.environ | world, check=False)
    assert -signal.SIGKILL == done.returncode
    assert happened == (len(effects(tmp_path)) if (tmp_path / "ledger.db").exists() else 0)
