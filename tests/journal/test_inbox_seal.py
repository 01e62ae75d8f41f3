"""With a key nothing counts that somebody without it put into an inbox, and it is told; without one nothing changes."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path

import pytest

import holdfast
from holdfast.api.session import Holdfast
from holdfast.audit.verify import Verification
from holdfast.cli.main import main
from holdfast.config import Config
from holdfast.core.actions import PendingCleared, PendingHeld, PendingListed, SubjectReserved, SubjectWanted
from holdfast.core.events import Event, ReviewAnswered, SignalReceived
from holdfast.errors import StoreError
from holdfast.journal import codec
from holdfast.journal.digest import Chain
from holdfast.journal.open import open_store
from holdfast.journal.sqlite.raw import Raw
from holdfast.journal.store import Answer
from tests.journal.making import NOON, begin, opened, turn

pytestmark = pytest.mark.anyio

KEY, NEW = b"the key", b"a newer key"
REAL = SignalReceived(signal="event", name="paid", payload=1, by="the bank")
FORGED = codec.encode([SignalReceived(signal="event", name="paid", payload=9, by="the bank")]).body
PUT = "INSERT INTO inbox(run, at, body, seal) SELECT id, ?, ?, ? FROM runs WHERE run = ?"

SLIPPED_IN = {
    "nothing sealed it": (PUT, (NOON, FORGED, None, "r1")),
    "sealed without the key": (PUT, (NOON, FORGED, bytes(20), "r1")),
    "sealed with another key": (PUT, (NOON, FORGED, Chain.keyed(b"mine").letter("r1", NOON, FORGED), "r1")),
    "no text at all": (PUT, (NOON, "[]", "", "r1")),
    "other words": ("UPDATE inbox SET body = CAST(replace(body, '1', '9') AS BLOB) WHERE run = ?", (1,)),
    "another sender": ("UPDATE inbox SET body = CAST(replace(body, 'bank', 'thief') AS BLOB) WHERE run = ?", (1,)),
    "another time": ("UPDATE inbox SET at = at + 1 WHERE run = ?", (1,)),
    "for another run": ("UPDATE inbox SET run = 2 WHERE run = ?", (1,)),
    "another kind": ("UPDATE inbox SET body = CAST(replace(body, 'event', 'cancel') AS BLOB) WHERE run = ?", (1,)),
}


def change(path: Path, statement: str, values: Sequence[object] = ()) -> None:
    """Write to the file as somebody does who may, and has no key."""
    with closing(sqlite3.connect(path)) as db:
        db.execute(statement, values)
        db.commit()


def count(path: Path, what: str) -> int:
    """Of messages in inboxes."""
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute(f"SELECT count(*) FROM inbox WHERE {what}").fetchone()[0])


def slipped_in(path: Path, key: bytes = KEY) -> list[tuple[str, str]]:
    """What an audit tells of inboxes."""
    with Raw(str(path)) as raw:
        found = Verification(Chain.keyed(key)).store(raw).faults
        some = Verification(Chain.keyed(key)).some(raw, ["r1", "r2"]).faults
    whole = [(fault.run, fault.found) for fault in found if fault.kind == "slipped_in"]
    assert whole == [(fault.run, fault.found) for fault in some if fault.kind == "slipped_in"]
    return whole


@pytest.mark.parametrize("how", list(SLIPPED_IN))
async def test_what_somebody_without_the_key_put_in_reaches_no_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    """It is told once, wakes nobody again, and stays for the audit until `rebuild` takes it out."""
    path = tmp_path / "runs.db"
    async with open_store(str(path), digest_key=KEY) as store:
        await begin(store, "r1", "r2")
        for run in ("r1", "r2"):
            await store.append(turn(run=run))
        await store.signal("r1", REAL, NOON)
        assert [REAL] == [item.observation for item in await store.inbox(["r1"])]
        change(path, *SLIPPED_IN[how])
        change(path, "UPDATE runs SET status = 'waiting'")
        meant: list[Event] = [REAL] if SLIPPED_IN[how][0] is PUT else []

        with caplog.at_level(logging.WARNING):
            assert meant == [item.observation for item in await store.inbox(["r1", "r2"])]
            assert meant == [item.observation for item in await store.inbox(["r1", "r2"])]
            assert ["r1"] * len(meant) == await store.ready(NOON, "w", 9)
        assert 1 == len(caplog.records)
        assert "not sealed with the configured key" in caplog.text
        assert 1 == len(slipped_in(path))


async def test_whoever_has_the_key_is_believed(tmp_path: Path) -> None:
    """Signals, answers, and what runs tell each other: each is sealed where it is put in."""
    path = tmp_path / "runs.db"
    async with open_store(str(path), digest_key=KEY) as store:
        await begin(store, "r1", "r2", "r3")
        await store.append(turn(changes=[opened(), SubjectReserved(subject="s", address="a", tool="t")]))
        await store.append(turn(run="r2", changes=[SubjectWanted(subject="s")]))
        held = PendingHeld(address="a", until=NOON + 9, subject="s")
        listed = PendingListed(address="a", tool="t", subject="s", due=None)
        await store.append(turn(after=2, changes=[listed, held]))
        await store.append(turn(run="r3", changes=[SubjectWanted(subject="s")]))
        await store.append(turn(after=3, changes=[PendingCleared(address="a", subject="s")]))
        await store.signal("r1", REAL, NOON)
        await store.answer("r1.1", Answer(decision="approve", by="ana"), NOON)
        came = [type(item.observation).__name__ for item in await store.inbox(["r1", "r2", "r3"])]

    assert ["SubjectDue", "SubjectDue", "SubjectFreed", "SignalReceived", "ReviewAnswered"] == came
    assert 5 == count(path, "length(seal) = 20")
    assert [] == slipped_in(path)


async def test_without_a_key_nothing_changes(tmp_path: Path) -> None:
    """Nothing is sealed, and whatever lies there is taken."""
    path = tmp_path / "runs.db"
    async with open_store(str(path)) as store:
        await begin(store)
        await store.signal("r1", REAL, NOON)
        change(path, PUT, (NOON, FORGED, None, "r1"))

        assert 2 == len(await store.inbox(["r1"]))
    assert 2 == count(path, "seal IS NULL")
    assert [] == slipped_in(path, b"")


async def test_who_lacks_the_key_of_a_run_is_told_so(tmp_path: Path) -> None:
    """Instead of being thanked for what no run would take, or breaking a journal."""
    path = str(tmp_path / "runs.db")
    async with open_store(path, digest_key=KEY) as store:
        await begin(store)
        await store.append(turn(changes=[opened()]))
    for keys in ({}, {"digest_key": NEW}):
        async with open_store(path, **keys) as store:
            for said in (store.signal("r1", REAL, NOON), store.answer("r1.1", Answer(decision="approve"), NOON)):
                with pytest.raises(StoreError, match="sealed with a key that is not configured here"):
                    await said
            assert "open" == (await store.review("r1.1")).state


async def test_what_came_under_the_old_key_counts_until_the_run_goes_on_under_the_new(tmp_path: Path) -> None:
    """What lies there when the run is taken up is sealed anew; afterwards the old key says nothing any more."""
    path = tmp_path / "runs.db"
    async with open_store(str(path), digest_key=KEY) as store:
        await begin(store)
        await store.signal("r1", REAL, NOON)
    old = Chain.keyed(KEY).letter("r1", NOON, FORGED)
    async with open_store(str(path), digest_key=NEW, old_keys=[KEY]) as store:
        assert [REAL] == [item.observation for item in await store.inbox(["r1"])]
        assert await store.acquire("r1", "w")
        await store.append(turn())
        change(path, PUT, (NOON, FORGED, old, "r1"))

        assert [REAL] == [item.observation for item in await store.inbox(["r1"])]
        assert 1 == count(path, "refused IS NOT NULL")
    async with open_store(str(path), digest_key=KEY) as store:
        assert [] == await store.inbox(["r1"])  # of a run that is under a newer key nothing can be told
    assert 1 == count(path, "refused IS NOT NULL")


PLAN = """
holdfast: 1
plan: paying
steps:
  - {id: sure, ask: {to: boss, question: "Sure?", options: ["yes", "no"], timeout: 1d}}
  - {id: paid, wait: {event: paid, timeout: 1d}}
