"""What goes wrong with files and disks: a clear sentence, nothing lost, and on it goes where it can."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import anyio
import pytest

from holdfast.core.events import CallReturned, TimerFired
from holdfast.errors import ConfigError, Fenced, StoreError
from holdfast.journal.memory import Memory
from holdfast.journal.open import open_store
from holdfast.journal.sqlite import Sqlite, connection
from holdfast.journal.sqlite.lane import Lane
from holdfast.journal.sqlite.schema import VERSION
from holdfast.journal.store import Durability
from tests.journal.making import begin, claim, turn

pytestmark = pytest.mark.anyio


async def refusal(path: Path | str) -> str:
    """What opening says."""
    with pytest.raises(StoreError) as caught:
        async with open_store(str(path)):
            pass
    return str(caught.value)


# --- Addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "sqlite:"])
async def test_a_path_is_a_store_and_its_folders_are_made(tmp_path: Path, anyio_backend: str, prefix: str) -> None:
    """With and without the scheme; opening it again finds what was written."""
    path = tmp_path / "a" / "b" / "runs.db"
    async with open_store(f"{prefix}{path}") as store:
        await begin(store)
    async with open_store(f"{prefix}{path}", durability="process") as store:
        assert (await store.run("r1")).last_seq == 1
    assert path.is_file()


def test_a_relative_path_and_a_home_are_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`./x` and `~/x`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    assert isinstance(open_store(".holdfast/runs.db"), Sqlite)
    assert isinstance(open_store("~/.holdfast/runs.db"), Sqlite)
    assert (tmp_path / ".holdfast").is_dir()
    assert (tmp_path / "home" / ".holdfast").is_dir()


def test_memory_is_a_store() -> None:
    """`memory:` and nothing after it."""
    assert isinstance(open_store("memory:"), Memory)


@pytest.mark.parametrize("url", ["postgresql://x/y", "redis:1", "memory:x", "sqlite:", "sqlite::memory:", ""])
def test_another_address_is_refused_with_what_is_allowed(url: str) -> None:
    """The author's own words are quoted."""
    with pytest.raises(ConfigError, match=r"no store `.*`: use `sqlite:PATH`, a plain path, or `memory:`"):
        open_store(url)


def test_an_unknown_durability_is_refused() -> None:
    """The two that exist are named."""
    with pytest.raises(ConfigError, match=r"durability `none` is not known"):
        open_store("x.db", durability="none")  # type: ignore[arg-type]


@pytest.mark.parametrize(("durability", "synchronous"), [("power", 2), ("process", 1)])
async def test_durability_is_the_databases_own(
    tmp_path: Path, anyio_backend: str, durability: Durability, synchronous: int
) -> None:
    """`power` waits for the disk at each commit (FULL), `process` does not (NORMAL); both use the write-ahead log."""
    with closing(connection.connect(str(tmp_path / "x.db"), durability, writes=True)) as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (synchronous,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


# --- Files ------------------------------------------------------------------------------------------------------------


async def test_a_folder_is_not_a_store(tmp_path: Path, anyio_backend: str) -> None:
    """The message proposes a file in it."""
    assert await refusal(tmp_path) == f"`{tmp_path}` is a folder: name the file in it, for example `{tmp_path}/runs.db`"


async def test_a_file_in_the_way_of_the_folder_is_told(tmp_path: Path, anyio_backend: str) -> None:
    """The parent is a file."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(StoreError, match=r"the folder `.*/file` for the store cannot be created"):
        open_store(str(tmp_path / "file" / "runs.db"))


async def test_another_kind_of_file_is_not_a_store(tmp_path: Path, anyio_backend: str) -> None:
    """It is left as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("dear diary\n" * 500)

    assert await refusal(path) == f"`{path}` is not a Holdfast store: name another file, or move this one away"
    assert path.read_text() == "dear diary\n" * 500


async def test_a_database_of_another_program_is_not_a_store(tmp_path: Path, anyio_backend: str) -> None:
    """Nothing is added to it."""
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE customers(name)")

    assert await refusal(path) == f"`{path}` is a database of another program: give Holdfast a file of its own"
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT name FROM sqlite_schema").fetchall() == [("customers",)]


async def test_a_newer_store_is_refused(tmp_path: Path, anyio_backend: str) -> None:
    """Both versions are named, and the file is not touched."""
    path = tmp_path / "runs.db"
    async with open_store(str(path)) as store:
        await begin(store)
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 4}")

    assert await refusal(path) == (
        f"`{path}` is a store of version {VERSION + 4}; this program knows versions up to {VERSION}: "
        "use a newer Holdfast"
    )


