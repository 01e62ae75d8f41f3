"""The values of runs that are over are erased; that they did what they did, and when, can still be proven."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, get_args, get_type_hints

import anyio
import pytest

import holdfast
from holdfast import tool
from holdfast.api.session import Holdfast
from holdfast.core import events
from holdfast.core.events import DataErased, Event
from holdfast.core.failure import Failure
from holdfast.core.legacy import Approved, Estate, Kept, Legacy, Meant, Stuck
from holdfast.core.lineage import Undoable
from holdfast.core.review import Review
from holdfast.errors import InputError
from holdfast.journal import codec, redaction
from holdfast.journal.keeping import Erasing
from holdfast.journal.open import open_store
from holdfast.journal.rows import RunFilter
from holdfast.plan.load import load_source
from tests.engine.world import STORES, plan, session

pytestmark = pytest.mark.anyio

NAME = "Fjodor-Unmistakable"
LARGE = f"{NAME} " * 3000
PLAN = """
inputs: {name: {type: string}}
on_failure: compensate
steps:
  - {id: pay, tool: pay, with: {to: "{{ inputs.name }}"}, compensate: {tool: undo, with: {what: "{{ inputs.name }}"}}}
  - {id: big, tool: big, with: {to: "{{ inputs.name }}"}}
  - {id: sure, ask: {to: requester, question: "Sure, {{ inputs.name }}?", options: ["{{ inputs.name }}"], timeout: 1h}}
  - {id: each, do: [{id: one, tool: pay, with: {to: "{{ item }}"}}], each: {in: "[inputs.name]", as: item, key: index}}
  - {id: fails, tool: fails, with: {to: "{{ inputs.name }}"}, optional: true}
output: {who: "{{ steps.pay.output }}"}
"""


@tool("pay", effect="write", idempotency="key")
async def pay(to: str) -> dict[str, str]:
    """Pay."""
    return {"paid": to}


@tool("undo", effect="write", idempotency="natural")
async def undo(what: str) -> str:
    """Undo."""
    return what


@tool("big", effect="read")
async def big(to: str) -> str:
    """Much."""
    return f"{to} " * 3000


@tool("fails", effect="read")
async def fails(to: str) -> str:
    """Never works."""
    raise holdfast.ToolError("conflict", f"no {to}", details={"who": to})


TOOLS = (pay, undo, big, fails)
GONE = Erasing(by="officer", at=4_000_000_000.0, reason="asked to")


async def _over(hf: Holdfast, task: str = "t", name: str = NAME) -> str:
    """A run that is over, with values of a person everywhere."""
    run = await hf.start(plan(PLAN), inputs={"name": name}, task=task, user="u-17")
    await run.result()
    (review,) = await hf.reviews(run=run.id)
    await hf.decide(review.review.id, holdfast.Choose(option=name, by="ana", reason=f"{name} said so"))
    with anyio.fail_after(5):
        assert "succeeded" == (await run.wait()).status
    return run.id


@pytest.mark.parametrize("kind", STORES)
async def test_nothing_of_the_values_is_left_and_the_chain_holds(kind: str, tmp_path: Path) -> None:
    """What happened, when, under which key and by whose word stays; the journal verifies; the tables fit it."""
    async with session(kind, tmp_path, *TOOLS) as hf:
        run, store = await _over(hf), hf._store
        before = await store.entries(run)
        assert NAME in str(before)
        keys = [(row.key, row.digest, row.state) for row in await store.effects(run=run)]
        (done,) = await store.erase([run], GONE)
        assert (run, len(before) + 1, False) == (done.run, done.entries, done.already)
        after = await store.entries(run)
        assert [(entry.seq, entry.at, type(entry.event)) for entry in before] == [
            (entry.seq, entry.at, type(entry.event)) for entry in after[:-1]
        ]
        assert DataErased(by="officer", reason="asked to", digest=after[-1].event.digest) == after[-1].event  # type: ignore[union-attr]
        everything = [after, await store.effects(run=run), await store.review_history(0), await store.run(run)]
        assert NAME not in str(everything)
        assert keys == [(row.key, row.digest, row.state) for row in await store.effects(run=run)]
        assert "ana" in str(after)
        assert [] == await store.differences(load_source, 5e9)
        (again,) = await store.erase([run], GONE)
        assert (len(after), True) == (again.entries, again.already)


async def test_no_byte_of_them_is_left_in_the_files(tmp_path: Path) -> None:
    """Not in the journal, the tables, large values, free pages, or the write-ahead log; others' values stay."""
    async with session("sqlite", tmp_path, *TOOLS) as hf:
        run = await _over(hf)
        other = await _over(hf, "other", "Somebody-Else")
    assert NAME.encode() in _bytes(tmp_path)
    async with open_store(f"sqlite:{tmp_path}/runs.db") as store:
        await store.erase([run], GONE)
        assert await store.sweep()
        assert NAME.encode() not in _bytes(tmp_path)
        assert "Somebody-Else" in str(await store.entries(other))


