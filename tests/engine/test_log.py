"""Structured logs: what becomes of runs, with the journal's own numbers (3-interpreter-and-journal 4)."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from holdfast import Context, tool
from holdfast.core.events import Entry
from tests.engine.world import STORES, journal, plan, session

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("store", STORES)]

PLAN = """
steps:
  - {id: put, tool: probe.put, with: {text: confidential}}
  - id: look
    ask: {question: confidential?, schema: {type: string}}
"""


@tool("probe.put", effect="write", idempotency="key")
async def put(text: str, ctx: Context) -> str:
    """Says something of its own."""
    ctx.log.info("putting")
    return text


def record_of(entry: Entry, run: str) -> tuple[object, ...]:
    """What the log has of an entry."""
    review = getattr(entry.event, "review", None)
    address = getattr(entry.event, "address", "") or getattr(review, "address", "")
    return run, entry.seq, address, type(entry.event).__name__


async def test_every_entry_has_a_record_with_run_address_and_seq(
    store: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Those of a finished run are its journal, in order; no value of a tool or a person is among them."""
    caplog.set_level(logging.INFO)
    async with session(store, tmp_path, put) as hf:
        run = await hf.start(plan(PLAN))
        await run.result()
        (review,) = await hf.reviews()
        await hf.answer(review.review.id, "confidential", by="ana")
        await run.wait()
        entries = await journal(run)
    logged = [one for one in caplog.records if one.name == "holdfast.runs"]
    said = [(one.run, one.seq, one.address, one.event) for one in logged]  # type: ignore[attr-defined]
    assert [record_of(entry, run.id) for entry in entries] == said
    assert "confidential" not in "\n".join(one.getMessage() for one in logged)
    (own,) = [one for one in caplog.records if one.name == "holdfast.tools"]
    assert (run.id, "put", "putting") == (own.run, own.address, own.getMessage())  # type: ignore[attr-defined]


async def test_nothing_is_logged_unless_somebody_listens(
    store: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """At the level that Python starts with, a run says nothing."""
    caplog.set_level(logging.WARNING)
    async with session(store, tmp_path, put) as hf:
        await (await hf.start(plan("steps: [{id: put, tool: probe.put, with: {text: x}}]"))).wait()
    assert [] == caplog.records
