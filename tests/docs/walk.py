"""Pages that a reader types: their blocks are carried out in order, in one empty folder.

A block whose info string names a file is written to it (`append`: to its end; `after: TEXT`: behind the line with that
text). `sh` is typed line by line and succeeds; `sh fails` and `sh finds` end with 1, `sh refuses` with 2,
`sh parks` with 3. What a `text`
block shows was printed by the `sh` block before it: its lines are found in that order, `...` stands for any others.
Ids of runs and times differ each time, so they are not compared.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.cli.conftest import environment

_BLOCK = re.compile(r"^```(\w*) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MOST = 180
"""Seconds for a line: what waits for something that never comes fails, and does not hang."""
_CODES = {"": 0, "fails": 1, "finds": 1, "refuses": 2, "parks": 3}
_VARIES = (
    (re.compile(r"\b[a-z][a-z-]*-[0-9a-z]{12}\b"), "RUN"),
    (re.compile(r"\bjust now\b|\b\d+[smh] ago\b"), "LATELY"),
    (re.compile(r"[+]?\d+(\.\d+)? ?(ms|s)\b"), "TIME"),
    (re.compile(r"\b(\d+h )?\d+m\b"), "TIME"),
    (re.compile(r" after TIME\b"), ""),  # what takes long on a busy machine only
    (re.compile(r"\d+ (moments|deaths)"), r"N \1"),
    (re.compile(r"[ \t]+"), " "),
)


@dataclass(frozen=True)
class Block:
    """One fenced block: language, what stands behind it, text."""

    language: str
    info: str
    text: str


def blocks(page: Path) -> list[Block]:
    """All of them, in order."""
    return [Block(*found) for found in _BLOCK.findall(page.read_text(encoding="utf-8"))]


def environment_with_command(folder: Path) -> dict[str, str]:
    """A process's environment in which `holdfast` is this checkout's command."""
    command = folder / "bin" / "holdfast"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m holdfast "$@"\n')
    command.chmod(0o755)
    given = environment()
    return {**given, "PATH": f"{command.parent}:{given['PATH']}"}


def typed(line: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What comes of a line typed into a shell that is no terminal."""
    return subprocess.run(
        ["sh", "-c", line], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        timeout=_MOST,
    )  # fmt: skip


def walk(page: Path, folder: Path) -> None:
    """Do what a page says, in `folder`. Raises AssertionError where something else comes of it."""
    place, printed = folder / "empty", ""
    place.mkdir()
    env = environment_with_command(folder)
    for block in blocks(page):
        if "/" in block.info:
            _write(place, block)
        elif block.language == "sh":
            printed = "\n".join(_typed(line, _CODES[block.info], place, env) for line in block.text.splitlines())
        elif block.language == "text":
            missing = list(_missing(block.text, printed))
            assert [] == missing, f"not printed: {missing[0]}\n\n{printed}"


def _typed(line: str, code: int, place: Path, env: dict[str, str]) -> str:
    done = typed(line, place, env)
    assert code == done.returncode, f"{line}\n{done.stdout}{done.stderr}"
    return done.stderr + done.stdout


def _write(place: Path, block: Block) -> None:
    name, _, how = block.info.partition(" ")
    path = place / name
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if how == "append":
        text = f"{before}\n{block.text}"
    elif how.startswith("after: "):
        mark = how.removeprefix("after: ") + "\n"
        assert 1 == before.count(mark), how
        text = before.replace(mark, mark + block.text)
    else:
        text = block.text
    path.write_text(text, encoding="utf-8")


def _missing(shown: str, printed: str) -> Iterator[str]:
    """Lines that are shown and were not printed, or not in this order."""
    lines = iter([_steady(line) for line in printed.splitlines()])
    for line in shown.splitlines():
        wanted = _steady(line)
        if line.strip() and line != "..." and not any(wanted in one for one in lines):
            yield line


def _steady(line: str) -> str:
    for pattern, stands in _VARIES:
        line = pattern.sub(stands, line)
    return line.strip()
