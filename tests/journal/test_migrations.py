"""A store of an older version is lifted, once and by one process; one of a newer version is left alone."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from holdfast.core.events import TimerFired
from holdfast.errors import StoreError
from holdfast.journal import codec
from holdfast.journal.open import open_store
from holdfast.journal.sqlite import schema
from tests.journal.making import begin, turn

pytestmark = pytest.mark.anyio

LATER = ("ALTER TABLE runs ADD COLUMN mood TEXT", "CREATE TABLE moods(mood TEXT)")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes this program the next version's."""

    def arrive() -> None:
        monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, LATER))
        monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)

    return arrive


async def test_a_store_of_an_older_version_is_lifted_and_keeps_what_it_has(
    tmp_path: Path, later: Callable[[], None], anyio_backend: str
) -> None:
    """Step by step from its own version on, and not again."""
    path = str(tmp_path / "runs.db")
    async with open_store(path) as store:
        await begin(store)
    later()
    for _ in range(2):
        async with open_store(path) as store:
            assert 1 == (await store.run("r1")).last_seq
    with closing(sqlite3.connect(path)) as db:
        assert (schema.VERSION,) == db.execute("PRAGMA user_version").fetchone()
        assert [] == db.execute("SELECT mood FROM moods").fetchall()


async def test_a_migration_that_fails_leaves_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, anyio_backend: str
) -> None:
    """All of its statements or none: the version of before goes on with the store."""
    path = str(tmp_path / "runs.db")
    async with open_store(path) as store:
        await begin(store)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, (LATER[0], "CREATE TABLE runs(run TEXT)")))
        patch.setattr(schema, "VERSION", schema.VERSION + 1)
        with pytest.raises(StoreError):
            async with open_store(path):
                pass
    async with open_store(path) as store:
        assert 1 == (await store.run("r1")).last_seq


def test_of_many_that_open_an_old_store_at_once_one_lifts_it(tmp_path: Path, later: Callable[[], None]) -> None:
    """Under the database's own lock: a second one would stumble over what is there already."""
    path = str(tmp_path / "runs.db")

    def connected() -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, timeout=30)

    with closing(connected()) as db:
        schema.migrate(db, path)
    later()
    faults: list[BaseException] = []
    together = threading.Barrier(8)

    def lift() -> None:
        try:
            with closing(connected()) as db:
                together.wait()
                schema.migrate(db, path)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is shown
            faults.append(error)

    threads = [threading.Thread(target=lift) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == faults
    with closing(connected()) as db:
        assert (schema.VERSION,) == db.execute("PRAGMA user_version").fetchone()


async def test_events_of_an_older_format_are_lifted_when_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, anyio_backend: str
) -> None:
    """What lies in the store stays as it is, and its chain holds; new entries behind it are of the new format."""
    path = str(tmp_path / "runs.db")
    async with open_store(path) as store:
        await begin(store)
        await store.append(turn(TimerFired(timer="tea")))

    def lifted(item: list[Any]) -> list[Any]:
        return [item[0], {"timer": f"{item[1]['timer']}-time"}] if item[0] == "TimerFired" else item

    monkeypatch.setattr(codec, "VERSION", 2)
    monkeypatch.setattr(codec, "UPCASTS", {1: lifted})
    async with open_store(path) as store:
        assert TimerFired(timer="tea-time") == (await store.entries("r1"))[1].event
        await store.append(turn(TimerFired(timer="bed-time"), after=2))
        assert [TimerFired(timer="tea-time"), TimerFired(timer="bed-time")] == [
            entry.event for entry in await store.entries("r1", 1)
        ]
