"""Whatever is done to a store behind Holdfast's back is found, and nothing is found in one that nobody touched."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from holdfast.audit.anchors import Anchor, anchor_of
from holdfast.audit.fault import MEANING, Fault
from holdfast.audit.verify import Verification
from holdfast.config import Config
from holdfast.core.events import TimerFired
from holdfast.errors import StoreError
from holdfast.journal import codec
from holdfast.journal.digest import Chain
from holdfast.journal.sqlite.raw import Raw
from tests.audit.worlds import KEY, fill

CHAIN = Chain.keyed(KEY.encode())


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store that nobody touched."""
    path = fill(tmp_path_factory.mktemp("store"))
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def copy(store: Path, tmp_path: Path) -> Path:
    """One to do something to."""
    return Path(shutil.copy(store, tmp_path / "copy.db"))


def faults(path: Path, chain: Chain = CHAIN, anchors: dict[str, list[Anchor]] | None = None) -> list[Fault]:
    """What an audit finds."""
    with Raw(str(path)) as raw:
        return Verification(chain, anchors or {}).store(raw).faults


def told(found: list[Fault]) -> list[tuple[str, int | None]]:
    """Kinds of faults with their entries."""
    return [(fault.kind, fault.seq) for fault in found]


def anchors_of(path: Path) -> dict[str, list[Anchor]]:
    """Anchors of every run."""
    with Raw(str(path)) as raw:
        return {run.run: [anchor_of(run)] for run in raw.runs()}


def query(path: Path, statement: str) -> tuple[Any, ...]:
    """One row."""
    with closing(sqlite3.connect(path)) as db:
        return tuple(db.execute(statement).fetchone())


def change(path: Path, *statements: str) -> None:
    """Do something to a store."""
    with closing(sqlite3.connect(path)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def test_nothing_is_found_in_a_store_that_nobody_touched(store: Path) -> None:
    """Ended, failed and parked runs, children, answers, large values and effects that wait for their confirmation."""
    with Raw(str(store)) as raw:
        found = Verification(CHAIN, anchors_of(store)).store(raw)

    assert ([], 11, True) == (found.faults, found.runs, found.blobs > 0)


FIRST = "run = (SELECT id FROM runs WHERE task = 't1')"
CUT = f"""UPDATE runs SET last_seq = {{last}} - 1,
    head = (SELECT digest FROM journal j WHERE j.{FIRST} ORDER BY seq DESC LIMIT 1) WHERE task = 't1'"""
LAST = f"(SELECT max(seq) FROM journal WHERE {FIRST})"

DONE: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "a byte changed": (
        (f"UPDATE journal SET body = CAST(replace(body, 'F1', 'F2') AS BLOB) WHERE {FIRST}",),
        ["changed"],
    ),
    "a time changed": ((f"UPDATE journal SET at = at + 1 WHERE {FIRST} AND seq = 1",), ["changed"]),
    "a digest changed": ((f"UPDATE journal SET digest = zeroblob(16) WHERE {FIRST} AND seq = 1",), ["changed"]),
    "an entry removed": ((f"DELETE FROM journal WHERE {FIRST} AND seq = 2",), ["missing"]),
    "the first removed": ((f"DELETE FROM journal WHERE {FIRST} AND seq = 1",), ["missing"]),
    "the end removed": ((f"DELETE FROM journal WHERE {FIRST} AND seq = {LAST}",), ["cut_off"]),
    "a bare row put in": (
        (
            (
                f"INSERT INTO journal SELECT run, {LAST} + 9, format, at, body, digest FROM journal "
                f"WHERE {FIRST} AND seq = 1"
            ),
        ),
        ["missing", "too_long"],
    ),
    "its run removed": (("DELETE FROM runs WHERE task = 't1'",), ["no_run"]),
    "a seal removed": (("UPDATE runs SET seal = zeroblob(20) WHERE task = 't1'",), ["other_key"]),
    "a seal of another run": (
        ("UPDATE runs SET seal = (SELECT seal FROM runs WHERE task = 't2') WHERE task = 't1'",),
        ["unsealed"],
    ),
    "a large value changed": (
        ("UPDATE blobs SET content = CAST(replace(content, 'terms', 'TERMS') AS BLOB)",),
        ["blob_changed"],
    ),
    "a large value removed": (("DELETE FROM blobs",), ["blob_missing"]),
    "a plan changed": (("UPDATE plans SET source = source || ' ' WHERE name = 'trip'",), ["plan_changed"]),
    "a plan removed": (("DELETE FROM plans WHERE name = 'trip'",), ["plan_changed"]),
    "text of another kind": ((f"UPDATE journal SET body = 7 WHERE {FIRST} AND seq = 1",), ["changed"]),
}


