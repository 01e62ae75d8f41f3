"""The README works: a newcomer who types what it says gets what it says.

Blocks of `sh` are executed in order, in one empty folder; a block whose info string names a file is written to it;
`sh parks` ends with exit code 3; `python run` is executed as a script.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from holdfast.plan.source import read
from tests.cli.conftest import CHECKOUT
from tests.docs.walk import blocks, environment_with_command, typed

README = CHECKOUT / "README.md"


def test_the_first_commands_exist() -> None:
    """`make demo` and `make test` are targets, and what `pip install` names exists; this test is part of the latter."""
    first, second = [block.text for block in blocks(README) if block.language == "sh"][:2]
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
    for block in blocks(README)[3:]:
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
    data = read(blocks(README)[0].text, "README.md").data
    assert isinstance(data, dict)
    assert ["search", "pick", "book"] == [step["id"] for step in data["steps"]]


def test_every_file_it_points_to_exists() -> None:
    """No dead links, there and in docs/; every page of docs/ can be reached from the README."""
    pages = [README, *(CHECKOUT / "docs").glob("*.md")]
    links = [
        (page, target) for page in pages for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    ]
    assert [] == [(page.name, to) for page, to in links if "://" not in to and not (page.parent / to).exists()]
    assert set(pages[1:]) <= {(page.parent / to).resolve() for page, to in links}
