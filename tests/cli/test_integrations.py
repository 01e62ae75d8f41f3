"""The hook and the action that other repositories use name commands and options that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from tests.cli.conftest import Project

ROOT = Path(__file__).parents[2]


def test_hooks_are_commands_of_ours(hello: Project) -> None:
    """pre-commit calls the entry with the changed files behind it."""
    hooks: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert ["holdfast-lint", "holdfast-format", "holdfast-test"] == [hook["id"] for hook in hooks]
    for hook in hooks:
        assert re.search(hook["files"], "plans/deep/hello.yaml")
        program, *words = hook["entry"].split()
        assert ("holdfast", "python") == (program, hook["language"])
        assert hello(*words, "--help").code == 0
    assert 0 == hello("lint", "plans/hello.yaml").code


def test_the_action_calls_commands_that_exist(hello: Project) -> None:
    """Each line that calls `holdfast` is understood with the inputs' defaults."""
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    values = {name.upper().replace("-", "_"): given["default"] for name, given in action["inputs"].items()}
    lines = [step["run"] for step in action["runs"]["steps"] if step["run"].startswith("holdfast ")]
    assert ["holdfast format $PLANS --check", "holdfast test $PLANS"] == lines[1:]
    lint = re.sub(r'"?\$([A-Z_]+)"?', lambda match: values[match[1]], lines[0]).split()[1:]
    done = hello(*lint)
    assert (0, "") == (done.code, done.out.strip())
