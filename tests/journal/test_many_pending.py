"""100,000 pending operations and 10,000 open reviews in one store: inbox, guard and wake-up stay quick.

Medians are held, since a busy machine is not the subject; the figures are printed for those who measure (`-s`). The
worst ones are the disk's: while others write, a bare fdatasync takes up to half a second there, and without syncing
(`durability="process"`) the worst is a checkpoint of the log.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Awaitable
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.core.actions import Change, PendingCleared, SubjectReserved, SubjectWanted
from holdfast.core.events import ReviewAnswered, SubjectFreed
from holdfast.journal.desk import Desk
from holdfast.journal.open import open_store
from holdfast.journal.store import Answer, ClaimRefused, Store
from tests.journal.making import NOON, begin, turn

pytestmark = pytest.mark.anyio

MANY = 100_000
ASKED = 10_000
ROUNDS = 20
BODY = '{"id":"old.%d","address":"pay","kind":"approve","decisions":["approve","reject"],"to":"queue-%d"}'
DESK = Desk(barred={f"queue-{n}" for n in range(9)}, users={"ann"})
"""Somebody who belongs to one queue of ten."""

GOAL = 0.05
"""Seconds for each: issue 3."""


def fill(file: Path) -> None:
    """So many open operations and as many runs that wait for one, as a store of that age has them."""
    with closing(sqlite3.connect(file)) as db, db:
        run = db.execute("SELECT id FROM runs WHERE run = 'old'").fetchone()[0]
        db.executemany(
            "INSERT INTO pending(run, address, subject, tool, state, since, due) "
            "VALUES (?, ?, ?, 'mail', 'open', ?, ?)",
            ((run, f"each[{n}]/send", f"lead:{n}", NOON + n / 1000, NOON + 9e6) for n in range(MANY)),
        )
        db.executemany("INSERT INTO waiters(subject, run) VALUES (?, ?)", ((f"lead:{n}", run) for n in range(MANY)))
        db.executemany(
            "INSERT INTO reviews(review, body, queue, state, opened_at, due, run) VALUES (?, ?, ?, 'open', ?, ?, ?)",
            ((f"old.{n}", BODY % (n, n % 10), f"queue-{n % 10}", NOON, NOON + n, run) for n in range(ASKED)),
        )
    db.close()


async def timed(store: Store, run: str, *changes: Change) -> float:
    """Seconds for one append with these changes."""
    after = (await store.run(run)).last_seq
    began = time.perf_counter()
    await store.append(turn(run=run, after=after, changes=changes))
    return time.perf_counter() - began


async def took(what: Awaitable[object]) -> float:
    """Seconds for it."""
    began = time.perf_counter()
    await what
    return time.perf_counter() - began


async def test_inbox_guard_and_wake_up_in_one_crowded_store(tmp_path: Path) -> None:
    """Everybody's inbox and one's own, a subject that is free, held, released, an answer: each within 50 ms."""
    async with open_store(f"sqlite:{tmp_path}/runs.db") as store:
        await begin(store, "old", "new", "waiting")
        fill(tmp_path / "runs.db")
        taken, refused, woken, listed, mine_only, answered = [], [], [], [], [], []
        for n in range(ROUNDS):
            listed.append(await took(store.reviews(limit=100)))
            mine_only.append(await took(store.reviews(desk=DESK, limit=100)))
            answered.append(await took(store.answer(f"old.{n * 499}", Answer(decision="approve", by="ana"), NOON)))
            mine = SubjectReserved(subject=f"mine:{n}", address=f"a{n}", tool="mail")
            taken.append(await timed(store, "new", mine))
            await timed(store, "waiting", SubjectWanted(subject=f"mine:{n}"))
            began = time.perf_counter()
            with pytest.raises(ClaimRefused):
                await timed(store, "new", SubjectReserved(subject=f"lead:{n * 4999}", address="b", tool="mail"))
            refused.append(time.perf_counter() - began)
            await store.changed()
            began = time.perf_counter()
            await timed(store, "new", PendingCleared(address=f"a{n}", subject=f"mine:{n}"))
            assert await store.changed()
            told = [item.observation for item in await store.inbox(["waiting"])]
            woken.append(time.perf_counter() - began)
            assert SubjectFreed(subject=f"mine:{n}") == told[-1]
        assert MANY == len(await store.pending(NOON, limit=2 * MANY))
        assert ROUNDS == len(
            [item for item in await store.inbox(["old"]) if isinstance(item.observation, ReviewAnswered)]
        )
    figures = {
        "inbox": listed,
        "mine": mine_only,
        "taken": taken,
        "refused": refused,
        "woken": woken,
        "answer": answered,
    }
    for what, seconds in figures.items():
        print(f"{what}: median {statistics.median(seconds) * 1000:.2f} ms, worst {max(seconds) * 1000:.2f} ms")  # noqa: T201 - figures
        assert statistics.median(seconds) < GOAL
