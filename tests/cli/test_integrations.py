"""The hooks and the action that other repositories use: what they call is called, with what they call it with."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import Project
from tests.docs.walk import blocks, environment_with_command

ROOT = Path(__file__).parents[2]
HOOKS: dict[str, Any] = {one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
WRONG = "holdfast: 1\nplan: wrong\nsteps:\n- {id: a,   tool: hello.gret}\n"
FAILS = "holdfast: 1\nplan: fails\nsteps: [{id: a, wait: 1s}]\ntests: [{name: t, expect: {status: failed}}]\n"


@pytest.mark.parametrize(
    ("hook", "text", "code"),
    [("holdfast-lint", WRONG, 1), ("holdfast-format", WRONG, 0), ("holdfast-test", FAILS, 1)],
)
def test_a_hook_is_called_with_the_files_of_a_commit(hello: Project, hook: str, text: str, code: int) -> None:
    """pre-commit puts them behind the entry: all is well, then one is not; it fails too where a hook changes a file."""
    entry, pattern = HOOKS[hook]["entry"].split(), HOOKS[hook]["files"]
    assert ("holdfast", "python") == (entry.pop(0), HOOKS[hook]["language"])
    assert 0 == hello(*entry, "plans/hello.yaml").code
    file = hello.write("plans/deep/wrong.yml", text)
    assert re.search(pattern, "plans/deep/wrong.yml")
    assert not re.search(pattern, "deploy/compose.yaml")
    done = hello(*entry, "plans/hello.yaml", "plans/deep/wrong.yml")
    assert (code, hook == "holdfast-format") == (done.code, file.read_text("utf-8") != text), done.out + done.err


def action(folder: Path, **given: str) -> list[tuple[int, str]]:
    """What each command of the action comes to, as a runner of GitHub's calls it: exit code and output."""
    values = {name: given.get(name, about["default"]) for name, about in ACTION["inputs"].items()}
    env, ends = environment_with_command(folder.parent), list[tuple[int, str]]()
    for step in ACTION["runs"]["steps"]:
        wanted = re.fullmatch(r"inputs\.(\w+) == 'true'", step.get("if", ""))
        if "pip install" in step["run"] or (wanted and values[wanted[1]] != "true"):
            continue
        filled = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: values[match[1]], text)
            for name, text in step["env"].items()
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=folder, env={**env, **filled}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        ends.append((done.returncode, done.stdout))
    return ends


@pytest.fixture
def inside(tmp_path: Path) -> Project:
    """A folder after `holdfast init`, with room for other things beside it."""
    project = Project(tmp_path / "inside")
    project.path.mkdir()
    assert 0 == project("init").code
    return project


def test_the_action_passes_what_is_well(inside: Project) -> None:
    """All of its commands, as they stand in it, with the defaults of its inputs."""
    lint, tests = action(inside.path)
    assert (0, "", 0, True) == (lint[0], lint[1].strip(), tests[0], "1 test" in tests[1])


def test_the_action_says_what_is_wrong_beside_the_lines(inside: Project) -> None:
    """In GitHub's words; the style is asked about where that is wanted."""
    inside.write("plans/wrong.yaml", WRONG)
    (found, said), (style, _) = action(inside.path, format="true", tests="false", profile="production")
    assert (1, 1) == (found, style)
    assert "::error file=plans/wrong.yaml,line=4,col=19,endLine=4," in said


def test_what_the_documentation_shows_can_be_copied() -> None:
    """Hooks that exist, and inputs that the action has."""
    page = blocks(ROOT / "docs" / "lint.md")
    shown = {block.info: yaml.safe_load(block.text) for block in page if block.info.startswith(".")}
    assert list(HOOKS) == [one["id"] for one in shown[".pre-commit-config.yaml"]["repos"][0]["hooks"]]
    (job,) = shown[".github/workflows/plans.yaml"]["jobs"].values()
    (used,) = (step["with"] for step in job["steps"] if "/holdfast@" in step["uses"])
    assert set() == set(used) - set(ACTION["inputs"])
    assert used["profile"] in ACTION["inputs"]["profile"]["description"]
