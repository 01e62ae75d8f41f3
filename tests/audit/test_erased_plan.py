"""A plan that a model made is a value of its run: it is erased with it, and what is left is still proven."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.cli.main import main

PLANS = Path(__file__).parents[2] / "plans"
TOOLS = ["--tools", str(PLANS / "tools")]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run that had its plan made and paid twice by it, its values erased."""
    monkeypatch.chdir(tmp_path)
    main(["run", str(PLANS / "planned.yaml"), *TOOLS, "--task", "friends", "--quiet"])
    for _ in range(2):
        main(["decide", "again", "approve", "--by", "ana"])
        main(["resume", "--all", *TOOLS, "--quiet"])
    assert 0 == main(["erase", "friends", "--quiet"])
    return tmp_path / ".holdfast" / "runs.db"


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "verify"), ("rebuild", "--check"), ("rebuild",), ("runs",), ("show", "{}"), ("events", "{}"),
        ("audit", "export", "{}"), ("audit", "export", "{}", "--format", "html"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_is_left_can_be_looked_at_and_proven(
    store: Path, capfd: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """Of the run, and of the child whose plan is gone."""
    for run in [run for (run,) in query_all(store, "SELECT run FROM runs")]:
        assert 0 == main([word.format(run) for word in words])

    assert "target: ben" not in capfd.readouterr().out
    assert b"target: ben" not in store.read_bytes()


def test_only_a_plan_of_erased_runs_may_be_gone(store: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The text of any other plan is missed."""
    with closing(sqlite3.connect(store)) as db:
        db.execute("UPDATE plans SET source = '# erased'")
        db.execute("UPDATE runs SET plan_hash = 'other' WHERE parent IS NULL")
        db.execute("UPDATE plans SET hash = 'other' WHERE file NOT LIKE '<%'")
        db.execute("UPDATE journal SET format = abs(format) WHERE run = (SELECT id FROM runs WHERE parent IS NULL)")
        db.commit()

    assert 1 == main(["audit", "verify"])
    assert "plan other" in capfd.readouterr().out


def query_all(path: Path, sql: str) -> list[tuple[str, ...]]:
    """All rows."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def test_the_text_is_erased(store: Path) -> None:
    """The made plan's, not that of the plan in a file."""
    assert [("<made in the run>",)] == query_all(store, "SELECT file FROM plans WHERE source = '# erased'")