def _bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


@pytest.mark.parametrize("kind", STORES)
async def test_a_large_value_that_two_runs_have_stays_for_the_other(kind: str, tmp_path: Path) -> None:
    """It lies in the store once."""
    async with session(kind, tmp_path, *TOOLS) as hf:
        one, two = await _over(hf, "a"), await _over(hf, "b")
        await hf._store.erase([one], GONE)
        assert LARGE.strip() in str(await hf._store.entries(two))
        await hf._store.erase([two], GONE)
        assert [] == await hf._store.differences(load_source, 5e9)


@pytest.mark.parametrize("kind", STORES)
async def test_a_run_that_is_not_over_is_not_erased(kind: str, tmp_path: Path) -> None:
    """It needs its values still; nor is one that was forked, unless its forks go as well."""
    async with session(kind, tmp_path, *TOOLS) as hf:
        run = await hf.start(plan(PLAN), inputs={"name": NAME}, task="t")
        await run.result()
        with pytest.raises(InputError, match=r"is not over \(waiting\)"):
            await hf._store.erase([run.id], GONE)
        over = await hf.get(await _over(hf, "forked"))
        fork = await over.fork(5)
        with pytest.raises(InputError, match="was forked, and a copy of its history is in"):
            await hf._store.erase([over.id], GONE)
        await hf.cancel(fork.id)
        with anyio.fail_after(5):
            await fork.wait()
        assert 2 == len(await hf._store.erase([over.id, fork.id], GONE))


@pytest.mark.parametrize("kind", STORES)
async def test_an_effect_is_not_repeated_because_its_run_was_erased(kind: str, tmp_path: Path) -> None:
    """Keys stay taken; what the effect gave is gone, so another run that wants it asks a person."""
    calls: list[str] = []

    @tool("count", effect="write", idempotency="key")
    async def count() -> str:
        """Count."""
        calls.append("once")
        return NAME

    text = "steps: [{id: c, tool: count, idempotency_key: 'the-one'}]"
    async with session(kind, tmp_path, count) as hf:
        first = await hf.start(plan(text), task="1")
        assert "succeeded" == (await first.result()).status
        await hf._store.erase([first.id], GONE)
        second = await hf.start(plan(text), task="2")
        assert "waiting" == (await second.result()).status
        (review,) = await hf.reviews(run=second.id)
        assert "could not be used" in str(review.review)
        assert ["once"] == calls


@pytest.mark.parametrize("kind", STORES)
async def test_what_needs_values_says_that_they_are_gone(kind: str, tmp_path: Path) -> None:
    """Replay, fork, and why are refused with the day and the name."""
    async with session(kind, tmp_path, *TOOLS) as hf:
        run = await hf.get(await _over(hf))
        await hf._store.erase([run.id], GONE)
        for asked in (run.replay(), run.why(), run.fork(3)):
            with pytest.raises(InputError, match="were erased on 2096-10-02 07:06:40 UTC by officer"):
                await asked


MAKES = """
steps:
  - {id: draft, tool: draft, with: {to: "{{ inputs.name }}"}}
  - {id: go, plan: {source: steps.draft.output, tools: [pay]}}
inputs: {name: {type: string}}
"""


@tool("draft", effect="read")
async def draft(to: str) -> str:
    """Make a plan."""
    return f"holdfast: 1\nplan: made\nsteps: [{{id: it, tool: pay, with: {{to: {to}}}}}]"