@pytest.mark.parametrize("what", list(DONE))
def test_what_was_done_is_told(copy: Path, what: str) -> None:
    """The first fault says what it was."""
    statements, expected = DONE[what]
    change(copy, *statements)
    found = faults(copy)
    kinds = list(dict.fromkeys(fault.kind for fault in found))

    assert expected == [kind for kind in kinds if kind in expected], found
    assert all({"means", "todo"} <= fault.to_data().keys() for fault in found)


def test_who_cuts_a_journal_off_cannot_seal_it(copy: Path) -> None:
    """Even where the run's row is made to agree."""
    (last,) = query(copy, f"SELECT max(seq) FROM journal WHERE {FIRST}")
    change(copy, f"DELETE FROM journal WHERE {FIRST} AND seq = {last}", CUT.format(last=last))

    assert [("unsealed", last - 1)] == told(faults(copy))


def test_an_entry_written_without_the_key_is_told_as_such(copy: Path) -> None:
    """Somebody who knows the format and not the key goes on with a journal."""
    (last,) = query(copy, "SELECT last_seq FROM runs WHERE task = 'a2'")
    (head,) = query(copy, "SELECT head FROM runs WHERE task = 'a2'")
    body = codec.encode([TimerFired(timer="ask:which")]).body
    digest = Chain().link(head, 1, last + 1, 9e9, body)
    with closing(sqlite3.connect(copy)) as db:
        row = (last + 1, 1, 9e9, body, digest)
        db.execute("INSERT INTO journal SELECT id, ?, ?, ?, ?, ? FROM runs WHERE task = 'a2'", row)
        sealed = (last + 1, digest, Chain().seal(last + 1, digest))
        db.execute("UPDATE runs SET last_seq = ?, head = ?, seal = ? WHERE task = 'a2'", sealed)
        db.commit()

    assert [("unkeyed", last + 1), ("other_key", last + 1)] == told(faults(copy))


def test_without_a_key_who_can_write_can_make_it_all_anew(tmp_path: Path) -> None:
    """What a chain without a key proves is accident; anchors kept elsewhere prove more."""
    path = fill(tmp_path, Config())
    before = anchors_of(path)
    (run,) = query(path, "SELECT run FROM runs WHERE task = 'a2'")
    forge(path, run)

    assert [] == faults(path, Chain())
    assert [("anchor_differs", before[run][0].seq)] == told(faults(path, Chain(), before))


def forge(path: Path, run: str) -> None:
    """Make a journal anew with another first entry, as somebody without a key can."""
    with closing(sqlite3.connect(path)) as db:
        query = "SELECT format, seq, at, body FROM journal WHERE run = (SELECT id FROM runs WHERE run = ?) ORDER BY seq"
        digest = Chain().start(run)
        for version, seq, at, body in db.execute(query, (run,)).fetchall():
            digest = Chain().link(digest, version, seq, at + 1, body)
            written = (at + 1, digest, run, seq)
            db.execute(
                "UPDATE journal SET at = ?, digest = ? WHERE run = (SELECT id FROM runs WHERE run = ?) AND seq = ?",
                written,
            )
        (last,) = db.execute("SELECT last_seq FROM runs WHERE run = ?", (run,)).fetchone()
        db.execute("UPDATE runs SET head = ?, seal = ? WHERE run = ?", (digest, Chain().seal(last, digest), run))
        db.execute("UPDATE runs SET created_at = created_at + 1, updated_at = updated_at + 1 WHERE run = ?", (run,))
        db.execute(
            "UPDATE reviews SET opened_at = opened_at + 1 WHERE run = (SELECT id FROM runs WHERE run = ?)", (run,)
        )
        db.commit()


