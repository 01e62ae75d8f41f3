"""A plan that would do something twice is not started."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast import PlanError, tool
from tests.engine.world import plan, session

FRESH = """
    steps:
      - id: trip
        retry: {attempts: 2, fresh: true}
        do: [{id: book, tool: probe.book, with: {}%s}, {id: look, tool: probe.look}]
"""
UNDO = ", compensate: {tool: probe.cancel, with: {}}"
HEAD = 2  # lines that `plan` puts before a text


@tool("probe.book", effect="write", idempotency="key")
async def book() -> None:
    """Book."""


@tool("probe.cancel", effect="write", idempotency="natural")
async def cancel() -> None:
    """Cancel."""


@tool("probe.look", effect="read")
async def look() -> None:
    """Look."""


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("text", "step"),
    [
        (FRESH % "", "book"),
        (FRESH.replace("do: [", "do: [{id: inner, do: [{id: deep, tool: probe.book}]}, ") % UNDO, "deep"),
        (FRESH.replace("tool: probe.look", "tool: probe.look, fallback: [{id: f, tool: probe.book}]") % UNDO, "f"),
        (f"steps: [{{id: a, tool: probe.look}}]\ncleanup:{(FRESH % '').replace('steps:', '')}", "book"),
    ],
    ids=["plain", "nested", "fallback", "cleanup"],
)
async def test_a_fresh_retry_over_a_write_that_nothing_undoes_is_refused(tmp_path: Path, text: str, step: str) -> None:
    """The error names the block, the tool and the step, and says what to do; no run is recorded."""
    async with session("memory", tmp_path, book, cancel, look) as hf:
        with pytest.raises(PlanError) as refused:
            await hf.start(plan(text))
        assert [] == await hf.runs()
    (found,) = refused.value.diagnostics
    assert "HF225" == found.code
    assert "nothing undoes what `probe.book` did" in found.message
    assert f"id: {step}, tool: probe.book" in text
    assert found.span is not None
    assert f"{step}, tool: " in text.splitlines()[found.span.line - 1 - HEAD]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "text",
    [
        FRESH % UNDO,
        FRESH.replace("probe.book", "probe.look") % "",
        FRESH.replace(", fresh: true", "") % "",
        FRESH.replace("do: [", f"do: [{{id: inner, do: [{{id: deep, tool: probe.book}}]{UNDO}}}, ") % UNDO,
    ],
    ids=["undone", "read", "not fresh", "undone as a whole"],
)
async def test_a_fresh_retry_that_repeats_nothing_is_started(tmp_path: Path, text: str) -> None:
    """Every write has something that undoes it, a step around it at the least."""
    async with session("memory", tmp_path, book, cancel, look) as hf:
        assert "succeeded" == (await (await hf.start(plan(text))).wait()).status
