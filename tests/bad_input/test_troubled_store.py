"""Disks and databases that fail: a sentence, exit code 4 or a run that stands still, and afterwards all is there."""

from __future__ import annotations

import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.bad_input.conftest import explained, notes, refused, until_noted
from tests.cli.conftest import Done, Project, environment

TOOLS = """
import time
from pathlib import Path
from holdfast import Context, tool

def note(text: str) -> None:
    with Path("notes").open("a") as notes:
        notes.write(text + "\\n")

@tool("test.large", effect="write", idempotency="key")
def large(ctx: Context) -> str:
    note(f"large {ctx.idempotency_key}")
    return "x" * 600_000

@tool("test.wait", effect="write", idempotency="none")
def wait(file: str) -> str:
    note("wait")
    while not Path(file).exists():
        time.sleep(0.01)
    return "done"
"""
LARGE = """
holdfast: 1
plan: large
steps:
  - {id: one, tool: note.add, with: {text: one}}
  - {id: two, tool: test.large}
  - {id: three, tool: note.add, with: {text: three}}
output: "{{ steps.two.output | length }}"
"""
WAIT = """
holdfast: 1
plan: wait
steps:
  - {id: one, tool: test.wait, with: {file: go}, timeout: 1m}
  - {id: two, tool: note.add, with: {text: two}}
output: "{{ steps.one.output }}"
"""
HELLO = """
holdfast: 1
plan: hello
steps:
  - {id: one, tool: note.add, with: {text: once}}
output: "{{ steps.one.output }}"
"""

FULL = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
os.execv(sys.executable, [sys.executable, "-m", "holdfast", *sys.argv[2:]])
"""
"""No file may grow beyond so many bytes: what a write gets on a disk that is full, from the first byte to the last."""

UNPRIVILEGED = """
import ctypes, os, sys
if os.geteuid() == 0:  # root without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: permission bits hold again
    assert [0, 0] == [ctypes.CDLL(None).prctl(24, capability, 0, 0, 0) for capability in (1, 2)]
os.execv(sys.executable, [sys.executable, "-m", "holdfast", *sys.argv[1:]])
"""


def given(project: Project, plan: str) -> Project:
    """The project with a plan and the tools above."""
    project.write("tools/test.py", TOOLS)
    project.write("plan.yaml", plan)
    return project


def through(launcher: str, project: Project, *words: str) -> subprocess.Popen[str]:
    """The command, started by a program that changes its own circumstances first."""
    return subprocess.Popen(
        [sys.executable, "-c", launcher, *words], cwd=project.path, env=environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def done(process: subprocess.Popen[str]) -> Done:
    """What it came to."""
    out, err = process.communicate(timeout=60)
    return Done(process.returncode, out, err)


@contextmanager
def standing_still(project: Project) -> Iterator[subprocess.Popen[str]]:
    """A run whose disk is full since its second step's answer came in, which it has said."""
    with through(FULL, project, "500000", "run", "plan.yaml", "--task", "t") as process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if "stands still" in line)
        explained(said, "nothing is lost", "the store `.holdfast/runs.db`", "full")
        assert ["one", "large local:large:t:two"] == notes(project)
        yield process


# --- Full -------------------------------------------------------------------------------------------------------------


def test_a_run_waits_for_space_and_goes_on_by_itself(project: Project) -> None:
    """Nothing is called that is not journaled, nothing is called twice, and space is noticed."""
    with standing_still(given(project, LARGE)) as process:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        ended = done(process)
    assert (0, True) == (ended.code, ended.out.endswith("succeeded\n  output: 600000\n")), ended
    explained(ended.err, "goes on: the store is usable again")
    assert ["one", "large local:large:t:two", "three"] == notes(project)


def test_a_run_that_died_on_a_full_disk_is_resumed(project: Project) -> None:
    """The write whose answer could not be kept is asked again under its own key; what was kept is not repeated."""
    with standing_still(given(project, LARGE)) as process:
        process.send_signal(signal.SIGKILL)
    resumed = project("resume", "--all", "--json")
    assert [(0, "succeeded", 600_000)] == [(resumed.code, one["status"], one["output"]) for one in resumed.json]
    assert ["one", "large local:large:t:two", "large local:large:t:two", "three"] == notes(project)


