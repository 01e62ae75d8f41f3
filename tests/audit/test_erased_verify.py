"""What was erased leaves a record that can still be proven, and nothing else passes for an erasure."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.audit.verify import Verification
from holdfast.cli.main import main
from holdfast.journal.digest import SIZE, Chain
from holdfast.journal.sqlite.raw import Raw
from tests.audit.test_export import Seen, verifier
from tests.audit.test_tampering import anchors_of, faults, query
from tests.audit.worlds import KEY, fill

RUN = "run = (SELECT id FROM runs WHERE task = '{}')"
ERASED = f"format < 0 AND {RUN.format('t1')}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of which two runs were erased, one after the other."""
    folder = tmp_path_factory.mktemp("erased")
    path = fill(folder)
    (folder / "holdfast.toml").write_text('store = "sqlite:runs.db"\n[audit]\nkey = "file:audit.key"\n')
    shutil.copy(path, folder / "before.db")
    for task in ("t1", "t2"):
        words = [
            "erase",
            task,
            "--reason",
            "asked for",
            "--by",
            "dpo",
            "--config",
            f"{folder}/holdfast.toml",
            "--quiet",
        ]
        assert 0 == main(words)
    return folder


def test_an_erased_store_is_intact(home: Path) -> None:
    """Its chain, its seals, and the anchors that were taken before."""
    before = anchors_of(home / "before.db")
    with Raw(str(home / "runs.db")) as raw:
        found = Verification(Chain.keyed(KEY.encode()), before).store(raw)

    assert [] == found.faults
    assert query(home / "runs.db", f"SELECT count(*) FROM journal WHERE {ERASED}")[0] > 1


@pytest.mark.parametrize("how", ["text", "whole", "entry", "other"])
def test_what_stands_in_its_place_cannot_be_changed(home: Path, tmp_path: Path, how: str) -> None:
    """Neither the text left, nor the entry that names it; and nobody without the key erases anything."""
    path = Path(shutil.copy(home / "runs.db", tmp_path / "copy.db"))
    with closing(sqlite3.connect(path)) as db:
        if how == "text":
            (seq, body) = db.execute(f"SELECT seq, body FROM journal WHERE {ERASED} ORDER BY seq LIMIT 1").fetchone()
            changed = body.replace(b"trip", b"trap")
            assert changed != body
            db.execute(f"UPDATE journal SET body = ? WHERE {ERASED} AND seq = ?", (changed, seq))
        elif how == "whole":
            db.execute(f"DELETE FROM journal WHERE {ERASED}")
        elif how == "entry":
            last = "(SELECT last_seq FROM runs WHERE task = 't1')"
            db.execute(f"DELETE FROM journal WHERE {RUN.format('t1')} AND seq = {last}")
        else:
            some = f"SELECT run, seq, body FROM journal WHERE {RUN.format('t3')} AND seq > 1 LIMIT 1"
            run, seq, body = db.execute(some).fetchone()
            inner = Chain.keyed(KEY.encode()).inner(body)
            assert SIZE == len(inner)
            made = (inner + body.replace(b"air.search", b"air.nothing"), run, seq)
            db.execute("UPDATE journal SET format = -format, body = ? WHERE run = ? AND seq = ?", made)
        db.commit()

    kinds = {fault.kind for fault in faults(path)}
    assert {"text": "erased_otherwise", "whole": "missing", "entry": "erased_otherwise", "other": "erased_otherwise"}[
        how
    ] in kinds


def test_an_erased_run_is_exported(home: Path) -> None:
    """Its lines verify, its page says that text is gone, its trace tells when what happened."""
    config = ["--config", f"{home}/holdfast.toml", "--quiet"]
    for form in ("jsonl", "html", "otel"):
        assert 0 == main(["audit", "export", "t1", "--format", form, "-o", f"{home}/t1.{form}", *config])
    text = (home / "t1.html").read_text()

    assert "as they were written" in verifier()(home / "t1.jsonl", KEY.encode())
    assert [] == Seen(text).open
    assert "text was erased from it" in text
    assert "execute_tool air.search" in (home / "t1.otel").read_text()
    assert "All of the terms" not in text + (home / "t1.jsonl").read_text()
