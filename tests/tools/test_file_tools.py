"""`files.*`: inside one folder, and never half."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from holdfast.registry import Context, Registry, ToolError


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that tools may use, with something secret beside it."""
    folder = tmp_path / "root"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setenv("HOLDFAST_FILES_ROOT", str(folder))
    return folder


def call(name: str, **args: object) -> Any:
    """What the tool gives, as an engine would call it."""
    found = Registry().get(f"files.{name}")
    return found.outcome(found.call(found.validate_arguments(args), Context(idempotency_key="k1"))).value


def refused(name: str, **args: object) -> tuple[str, str]:
    """Code and sentence with which the tool fails."""
    with pytest.raises(ToolError) as caught:
        call(name, **args)
    return caught.value.code, caught.value.message


def test_what_was_written_can_be_read(root: Path) -> None:
    """Folders on the way are made, and nothing else is left behind."""
    assert {"path": "a/b/c.txt", "bytes": 6} == call("write", path="a/b/c.txt", text="héllo")
    assert "héllo" == call("read", path="a/b/c.txt")
    assert [True, True, False] == [call("exists", path=path) for path in ("a/b/c.txt", "a", "b")]
    assert ["c.txt"] == [path.name for path in (root / "a/b").iterdir()]


def test_line_ends_stay_as_they_are(root: Path) -> None:
    """Text is written as it is given, on every system."""
    call("write", path="x", text="a\r\nb\n")
    assert b"a\r\nb\n" == (root / "x").read_bytes()
    assert "a\r\nb\n" == call("read", path="x")


def test_writing_replaces_and_keeps_the_mode(root: Path) -> None:
    """A script stays executable."""
    path = root / "run.sh"
    path.write_text("old")
    path.chmod(0o750)
    call("write", path="run.sh", text="new")
    assert ("new", 0o750) == (path.read_text(), stat.S_IMODE(path.stat().st_mode))


def test_a_listing_is_sorted_and_says_what_is_what(root: Path) -> None:
    """Links are named, not followed."""
    (root / "b.csv").write_text("12")
    (root / "a").mkdir()
    (root / "c").symlink_to("/etc")
    found = call("list")
    assert [("a", "folder"), ("b.csv", "file"), ("c", "other")] == [(one["name"], one["kind"]) for one in found]
    assert [{"name": "b.csv", "path": "b.csv", "kind": "file", "bytes": 2}] == call("list", pattern="*.csv")


def test_deleting_twice_is_deleting_once(root: Path) -> None:
    """That there is none is no failure, also where its folder is gone."""
    (root / "a.txt").write_text("x")
    assert [{"path": "a.txt"}] * 2 == [call("delete", path="a.txt") for _ in range(2)]
    assert {"path": "no/a.txt"} == call("delete", path="no/a.txt")
    assert not (root / "a.txt").exists()


@pytest.mark.parametrize("name", ["read", "list", "exists", "write", "delete"])
@pytest.mark.parametrize(
    "path", ["../secret.txt", "/etc/passwd", "link/secret.txt", "a/../../secret.txt", "file", ".."]
)
def test_nothing_leads_out_of_the_root(root: Path, name: str, path: str) -> None:
    """Neither `..`, nor an absolute path, nor a link; `exists` does not even tell whether it is there."""
    (root / "link").symlink_to(root.parent)
    (root / "file").symlink_to(root.parent / "secret.txt")
    if (name, path) == ("delete", "file"):
        call(name, path=path)  # the link itself stands inside
        assert not (root / "file").is_symlink()
    else:
        code, said = refused(name, path=path, **({"text": "x"} if name == "write" else {}))
        assert ("denied", True) == (code, "leads out of the folder" in said)
    assert "secret" == (root.parent / "secret.txt").read_text()


def test_a_link_that_stays_inside_is_followed(root: Path) -> None:
    """Writing through it changes what it leads to, and it stays a link."""
    (root / "real.txt").write_text("old")
    (root / "link.txt").symlink_to("real.txt")
    call("write", path="link.txt", text="new")
    assert ("new", True) == ((root / "real.txt").read_text(), (root / "link.txt").is_symlink())


def test_what_cannot_be_read(root: Path) -> None:
    """Each with its code: missing, too large, no text, no file, a pipe that nobody writes into."""
    (root / "large").write_bytes(b"x" * 11)
    (root / "binary").write_bytes(b"\xff")
    (root / "folder").mkdir()
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "pipe")
    assert ("not_found", "there is no `no.txt`") == refused("read", path="no.txt")
    assert ("failed_precondition", "`large` is larger than 10 bytes (max_bytes)") == refused(
        "read", path="large", max_bytes=10
    )
    assert ("bad_output", "`binary` is not UTF-8 text") == refused("read", path="binary")
    assert ("invalid", "`folder` is a folder") == refused("read", path="folder")
    assert ("invalid", "`pipe` is not a file") == refused("read", path="pipe")
    assert "unavailable" == refused("read", path="loop")[0]
    assert "invalid" == refused("read", path="a\0b")[0]
    assert "invalid" == refused("read", path="")[0]
    assert ("not_found", "there is no `large`") == refused("list", path="large")


def test_folders_are_neither_written_nor_deleted(root: Path) -> None:
    """Only files are."""
    (root / "folder").mkdir()
    assert ("invalid", "`folder` is a folder") == refused("write", path="folder", text="x")
    assert "only files are deleted" in refused("delete", path="folder")[1]


def test_a_full_disk_leaves_the_old_file() -> None:
    """It did not happen, says the failure, and no draft is left."""
    script = """
import os, resource, signal, sys, tempfile
from holdfast.registry import Context, Registry, ToolError
root = tempfile.mkdtemp(); os.environ["HOLDFAST_FILES_ROOT"] = root
write = Registry().get("files.write")
write.call({"path": "a", "text": "old"}, Context(idempotency_key="k"))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write.call({"path": "a", "text": "x" * 100_000}, Context(idempotency_key="k"))
except ToolError as error:
    print(error.code, error.happened, os.listdir(root), open(os.path.join(root, "a")).read())
"""
    done = subprocess.run([sys.executable, "-B", "-c", script], capture_output=True, text=True, check=False)
    assert ("unavailable False ['a'] old\n", "") == (done.stdout, done.stderr)


def test_a_reader_never_sees_half_a_file_when_the_writer_is_killed(root: Path) -> None:
    """SIGKILL at ten moments: the file is all old or all new, and the next attempt leaves no draft behind."""
    script = """
from holdfast.registry import Context, Registry
write = Registry().get("files.write")
print("ready", flush=True)
while True:
    for letter in "ab":
        write.call({"path": "f", "text": letter * 1_000_000}, Context(idempotency_key="k1"))
"""
    call("write", path="f", text="a" * 1_000_000)
    for moment in range(10):
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.003 * moment)  # the moment of the kill is the subject
            writer.send_signal(signal.SIGKILL)
        text = (root / "f").read_text()
        assert (1_000_000, 1) == (len(text), len(set(text)))
    call("write", path="f", text="end")
    assert ["f"] == [path.name for path in root.iterdir()]