def test_a_disk_that_is_full_from_the_start_begins_nothing(project: Project) -> None:
    """Exit code 4 and why; once there is space the same command works."""
    for limit in ("1000", "30000"):
        refused(done(through(FULL, given(project, HELLO), limit, "run", "plan.yaml")), 4, "`.holdfast/runs.db`", "full")
    assert [] == notes(project)
    assert 0 == project("run", "plan.yaml").code


# --- Read-only --------------------------------------------------------------------------------------------------------


def test_what_may_not_be_written_is_said(project: Project) -> None:
    """A folder without a store, and a store in a folder: exit code 4, who must be allowed what, nothing called."""
    given(project, HELLO).path.chmod(0o555)
    made = done(through(UNPRIVILEGED, project, "run", "plan.yaml"))
    project.path.chmod(0o755)
    refused(made, 4, "the folder `.holdfast` for the store cannot be created: Permission denied")
    assert 0 == project("run", "plan.yaml", "--task", "t").code
    folder = project.path / ".holdfast"
    folder.chmod(0o555)
    opened = done(through(UNPRIVILEGED, project, "run", "plan.yaml", "--task", "u"))
    folder.chmod(0o755)
    refused(opened, 4, "the store `.holdfast/runs.db`", "make the file and its folder writable", "--store")
    assert ["once"] == notes(project)
    assert 0 == project("run", "plan.yaml", "--task", "u").code


# --- Locked, newer, damaged -------------------------------------------------------------------------------------------


def test_a_locked_store_is_waited_for_or_told(project: Project) -> None:
    """A run in the middle stands still and goes on; a new one gives up with exit code 4; looking works all the time."""
    given(project, WAIT).write("other.yaml", HELLO)
    with project.start("run", "plan.yaml") as first:
        until_noted(project, "wait")
        with closing(_database(project)) as other:
            other.execute("BEGIN IMMEDIATE")
            project.write("go", "")
            late = project.start("run", "other.yaml")
            assert "running" in project("runs").out
            assert first.stderr is not None
            explained(next(line for line in first.stderr if "stands still" in line), "another process has been writing")
            refused(done(late), 4, "the store `.holdfast/runs.db` is locked", "end it or wait")
        ended = done(first)
    assert (0, True) == (ended.code, ended.out.endswith("output: done\n")), ended
    assert ["wait", "two"] == notes(project)


def test_a_store_that_cannot_be_read_is_left_alone(project: Project) -> None:
    """Newer or damaged: exit code 4 and what to do; with the file back in place, what was done is not done again."""
    words = ("run", "plan.yaml", "--task", "t", "--json")
    first = given(project, HELLO)(*words).json
    with closing(_database(project)) as db:
        db.execute("PRAGMA user_version = 9")
    _says(project, words, 4, "is a store of version 9; this program knows versions up to 1: use a newer Holdfast")
    with closing(_database(project)) as db:
        db.execute("PRAGMA user_version = 1")
    file = project.path / ".holdfast" / "runs.db"
    kept = shutil.copy(file, project.path / "kept.db")
    file.write_bytes(file.read_bytes()[:8192] + b"\xa5" * (file.stat().st_size - 8192))
    _says(
        project, ("show", first["run"]), 4, "the store `.holdfast/runs.db` is damaged", "copy the file and its `-wal`"
    )
    _says(project, words, 4, "the store `.holdfast/runs.db` is damaged")
    shutil.copy(kept, file)
    assert (first, ["once"]) == (project(*words).json, notes(project))


def _database(project: Project) -> sqlite3.Connection:
    return sqlite3.connect(project.path / ".holdfast" / "runs.db", isolation_level=None)


def _says(project: Project, words: tuple[str, ...], code: int, *parts: str) -> None:
    told = project(*words)
    assert code == told.code, told.err
    explained(told.err, *parts)