@pytest.mark.parametrize("kind", STORES)
async def test_a_plan_that_was_made_goes_when_the_last_run_of_it_is_erased(kind: str, tmp_path: Path) -> None:
    """Two runs made the same plan: it is there until both are erased, and then its tables can still be checked."""
    async with session(kind, tmp_path, pay, draft) as hf:
        tops = [await hf.start(plan(MAKES), inputs={"name": NAME}, task=task) for task in ("one", "two")]
        assert ["succeeded"] * 2 == [(await top.result()).status for top in tops]
        (made,) = {row.plan_hash for row in await hf._store.runs(RunFilter(parent=tops[0].id))}
        kept = []
        for top in tops:
            await hf._store.erase([top.id], GONE)
            kept.append(NAME in (await hf._store.plan_source(made))[1])

        assert [True, False] == kept
        assert [] == await hf._store.differences(load_source, GONE.at)


async def test_what_stands_in_an_erased_journal_cannot_be_changed_either(tmp_path: Path) -> None:
    """The entry about the erasure covers it: `audit verify` finds a changed byte."""
    path = tmp_path / "runs.db"
    async with session("sqlite", tmp_path, *TOOLS) as hf:
        run = await _over(hf)
        await hf._store.erase([run], GONE)
    assert 0 == _verify(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        rows = db.execute("SELECT run, seq, body FROM journal WHERE format < 0").fetchall()
        changed = [(body.replace(b'"ana"', b'"eve"'), number, seq) for number, seq, body in rows if b'"ana"' in body]
        assert changed
        db.executemany("UPDATE journal SET body = ? WHERE run = ? AND seq = ?", changed)
    assert 0 != _verify(path)


def _verify(path: Path) -> int:
    command = [sys.executable, "-m", "holdfast", "audit", "verify", "--store", f"sqlite:{path}", "--quiet"]
    return subprocess.run(command, check=False, capture_output=True).returncode


_KILLED = """
import asyncio, os, signal, sys
from holdfast.journal import erasure
from holdfast.journal.keeping import Erasing
from holdfast.journal.open import open_store
from holdfast.journal.rows import RunFilter
real = erasure.brief
def die(*args):
    os.kill(os.getpid(), signal.SIGKILL)
erasure.brief = die
async def main():
    async with open_store(sys.argv[1]) as store:
        await store.erase([sys.argv[2]], Erasing(by="x", at=1.0))
asyncio.run(main())
"""


async def test_a_kill_in_the_middle_erases_nothing(tmp_path: Path) -> None:
    """All of it or nothing: the journal is rewritten in one transaction."""
    url = f"sqlite:{tmp_path}/runs.db"
    async with session("sqlite", tmp_path, *TOOLS) as hf:
        run = await _over(hf)
        before = await hf._store.entries(run)
    done = await anyio.run_process([sys.executable, "-c", _KILLED, url, run], check=False, env=dict(os.environ))
    assert -signal.SIGKILL == done.returncode
    async with open_store(url) as store:
        assert before == await store.entries(run)
        assert [] == await store.differences(load_source, 5e9)


def test_every_field_of_every_event_is_a_value_or_a_fact() -> None:
    """A new field is named as one of them: else values could stay, or facts could go."""
    named = set(redaction.VALUES) | redaction.NESTED | redaction.KEPT
    kinds = [*get_args(Event), Failure, Review, Undoable, Legacy, Kept, Stuck, Meant, Approved, Estate]
    assert set() == {field.name for kind in kinds for field in dataclasses.fields(kind)} - named
    loose = {
        name
        for kind in kinds
        for name, hint in get_type_hints(kind).items()
        if hint is object or "Mapping[str, object]" in str(hint)
    }
    assert set() == loose - set(redaction.VALUES)


HISTORIES = sorted((Path(__file__).parents[1] / "histories").glob("**/*.json"))


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
def test_what_is_left_of_every_stored_journal_can_be_read(file: Path) -> None:
    """The same kinds in the same order, none of their values, and once more is the same."""
    told = json.loads(file.read_text(encoding="utf-8"))
    items: list[Any] = [entry["event"] if isinstance(entry, dict) else entry[1:] for entry in told["entries"]]
    read = codec.decode(json.dumps(items).encode(), lambda _: None)
    left = [redaction.redacted(event) for event in read]
    again = codec.decode(codec.encode(left).body, lambda _: None)
    assert ([type(event) for event in read], left) == ([type(event) for event in again], again)
    assert left == [redaction.redacted(event) for event in left]
    for event in left:
        if isinstance(event, events.RunRequested):
            assert {redaction.ERASED} >= set(event.inputs.values())