async def test_a_damaged_store_is_told_from_a_foreign_one(tmp_path: Path, anyio_backend: str) -> None:
    """Pages overwritten: keep a copy, ask the doctor."""
    path = tmp_path / "runs.db"
    async with open_store(str(path)) as store:
        await begin(store)
        for after in range(1, 200):
            await store.append(turn(TimerFired(timer="t" * 100), after=after))
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xa5" * (size - 8192))

    with pytest.raises(StoreError, match=r"is damaged .* copy the file and its `-wal` .* restore a backup"):
        async with open_store(str(path)) as store:
            await store.entries("r1")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def unprivileged() -> Iterator[None]:
    """For root, whom no permission bit stops: be somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def said_without_privileges(path: Path) -> str:
    """What a user is told who may only do what the permission bits say."""

    async def write() -> None:
        async with open_store(str(path)) as store:
            await begin(store, "r2")

    with unprivileged(), pytest.raises(StoreError) as caught:
        anyio.run(write)
    return str(caught.value)


def test_a_read_only_folder_is_told(open_folder: Path) -> None:
    """The file cannot be made in it, or a folder below it."""
    open_folder.chmod(0o555)

    assert said_without_privileges(open_folder / "runs.db") == (
        f"the store `{open_folder}/runs.db` cannot be opened: its folder must exist and this user must be allowed to "
        "read and write in it"
    )
    assert said_without_privileges(open_folder / "deep" / "runs.db") == (
        f"the folder `{open_folder}/deep` for the store cannot be created: Permission denied"
    )


def test_a_read_only_file_is_told(open_folder: Path) -> None:
    """It exists, but not for this user to write."""
    path = open_folder / "runs.db"

    async def make() -> None:
        async with open_store(str(path)) as store:
            await begin(store)

    anyio.run(make)
    path.chmod(0o444)
    open_folder.chmod(0o777)

    assert said_without_privileges(path).startswith(
        f"the store `{path}` is read-only: make the file and its folder writable"
    )


# --- Locked -----------------------------------------------------------------------------------------------------------


async def test_a_locked_store_is_told_and_works_afterwards(
    tmp_path: Path, anyio_backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds the write lock beyond our patience."""
    monkeypatch.setattr(connection, "BUSY_TIMEOUT", 0.05)
    path = tmp_path / "runs.db"
    async with open_store(str(path)) as store:
        await begin(store)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(
                StoreError, match=r"is locked: another process has been writing to it for more than"
            ) as caught:
                await store.append(turn())
            assert caught.value.retryable
            assert len(await store.entries("r1")) == 1
            other.execute("ROLLBACK")

        await store.append(turn())
        assert len(await store.entries("r1")) == 2


# --- Full -------------------------------------------------------------------------------------------------------------