output: [{say: "{{ steps.sure.output }}"}, {say: "{{ steps.paid.output }}"}]
"""


def test_a_run_waits_for_the_real_word(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A forged answer and a forged event pass it by; `rebuild` takes them out; then people and systems are heard."""
    (tmp_path / "paying.yaml").write_text(PLAN)
    (tmp_path / "audit.key").write_text("the key")
    (tmp_path / "holdfast.toml").write_text('store = "sqlite:runs.db"\n[audit]\nkey = "file:audit.key"\n')

    def told(*command: str) -> tuple[int, str]:
        code = main(["--config", str(tmp_path / "holdfast.toml"), *command])
        return code, capfd.readouterr().out

    asyncio.run(_forged_words(tmp_path))
    code, said = told("audit", "verify")
    assert (1, 2) == (code, said.count("somebody who does not have the key put a message into the inbox"))
    code, said = told("rebuild", "--check")
    assert (1, 2) == (code, said.count("was put there by somebody without the key"))
    assert 0 == told("rebuild")[0]
    assert 0 == told("audit", "verify")[0]
    assert [{"say": "yes"}, {"say": 1}] == asyncio.run(_real_words(tmp_path))


def _store(folder: Path) -> AbstractAsyncContextManager[Holdfast]:
    config = Config(digest_key=f"file:{folder}/audit.key")
    return holdfast.open(f"sqlite:{folder}/runs.db", config=config, durability="process")


async def _forged_words(folder: Path) -> None:
    async with _store(folder) as hf:
        run = await hf.start(folder / "paying.yaml", task="one")
        assert "waiting" == (await run.result()).status
        (review,) = await hf.reviews(run=run.id)
        path = folder / "runs.db"
        change(path, "UPDATE reviews SET state = 'answered', decision = 'choose', value = '\"no\"', answers = 1")
        for event in (ReviewAnswered(review=review.review.id, decision="choose", value="no", by="boss"), REAL):
            change(path, PUT, (NOON, codec.encode([event]).body, None, run.id))
        await hf.resume(run.id)
        assert "waiting" == (await run.result()).status


async def _real_words(folder: Path) -> object:
    async with _store(folder) as hf:
        run = await hf.resume("one")
        (review,) = await hf.reviews(run=run.id)
        await hf.decide(review.review.id, holdfast.Choose("yes", by="boss"))
        await hf.signal(run.id, "paid", 1)
        return (await run.wait()).output
