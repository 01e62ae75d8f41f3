"""Secrets: named in plans, filled in at the call, never in the store (11-hard-cases 24)."""

from __future__ import annotations

from pathlib import Path

import pytest

import holdfast
from holdfast import ToolError, tool
from holdfast.config import Config
from holdfast.core.events import CallFailed
from holdfast.errors import PlanError
from holdfast.plan.load import load_source

PLAN = """
holdfast: 1
plan: hush
inputs: {key: {type: string, secret: true}}
steps:
  - id: use
    tool: bank.use
    with: {token: "{{ secrets.token }}", nested: [{key: "{{ secrets.key }}"}], plain: "{{ inputs.key }}"}
    optional: true
  - {id: leak, tool: bank.leak, with: {token: "{{ secrets.token }}"}, optional: true}
  - {id: fail, tool: bank.fail, with: {token: "{{ secrets.token }}"}, optional: true}
  - {id: none, tool: bank.leak, with: {token: "{{ secrets.nosuch }}"}, optional: true}
output:
  use: "{{ steps.use.output }}"
  leak: "{{ steps.leak.output }}"
  fail: "{{ steps.fail.error.message }}"
  none: "{{ steps.none.error.code }}"
"""


def _bytes_below(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


@pytest.mark.anyio
async def test_a_secret_reaches_its_tool_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool sees the value; results and errors that repeat it are redacted; the database never holds it."""
    monkeypatch.setenv("BANK_TOKEN", "sesame-42")
    monkeypatch.setenv("BANK_KEY", "swordfish-7")
    seen: list[object] = []

    @tool("bank.use", effect="write", idempotency="key")
    async def use(token: str, nested: list, plain: str) -> str:
        seen.append((token, nested, plain))
        return "done"

    @tool("bank.leak", effect="read")
    async def leak(token: str) -> dict:
        return {"echo": f"you said {token}!"}

    @tool("bank.fail", effect="read")
    async def fail(token: str) -> None:
        raise ToolError("denied", f"{token} is wrong")

    config = Config(secrets={"token": "env:BANK_TOKEN"})
    async with holdfast.open(f"sqlite:{tmp_path}/r.db", tools=[use, leak, fail], config=config) as hf:
        run = await hf.start(load_source(PLAN), inputs={"key": "env:BANK_KEY"})
        result = await run.wait()
        failures = [entry.event.error async for entry in run.entries() if isinstance(entry.event, CallFailed)]

    assert [("denied", True), ("failed_precondition", False)] == [(one.code, one.reached) for one in failures]
    assert seen == [("sesame-42", [{"key": "swordfish-7"}], "env:BANK_KEY")]
    assert result.output == {
        "use": "done",
        "leak": {"echo": "you said ***!"},
        "fail": "*** is wrong",
        "none": "failed_precondition",
    }
    stored = _bytes_below(tmp_path)
    assert (False, False, True) == (b"sesame-42" in stored, b"swordfish-7" in stored, b"secret:token" in stored)


@pytest.mark.parametrize("text", ["Bearer {{ secrets.token }}", "{{ secrets.token ~ 'x' }}", "{{ secrets['token'] }}"])
def test_a_secret_stands_alone(text: str) -> None:
    """So that no text from outside can ask for one."""
    plan = f'holdfast: 1\nplan: p\nsteps: [{{id: a, tool: t.a, with: {{x: "{text}"}}}}]'
    with pytest.raises(PlanError, match=r"HF110: a secret stands alone"):
        load_source(plan)
