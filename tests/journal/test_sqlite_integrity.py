"""What somebody or something did to the file is noticed when a journal is read."""

from __future__ import annotations

import gc
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.core.events import CallReturned, TimerFired
from holdfast.errors import StoreError
from holdfast.journal.open import open_store
from tests.journal.making import begin, turn

pytestmark = pytest.mark.anyio

TAMPERED = {
    "UPDATE journal SET body = replace(body, 't3', 't4') WHERE seq = 3": "entry 3 is not what was written",
    "UPDATE journal SET at = at + 1e-6 WHERE seq = 2": "entry 2 is not what was written",
    "UPDATE journal SET digest = zeroblob(16) WHERE seq = 4": "entry 4 is not what was written",
    "DELETE FROM journal WHERE seq = 3": "after entry 2 comes entry 4",
    "DELETE FROM journal WHERE seq = 1": "after entry 0 comes entry 2",
    "DELETE FROM journal WHERE seq = 5": "it ends at entry 4, where 5 were written",
    "DELETE FROM journal": "it ends at entry 0, where 5 were written",
    "UPDATE journal SET seq = seq - 9 WHERE seq > 3; UPDATE journal SET seq = abs(seq)": "entry 4 is not",
    "UPDATE runs SET last_seq = 4": "it ends at entry 5, where 4 were written",
    "UPDATE runs SET head = zeroblob(16)": "its last digest is not the one",
    "UPDATE runs SET seal = zeroblob(20)": "it ends at entry 5, and nothing is sealed there",
    "DELETE FROM journal WHERE seq = 5; UPDATE runs SET last_seq = 4, head = (SELECT digest FROM journal WHERE "
    "run = runs.id AND seq = 4)": "it ends at entry 4, and nothing is sealed there",
    "UPDATE journal SET format = 7 WHERE seq = 2": "entry 2 is not what was written",
    "UPDATE journal SET run = run - 3; UPDATE journal SET run = -run": "entry 1 is not what was written",
}


async def fill(path: Path) -> None:
    """Two runs of five entries."""
    async with open_store(str(path)) as store:
        await begin(store, "r1", "r2")
        for run in ("r1", "r2"):
            for after in range(1, 5):
                await store.append(turn(TimerFired(timer=f"t{after + 1}"), run=run, after=after))


@pytest.mark.parametrize(("script", "says"), list(TAMPERED.items()))
async def test_tampering_is_noticed(tmp_path: Path, anyio_backend: str, script: str, says: str) -> None:
    """Whatever was changed, removed or reordered, the message says where the journal breaks."""
    path = tmp_path / "runs.db"
    await fill(path)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)

    async with open_store(str(path)) as store:
        with pytest.raises(StoreError) as caught:
            await store.entries("r1")

    assert str(caught.value).startswith(f"the journal of run r1 is broken: {says}")
    assert gc.isenabled()  # it rests while a journal is read, and goes on when that fails


async def test_a_reader_in_the_middle_notices_what_follows(tmp_path: Path, anyio_backend: str) -> None:
    """Verification begins with the append before."""
    path = tmp_path / "runs.db"
    await fill(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE journal SET body = replace(body, 't5', 't6') WHERE seq = 5 AND run = 1")

    async with open_store(str(path)) as store:
        with pytest.raises(StoreError, match="entry 5 is not what was written"):
            await store.entries("r1", 3)
        assert len(await store.entries("r2", 3)) == 2


async def test_a_missing_large_value_is_noticed(tmp_path: Path, anyio_backend: str) -> None:
    """The entry that names it says so."""
    path = tmp_path / "runs.db"
    async with open_store(str(path)) as store:
        await begin(store)
        await store.append(turn(CallReturned(call=1, value="x" * 50_000)))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DELETE FROM blobs")

    async with open_store(str(path)) as store:
        with pytest.raises(StoreError, match="is missing from the store"):
            await store.entries("r1")


async def test_a_keyed_store_is_read_with_its_key_only(tmp_path: Path, anyio_backend: str) -> None:
    """Without it every entry looks forged."""
    path = tmp_path / "runs.db"
    async with open_store(str(path), digest_key=b"secret") as store:
        await begin(store)
        await store.append(turn())
        assert len(await store.entries("r1")) == 2

    async with open_store(str(path)) as store:
        with pytest.raises(StoreError, match="or the configured digest key is another"):
            await store.entries("r1")
