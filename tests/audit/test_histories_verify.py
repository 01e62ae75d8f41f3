"""Every stored run of tests/histories, written into a store again as it was decided, is intact."""

from __future__ import annotations

import asyncio
from itertools import groupby
from pathlib import Path

from holdfast.audit.verify import Verification
from holdfast.core.events import Entry, ReviewAnswered, RunForked, RunRequested
from holdfast.core.projection import Projection
from holdfast.journal.digest import Chain
from holdfast.journal.open import open_store
from holdfast.journal.sqlite.raw import Raw
from holdfast.journal.store import Answer, Append, NewRun, Store
from holdfast.plan.program import Plan
from tests.histories.test_replayed_for_ever import STORED, stored


async def write(store: Store, plan: Plan, entries: list[Entry], name: str) -> None:
    """A run, append by append, with what was committed beside them."""
    request = entries[0].event
    assert isinstance(request, RunRequested)
    fold, begun = Projection(plan), False
    for at, some in groupby(entries, key=lambda entry: entry.at):
        turn = list(some)
        changes = [change for entry in turn for change in fold.changes(entry)]
        if not begun:
            begun, first = True, turn.pop(0)
            new = NewRun(
                run=request.run, plan=request.plan, plan_hash=plan.hash, task=request.task, user=request.user, at=at,
                file=plan.file, source=plan.source,
            )  # fmt: skip
            await store.create(new, [first.event])
        for entry in turn:
            await answer(store, entry)
        if turn:
            summary = fold.interpreter.summary()
            events = [entry.event for entry in turn]
            after = turn[0].seq - 1
            consumed = [item.id for item in await store.inbox([request.run])]
            await store.append(
                Append(
                    run=request.run,
                    after=after,
                    at=at,
                    events=events,
                    changes=changes,
                    summary=summary,
                    consumed=consumed,
                )
            )
    assert not any(isinstance(entry.event, RunForked) for entry in entries), name


async def answer(store: Store, entry: Entry) -> None:
    """What a person said reached the store before it reached the run."""
    event = entry.event
    if isinstance(event, ReviewAnswered):
        said = Answer(
            decision=event.decision, value=event.value, by=event.by, reason=event.reason, source=event.source,
            looked=event.looked,
        )  # fmt: skip
        await store.answer(event.review, said, entry.at if event.at is None else event.at)


def test_stored_runs_are_intact(tmp_path: Path) -> None:
    """Retries, fallbacks, people, deaths, compensation, pending operations: the fold finds every row as it stands."""

    async def fill() -> None:
        for number, file in enumerate(STORED):
            plan, entries = stored(file)
            async with open_store(str(tmp_path / f"{number}.db"), durability="process") as store:
                await write(store, plan, entries, file.stem)

    asyncio.run(fill())
    for number, file in enumerate(STORED):
        with Raw(str(tmp_path / f"{number}.db")) as raw:
            found = Verification(Chain(), now=9e9).store(raw)
            assert [] == found.faults, file.stem
            assert found.entries > 1