def test_anchors_show_what_the_store_alone_cannot(store: Path, copy: Path) -> None:
    """An older copy of the whole file, and a run that is gone with all that it left; a forged anchor says nothing."""
    anchors = anchors_of(store)
    (run,) = query(store, "SELECT run FROM runs WHERE task = 'm1'")
    later = {run: [anchors[run][0]._replace(seq=99, seal=CHAIN.seal(99, anchors[run][0].head))]}
    forged = {run: [anchors[run][0]._replace(seq=99)]}

    assert [("anchor_cut_off", 99)] == told(faults(copy, anchors=later))
    assert [("anchor_forged", 99)] == told(faults(copy, anchors=forged))
    mine = f"(SELECT id FROM runs WHERE run = '{run}')"
    change(copy, *(f"DELETE FROM {table} WHERE run = {mine}" for table in ("journal", "ledger", "pending", "inbox")))
    change(copy, f"DELETE FROM runs WHERE run = '{run}'")
    assert [] == faults(copy)
    assert [("anchor_missing", anchors[run][0].seq)] == told(faults(copy, anchors=anchors))


def test_keys_change_and_what_was_written_before_still_verifies(copy: Path) -> None:
    """The old key verifies where it is named, and nothing does where it is not."""
    assert [] == faults(copy, Chain.keyed(b"new", [KEY.encode()]))
    assert {"other_key"} == {fault.kind for fault in faults(copy, Chain.keyed(b"new"))}
    assert {"other_key"} == {fault.kind for fault in faults(copy, Chain())}


def test_what_only_a_later_holdfast_could_have_written_is_told_as_such(copy: Path) -> None:
    """It follows the chain, under the key, and says something that nobody here has heard of."""
    (last, head) = query(copy, "SELECT last_seq, head FROM runs WHERE task = 'a2'")
    body = b'[["FromTheFuture",{}]]'
    digest = CHAIN.link(head, 1, last + 1, 9e9, body)
    with closing(sqlite3.connect(copy)) as db:
        db.execute(
            "INSERT INTO journal SELECT id, ?, 1, 9e9, ?, ? FROM runs WHERE task = 'a2'", (last + 1, body, digest)
        )
        sealed = (last + 1, digest, CHAIN.seal(last + 1, digest))
        db.execute("UPDATE runs SET last_seq = ?, head = ?, seal = ? WHERE task = 'a2'", sealed)
        db.commit()

    assert [("unreadable", last + 1)] == told(faults(copy))


