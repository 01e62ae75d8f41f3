"""Time against answers: what was acknowledged before a review is closed for silence counts (2-plan-language 7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

import holdfast
from holdfast.core.actions import ReviewClosed
from holdfast.journal.store import Answer, Append, Store
from tests.engine.world import STORES, kinds, plan, session

pytestmark = pytest.mark.anyio


def _answer_just_before_silence_is_written(
    store: Store, answer: Answer, told: Callable[[str], Awaitable[None]] | None = None
) -> Callable[[Append], Awaitable[None]]:
    """`told`: makes the live run hear of the answer before its append is refused."""
    append, given = store.append, list[str]()

    async def late(one: Append) -> None:
        for change in one.changes:
            if isinstance(change, ReviewClosed) and change.heard is not None and not given:
                given.append(change.review)
                await store.answer(change.review, answer, one.at)
                if told is not None:
                    await told(one.run)
        await append(one)

    return late


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("kind", STORES)
async def test_an_answer_between_the_last_look_and_the_commit_of_the_expiry_counts(
    kind: str, tmp_path: Path, *, heard: bool
) -> None:
    """The store refuses the expiry, and the run takes the answer, whether or not it has heard of it meanwhile."""
    asks = plan(
        "steps: [{id: a, ask: {to: ops, question: q, options: [x, y], timeout: 100ms}}]\noutput: '{{ steps.a.output }}'"
    )
    async with session(kind, tmp_path) as hf:
        answer = Answer(decision="choose", value="y", by="ana")
        told = hf._engine.notice if heard else None
        hf._store.append = _answer_just_before_silence_is_written(hf._store, answer, told)  # type: ignore[method-assign]
        run = await hf.start(asks)
        assert ("succeeded", "y") == ((result := await run.result()).status, result.output)
        assert "TimerFired" not in await kinds(run)


@pytest.mark.parametrize("kind", STORES)
async def test_one_approval_in_the_same_moment_is_carried_to_the_next_stage(kind: str, tmp_path: Path) -> None:
    """`approvals: 2`: the escalation is decided again, knowing of the approval."""

    @holdfast.tool("bank.pay", effect="write", idempotency="natural")
    def pay() -> str:
        return "paid"

    pays = plan("""
        steps:
          - id: a
            tool: bank.pay
            human: [{to: ops, approvals: 2, timeout: 100ms, on_timeout: {escalate: {to: boss, timeout: 1h}}}]
        output: "{{ steps.a.output }}"
    """)
    async with session(kind, tmp_path, pay) as hf:
        answer = Answer(decision="approve", by="ana")
        hf._store.append = _answer_just_before_silence_is_written(hf._store, answer)  # type: ignore[method-assign]
        run = await hf.start(pays)
        await run.result()  # parked: the next stage has an hour
        (row,) = await hf.reviews()
        assert ("boss", ("ana",)) == (row.review.to, row.review.approved_by)
        await hf.decide(row.review.id, holdfast.Approve(by="bob"))
        assert "paid" == (await run.result()).output
