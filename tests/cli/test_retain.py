"""`holdfast retain` and `holdfast erase` at the command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.cli.conftest import Project

PLAN = "holdfast: 1\nplan: note\ninputs: {who: {type: string}}\nsteps:\n  - {id: a, set: {x: '{{ inputs.who }}'}}\n"


def test_only_what_is_old_enough_goes(tmp_path: Path) -> None:
    """By the configuration or by --payloads; --dry-run only lists; what is erased is not listed again."""
    home = Project(tmp_path)
    home.write("note.yaml", PLAN.replace("{id: a", "{id: a, description: d"))
    home.write("holdfast.toml", '[retention]\npayloads = "90d"\n')
    for task in ("old", "new"):
        done = home("run", "note.yaml", "--input", f"who=Fjodor-{task}", "--task", task)
        assert 0 == done.code, done.err
    with closing(sqlite3.connect(tmp_path / ".holdfast" / "runs.db", isolation_level=None)) as db:
        (old,) = db.execute("SELECT run FROM runs WHERE task = 'old'").fetchone()
        db.execute("UPDATE runs SET updated_at = updated_at - 91 * 86400 WHERE task = 'old'")
    assert [old] == home("retain", "--dry-run", "--json").json
    assert {"erased": [old], "already": [], "swept": True} == home("retain", "--json").json
    assert [] == home("retain", "--dry-run", "--json").json
    held = b"".join(file.read_bytes() for file in (tmp_path / ".holdfast").rglob("*") if file.is_file())
    assert (False, True) == (b"Fjodor-old" in held, b"Fjodor-new" in held)
    assert (2, 2) == (home("retain", "--payloads", "soon").code, home("erase", "nothing").code)