def test_a_file_that_is_damaged_below_is_told(copy: Path) -> None:
    """An index that does not have what its table has: no row says so, SQLite's own check does."""
    with closing(sqlite3.connect(copy)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'pending_since'").fetchone()
    content = bytearray(copy.read_bytes())
    content[(page - 1) * 4096 + 3 : (page - 1) * 4096 + 5] = bytes(2)  # it has no entries any more
    copy.write_bytes(content)

    assert "file" in {fault.kind for fault in faults(copy)}


def sealed(path: Path) -> list[list[Any]]:
    """All that no change may be hidden in."""
    with closing(sqlite3.connect(path)) as db:
        return [
            db.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1, 2").fetchall()
            for table, columns in TABLES.items()
        ]


def test_any_byte_of_the_file_may_be_changed(store: Path, tmp_path: Path) -> None:
    """Whatever SQLite makes of it: it is found, or nothing that was recorded reads otherwise."""
    whole, before, found = store.read_bytes(), sealed(store), 0
    draw = random.Random(4)
    for number in range(40):
        copy, content = tmp_path / f"{number}.db", bytearray(whole)
        content[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        copy.write_bytes(content)
        try:
            clean = not faults(copy)
        except StoreError:
            clean = False
        assert not clean or sealed(copy) == before, number
        found += not clean
    assert found > 10


TABLES = {
    "journal": ("run", "seq", "format", "at", "body", "digest"),
    "runs": (
        "id",
        "run",
        "last_seq",
        "head",
        "seal",
        "user",
        "plan",
        "task",
        "plan_hash",
        "status",
        "created_at",
        "updated_at",
        "waiting",
        "result",
        "parent",
    ),
    "ledger": ("key", "tool", "run", "digest", "state", "intended_at", "settled_at", "value"),
    "reviews": ("review", "run", "body", "state", "opened_at", "decision", "by", "answered_at", "outcome", "closed_at"),
    "pending": ("run", "address", "subject", "tool", "state", "since", "due"),
    "blobs": ("hash", "content"),
    "plans": ("hash", "source"),
}
"""What no change may be hidden in. A run's priority and owner, and who was told of a review, are in no journal."""


@pytest.mark.parametrize("seed", range(100))
def test_any_change_at_random_is_found(copy: Path, seed: int) -> None:
    """A value changed by a little, a row removed, two rows that change places: in any table that is sealed."""
    draw = random.Random(seed)
    with closing(sqlite3.connect(copy)) as db:
        table = draw.choice(list(TABLES))
        done = draw.choice((alter, alter, alter, remove, swap))(db, table, draw)
        db.commit()
    found = faults(copy)

    assert found, (table, done)
    assert {fault.kind for fault in found} <= MEANING.keys()


def alter(db: sqlite3.Connection, table: str, draw: random.Random) -> str:
    """One value of one row becomes another one."""
    column = draw.choice(TABLES[table])
    rows = db.execute(f"SELECT {', '.join(TABLES[table])} FROM {table}").fetchall()
    row = draw.choice(rows)
    old = row[TABLES[table].index(column)]
    where = " AND ".join(f"{name} IS ?" for name in TABLES[table])
    try:
        db.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (other(old, draw), *row))
    except sqlite3.IntegrityError:  # there is such a row already
        return remove(db, table, draw)
    return f"{column} of {row}"


def other(old: object, draw: random.Random) -> object:
    """A value that differs by a little, or altogether."""
    if isinstance(old, bytes) and old:
        bit = draw.randrange(8 * len(old))
        changed = bytearray(old)
        changed[bit // 8] ^= 1 << bit % 8
        return bytes(changed)
    if isinstance(old, str) and old:
        place = draw.randrange(len(old))
        return old[:place] + chr(ord(old[place]) ^ 1) + old[place + 1 :]
    if old is None or old == "":
        return "something"
    assert isinstance(old, int | float)
    return old + draw.choice((1, -1, 1e3)) if isinstance(old, int) else old + 1e-6


def remove(db: sqlite3.Connection, table: str, draw: random.Random) -> str:
    """A row goes."""
    rows = db.execute(f"SELECT {', '.join(TABLES[table])} FROM {table}").fetchall()
    row = draw.choice(rows)
    where = " AND ".join(f"{name} IS ?" for name in TABLES[table])
    db.execute(f"DELETE FROM {table} WHERE {where}", row)
    return f"without {row}"


def swap(db: sqlite3.Connection, table: str, draw: random.Random) -> str:
    """Two entries of a journal change places."""
    (run,) = draw.choice(db.execute("SELECT run FROM journal GROUP BY run HAVING count(*) > 1").fetchall())
    one, two = draw.sample(
        db.execute("SELECT seq, format, at, body, digest FROM journal WHERE run = ?", (run,)).fetchall(), 2
    )
    for seq, row in ((one[0], two), (two[0], one)):
        db.execute("UPDATE journal SET format=?, at=?, body=?, digest=? WHERE run=? AND seq=?", (*row[1:], run, seq))
    return f"{table}: {one[0]} and {two[0]} of {run}"
