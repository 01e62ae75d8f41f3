"""Sub-plans carried out by the engine: a child is a run of its own, and its parent waits for it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import anyio
import pytest

import holdfast
from holdfast import tool
from holdfast.core.events import ChildFinished, ChildIntended, RunRequested
from tests.engine.world import STORES, journal, kinds, session

pytestmark = pytest.mark.anyio

PAID: list[tuple[str, str]] = []


@tool("bank.pay", effect="write", idempotency="key")
async def pay(who: str, ctx: holdfast.Context) -> dict[str, str]:
    """Pay somebody."""
    PAID.append((who, ctx.idempotency_key))
    return {"paid": who}


@tool("bank.refund", effect="write", idempotency="natural")
async def refund(who: str) -> None:
    """Take it back."""
    PAID.append((f"-{who}", ""))


CHILD = """
inputs: {who: {type: string}}
steps:
  - id: pay
    tool: bank.pay
    with: {who: "{{ inputs.who }}"}
    compensate: {tool: bank.refund, with: {who: "{{ output.paid }}"}}
output: {receipt: "{{ steps.pay.output.paid }}"}
"""


@pytest.fixture(autouse=True)
def _nobody_paid() -> None:
    PAID.clear()


def write(folder: Path, name: str, text: str) -> Path:
    """A plan file."""
    file = folder / f"{name}.yaml"
    file.write_text(f"holdfast: 1\nplan: {name}\n{textwrap.dedent(text)}", encoding="utf-8")
    return file


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("room", [1, 1000])
async def test_a_parent_waits_for_its_child(kind: str, room: int, tmp_path: Path) -> None:
    """The child's output is the step's; both are runs; with room for one run in memory nobody blocks the other."""
    write(tmp_path, "child", CHILD)
    parent = write(
        tmp_path,
        "parent",
        """
        steps:
          - {id: sub, plan: child, with: {who: ana}}
        output: "{{ steps.sub.output.receipt }}"
        """,
    )
    async with session(kind, tmp_path, pay, refund, max_live=room) as hf:
        with anyio.fail_after(10):
            run = await hf.start(parent, task="t1", user="u1")
            result = await run.result()
        assert ("succeeded", "ana") == (result.status, result.output)
        assert [("ana", "u1:parent:t1:sub/pay")] == PAID
        assert 1 == result.spent["calls"]
        assert ["RunRequested", "StepEntered"] != await kinds(run)
        entries = [entry.event for entry in await journal(run)]
        (meant,) = [event for event in entries if isinstance(event, ChildIntended)]
        (ended,) = [event for event in entries if isinstance(event, ChildFinished)]
        assert (meant.child, "succeeded") == (ended.child, ended.status)
        child = await hf.get(meant.child)
        (asked,) = [entry.event for entry in await journal(child) if isinstance(entry.event, RunRequested)]
        assert asked.lineage is not None
        assert (run.id, "sub", "parent", "t1") == (
            asked.lineage.parent,
            asked.lineage.prefix,
            asked.lineage.plan,
            asked.task,
        )
        assert {run.id: "", meant.child: run.id} == {row.run: row.parent for row in await hf.runs()}
