"""Who keeps a store does so beside processes that live on it: they wait a moment, and lose nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from holdfast.audit.verify import Verification
from holdfast.cli.main import main as holdfast
from holdfast.journal.digest import Chain
from holdfast.journal.sqlite.connection import patience
from holdfast.journal.sqlite.raw import Raw

SECONDS = 3.0
WORKERS = ("one", "two")


def test_runs_are_erased_beside_those_that_run(tmp_path: Path) -> None:
    """Two processes run plans while a third erases all that is over, again and again, and copies the store.

    No run fails, no effect takes place twice, nobody waits longer than the store's patience, the store is intact.
    """
    path, ledger = tmp_path / "runs.db", tmp_path / "effects.txt"
    store = ["--store", f"sqlite:{path}", "--quiet"]
    command = [sys.executable, "-m", "tests.crash.busy", f"sqlite:{path}", str(ledger)]
    workers = [subprocess.Popen([*command, name, str(SECONDS)], stdout=subprocess.PIPE) for name in WORKERS]
    swept = copied = 0
    while any(worker.poll() is None for worker in workers):
        if path.exists():
            code = holdfast(["retain", "--payloads", "1ms", *store])
            assert code in (0, 1)  # 1: somebody was reading, do it again
            swept += code == 0
            copied += holdfast(["backup", str(tmp_path / "copy.db"), "--force", *store]) == 0
        time.sleep(0.05)
    came = [json.loads(worker.communicate()[0]) for worker in workers]
    assert [0, 0] == [worker.returncode for worker in workers]
    assert 0 == holdfast(["retain", "--payloads", "1ms", *store])

    runs = sum(outcomes["succeeded"] for outcomes, _ in came)
    keys = ledger.read_text().splitlines()
    assert [["succeeded"]] * 2 == [list(outcomes) for outcomes, _ in came]
    assert (3 * runs, 3 * runs) == (len(keys), len(set(keys)))
    assert max(longest for _, longest in came) < patience(str(path))
    assert swept > 1
    assert copied > 1
    for file, whole in ((path, True), (tmp_path / "copy.db", False)):
        with Raw(str(file)) as raw:
            found = Verification(Chain()).store(raw)
        assert ([], True) == (found.faults, found.runs == runs if whole else found.runs <= runs)
    files = [file for file in tmp_path.glob("runs.db*") if file.is_file()]
    assert [] == [file.name for file in files if b"secret of" in file.read_bytes()]
