"""The README works: a newcomer who types what it says gets what it says.

Blocks of `sh` are executed in order, in one empty folder; a block whose info string names a file is written to it;
`sh parks` ends with exit code 3; `python run` is executed as a script.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from holdfast.plan.source import read
from tests.cli.conftest import CHECKOUT, environment

README = CHECKOUT / "README.md"
BLOCK = re.compile(r"^```(\w*) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block: language, what stands behind it, text."""

    language: str
    info: str
    text: str


def blocks() -> list[Block]:
    """All of them, in order."""
    return [Block(*found) for found in BLOCK.findall(README.read_text(encoding="utf-8"))]


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
        ["sh", "-c", line], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def test_the_first_commands_exist() -> None:
    """`make demo` and `make test` are targets, and what `pip install` names exists; this test is part of the latter."""
    first, second = [block.text for block in blocks() if block.language == "sh"][:2]
    assert ["make demo", "make test"] == [line.partition(" #")[0].rstrip() for line in first.splitlines()]
    for target in ("demo", "test"):
        done = subprocess.run(["make", "-n", target], cwd=CHECKOUT, capture_output=True, text=True, check=False)
        assert 0 == done.returncode, done.stderr
    assert "pip install '.[http]'\n" == second
    assert "\nhttp = [" in (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")


def test_five_minutes_from_an_empty_folder(tmp_path: Path) -> None:
    """Every command block after the installation does what the text says."""
    folder = tmp_path / "empty"
    folder.mkdir()
    env = environment_with_command(tmp_path)
    for block in blocks()[3:]:
        if "/" in block.info:
            (folder / block.info).write_text(block.text, encoding="utf-8")
        elif block.language == "sh":
            for line in block.text.splitlines():
                done = typed(line, folder, env)
                assert (3 if block.info == "parks" else 0) == done.returncode, f"{line}\n{done.stdout}{done.stderr}"
        elif block.info == "run":
            done = subprocess.run(
                [sys.executable, "-c", block.text], cwd=folder, env=env, capture_output=True, text=True, check=False
            )
            assert "succeeded today.txt\n" == done.stdout, done.stderr
    assert "umbrella: none\n" == (folder / "today.txt").read_text()


def test_the_first_example_is_yaml_as_plans_are_written() -> None:
    """The picture on the first screen would be accepted by the reader."""
    data = read(blocks()[0].text, "README.md").data
    assert isinstance(data, dict)
    assert ["search", "pick", "book"] == [step["id"] for step in data["steps"]]


def test_every_file_it_points_to_exists() -> None:
    """No dead links."""
    targets = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert [] == [target for target in targets if not (CHECKOUT / target).exists()]
