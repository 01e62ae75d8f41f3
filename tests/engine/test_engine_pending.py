"""Pending operations over many runs, on both stores."""

from __future__ import annotations

import time
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

import holdfast
from holdfast import tool
from holdfast.core.events import ClaimDeferred, SubjectHeld
from tests.engine.world import STORES, elsewhere, journal, plan, session

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("kind", STORES)]

STEPS = """
inputs: {lead: {type: string, default: ada}}
steps:
  - id: send
    tool: mail.send
    with: {to: "{{ inputs.lead }}"}
    subject: "follow-up:{{ inputs.lead }}"
    pending: {until: {tool: crm.seen, with: {to: "{{ args.to }}"}, when: result, every: 20ms}, timeout: 20s}
"""


class Crm:
    """A mail server and a CRM whose view lags behind it."""

    def __init__(self, lag: float = 0.15) -> None:
        self.sent: list[str] = []
        self.looks = 0
        self._visible: dict[str, float] = {}
        self._lag = lag

    def catch_up(self) -> None:
        """All that was sent is visible from now on."""
        self._lag, self._visible = 0.0, dict.fromkeys(self._visible, 0.0)

    def tools(self) -> tuple[object, ...]:
        @tool("mail.send", effect="write", idempotency="none")
        async def send(to: str) -> str:
            self.sent.append(to)
            await anyio.sleep(0.01)
            self._visible[to] = time.monotonic() + self._lag
            return "sent"

        @tool("crm.seen", effect="read")
        async def seen(to: str) -> bool:
            self.looks += 1
            return time.monotonic() >= self._visible[to]

        return send, seen


async def test_of_many_runs_at_once_one_sends_and_the_others_skip(kind: str, tmp_path: Path) -> None:
    """Twenty runs start at the same moment: one mail; each knows what became of its step."""
    crm = Crm(lag=1e9)
    async with session(kind, tmp_path, *crm.tools()) as hf:
        runs = [await hf.start(plan(STEPS)) for _ in range(20)]
        while sum([(await run.row()).status == "succeeded" for run in runs]) < 19:
            await anyio.lowlevel.checkpoint()
        crm.catch_up()
        results = [await run.wait() for run in runs]
        assert ["ada"] == crm.sent
        assert {"succeeded"} == {result.status for result in results}
        assert crm.looks >= 1
        assert [] == await hf.pending()
        held = [entry for run in runs for entry in await journal(run) if isinstance(entry.event, SubjectHeld)]
        assert 19 == len(held)


async def test_who_waits_is_woken_when_the_subject_is_free(kind: str, tmp_path: Path) -> None:
    """One after the other, long before the next look of its own: nobody polls."""
    crm = Crm(lag=0.1)
    waiting = plan(STEPS + "    on_pending: wait\n")
    async with session(kind, tmp_path, *crm.tools()) as hf:
        runs = [await hf.start(waiting) for _ in range(6)]
        began = time.monotonic()
        for run in runs:
            assert "succeeded" == (await run.wait()).status
        assert time.monotonic() - began < 6 * 0.8
        assert ["ada"] * 6 == crm.sent
        asked = [entry for run in runs for entry in await journal(run) if isinstance(entry.event, ClaimDeferred)]
        assert len(asked) < 12


async def test_a_parked_run_is_woken_too(kind: str, tmp_path: Path) -> None:
    """A run that waits out of memory comes back when the subject is released by an operator."""
    crm = Crm()
    never = STEPS.replace("when: result", "when: result == 'never'").replace("20s", "100ms, hold_for: 1h")
    async with session(kind, tmp_path, *crm.tools(), linger=0.0) as hf:
        first = await hf.start(plan(never))
        assert ("not confirmed: send",) == tuple((await first.wait()).notes)
        second = await hf.start(plan(STEPS + "    on_pending: wait\n", name="other"))
        assert "waiting" == (await second.result()).status
        (row,) = await hf.pending()
        assert (row.state, row.subject, row.run) == ("held", "follow-up:ada", first.id)
        await hf.release_pending(row.run, row.address, by="ana")
        with anyio.fail_after(5):
            assert "succeeded" == (await second.wait()).status
    assert 2 == len(crm.sent)


async def test_an_open_operation_is_released_by_its_run(kind: str, tmp_path: Path) -> None:
    """The word goes through the run's journal."""
    crm = Crm(lag=60.0)
    async with session(kind, tmp_path, *crm.tools()) as hf:
        run = await hf.start(plan(STEPS))
        while not await hf.pending(state="open"):
            await anyio.lowlevel.checkpoint()
        await hf.release_pending(run.id, "send", by="ana", reason="seen by eye")
        with anyio.fail_after(5):
            assert "succeeded" == (await run.wait()).status


async def test_what_another_process_holds_is_held(kind: str, tmp_path: Path) -> None:
    """A store is shared by processes: one of them sends."""
    if kind == "memory":
        return
    script = """
        import anyio, holdfast
        from pathlib import Path
        from holdfast import tool
        from tests.engine.test_engine_pending import STEPS
        from tests.engine.world import plan
        async def main(folder):
            @tool("mail.send", effect="write", idempotency="none")
            async def send(to: str) -> str:
                with open(f"{folder}/sent", "a") as file:
                    file.write("x")
                return "sent"
            @tool("crm.seen", effect="read")
            async def seen(to: str) -> bool:
                return False
            async with holdfast.open(f"sqlite:{folder}/runs.db", tools=[send, seen]) as hf:
                text = STEPS.replace("20s", "300ms")
                runs = [await hf.start(plan(text)) for _ in range(5)]
                for run in runs:
                    await run.wait()
    """
    processes = [elsewhere(script, tmp_path) for _ in range(2)]
    for process in processes:
        _, err = await anyio.to_thread.run_sync(process.communicate)
        assert process.returncode == 0, err
    assert "x" == (tmp_path / "sent").read_text()
    async with holdfast.open(f"sqlite:{tmp_path}/runs.db") as hf:
        assert ["held"] == [row.state for row in await hf.pending()]
