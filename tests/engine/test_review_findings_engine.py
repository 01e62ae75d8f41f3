"""What a review of the engine brought to light."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from holdfast import ToolError, tool
from holdfast.core.events import ReviewSettled
from holdfast.journal.store import Answer
from tests.engine.world import STORES, journal, plan, session


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.anyio
async def test_an_answer_acknowledged_before_the_review_expires_counts(kind: str, tmp_path: Path) -> None:
    """P2: the store took the answer in time, so the timer that fires before the next look does not undo it."""
    text = """
    steps:
      - id: pick
        ask: {to: requester, question: Which?, options: [x, y], timeout: 600ms}
    output: "{{ steps.pick.output }}"
    """
    async with session(kind, tmp_path, poll=30.0) as hf:
        run = await hf.start(plan(text))
        with anyio.fail_after(5):
            while not (reviews := await hf._store.reviews()):  # noqa: ASYNC110 - the store is the subject
                await anyio.sleep(0.01)
        await hf._store.answer(reviews[0].review.id, Answer(decision="choose", value="y"), 1.0)
        with anyio.fail_after(5):
            await run.result()
        settled = [entry.event for entry in await journal(run) if isinstance(entry.event, ReviewSettled)]
        assert ["choose"] == [event.outcome for event in settled]


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.anyio
async def test_three_branches_with_one_key_make_one_effect_and_the_run_ends(kind: str, tmp_path: Path) -> None:
    """P3: claims of one key by several steps of one turn do not refuse each other for ever."""
    made: list[int] = []

    @tool(name="t.book", effect="write", idempotency="key")
    async def book() -> int:
        """Book."""
        made.append(1)
        return 7

    branch = "[{id: %s, tool: t.book, idempotency_key: k}]"
    names = ("a", "b", "c")
    text = "steps:\n  - id: p\n    parallel:\n" + "".join(f"      {n}: {branch % n}\n" for n in names)
    text += '    deadline: 20s\noutput: "{{ steps.p.output }}"\n'
    async with session(kind, tmp_path, book) as hf:
        with anyio.fail_after(10):
            result = await (await hf.start(plan(text))).result()
    assert ([1], {"a": 7, "b": 7, "c": 7}) == (made, result.output)


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.anyio
async def test_an_operators_word_reaches_a_run_that_is_settling_the_write(kind: str, tmp_path: Path) -> None:
    """P3: an unknown write that an operator resolved is taken from the ledger at the next try, not refused for ever."""
    made: list[int] = []

    @tool(name="t.book", effect="write", idempotency="key")
    async def book() -> int:
        """Book."""
        made.append(1)
        raise ToolError("timeout", "lost")

    text = "steps: [{id: a, tool: t.book}]\n"
    text += 'output: "{{ steps.a.output }}"\n'
    async with session(kind, tmp_path, book) as hf:
        run = await hf.start(plan(text))
        with anyio.fail_after(10):
            while not (rows := await hf._store.effects(state="unknown")):  # noqa: ASYNC110 - the store is the subject
                await anyio.sleep(0.01)
            await hf._store.resolve_effect(rows[0].tool, rows[0].key, "succeeded", 5, 1.0)
            result = await run.result()
    assert ([1], 5) == (made, result.output)