async def test_a_full_disk_is_told_and_the_store_works_afterwards(tmp_path: Path, anyio_backend: str) -> None:
    """All of the batch fail, nothing of it is written, nothing before it is lost, and a later append stands."""
    path = tmp_path / "runs.db"
    store = Sqlite(str(path), durability="process")
    large = CallReturned(call=1, value=["y" * 30_000, "z" * 1_000])
    async with store:
        await begin(store, "r1", "r2", "r3")
        pages = await _pragma(store, "page_count")
        await _pragma(store, f"max_page_count = {pages + 3}")
        failed = [await _failed(store, run) for run in ("r1", "r2", "r3")]
        together = await asyncio.gather(*[_failed(store, run, large) for run in ("r1", "r2", "r3")])

        assert failed == [None, None, None]
        said = (
            f"no space left for the store `{path}`: nothing of this turn was written and nothing before it is lost; "
            "free some space and the run goes on"
        )
        assert [str(error) for error in together] == [said] * 3
        assert all(error is not None and error.retryable for error in together)
        assert [(await store.run(run)).last_seq for run in ("r1", "r2", "r3")] == [2, 2, 2]
        assert len(await store.entries("r1")) == 2

        await _pragma(store, "max_page_count = 100000")
        await store.append(turn(large, after=2))
        assert len(await store.entries("r1")) == 3


async def _pragma(store: Sqlite, pragma: str) -> int:
    lane: Lane = store._writer

    def perform(db: sqlite3.Connection) -> int:
        return int(db.execute(f"PRAGMA {pragma}").fetchone()[0])

    return await lane.call(perform)


async def _failed(store: Sqlite, run: str, event: CallReturned | None = None) -> StoreError | None:
    after = 2 if event else 1
    try:
        await store.append(turn(event or TimerFired(timer="t"), run=run, after=after))
    except StoreError as error:
        return error
    return None


async def test_what_cannot_be_stored_harms_only_itself(tmp_path: Path, anyio_backend: str) -> None:
    """A key that is no valid text, in one batch with others; the store goes on."""
    async with open_store(str(tmp_path / "runs.db")) as store:
        await begin(store, "r1", "r2", "r3")
        wrong = turn(run="r2", changes=[claim("\ud800")])
        done = await asyncio.gather(
            store.append(turn()), store.append(wrong), store.append(turn(run="r3")), return_exceptions=True
        )

        assert [type(outcome) for outcome in done] == [type(None), UnicodeEncodeError, type(None)]
        assert [(await store.run(run)).last_seq for run in ("r1", "r2", "r3")] == [2, 1, 2]
        await store.append(turn(run="r2"))


# --- Using it wrongly -------------------------------------------------------------------------------------------------


async def test_a_closed_store_says_so(tmp_path: Path, anyio_backend: str) -> None:
    """Before it is opened and after it is closed."""
    store = open_store(str(tmp_path / "runs.db"))
    with pytest.raises(StoreError, match="the store is closed"):
        await begin(store)
    async with store:
        await begin(store)
    with pytest.raises(StoreError, match="the store is closed"):
        await store.append(turn())


async def test_closing_finishes_what_waits(tmp_path: Path, anyio_backend: str) -> None:
    """An append that was asked for before the end is acknowledged, and there."""
    path = str(tmp_path / "runs.db")
    async with open_store(path) as store:
        await begin(store)
        pending = asyncio.ensure_future(store.append(turn()))
        await asyncio.sleep(0)
    await pending

    async with open_store(path) as store:
        assert len(await store.entries("r1")) == 2


async def test_a_cancelled_caller_does_not_take_its_append_back(tmp_path: Path, anyio_backend: str) -> None:
    """The journal says what happened; whoever was cancelled reads it."""
    async with open_store(str(tmp_path / "runs.db")) as store:
        await begin(store)
        asked = asyncio.ensure_future(store.append(turn()))
        await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked

        with pytest.raises(Fenced):
            await store.append(turn())
        assert len(await store.entries("r1")) == 2


async def test_a_reader_that_failed_does_not_stay_in_the_past(tmp_path: Path, anyio_backend: str) -> None:
    """An error in the middle of a reading transaction ends it: the next look sees what was written since."""
    store = Sqlite(str(tmp_path / "runs.db"), durability="process")

    def fails(db: sqlite3.Connection) -> int:
        db.execute("BEGIN")
        db.execute("SELECT * FROM runs").fetchall()
        raise sqlite3.OperationalError("disk I/O error")

    async with store:
        await begin(store)
        with pytest.raises(StoreError, match="disk I/O error"):
            await store._from(fails)
        await store.append(turn())
        assert len(await store.entries("r1")) == 2
