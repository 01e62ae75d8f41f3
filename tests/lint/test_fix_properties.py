"""`--fix` over every plan of the repository with planted faults: they go, and the plan is what it was."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from holdfast.diagnostics import Diagnostic
from holdfast.errors import PlanError
from holdfast.lint.fixing import fixed
from holdfast.lint.linter import lint
from holdfast.lint.rules import rules_of
from holdfast.plan.compiled import dump
from holdfast.plan.load import load_source
from holdfast.registry import Registry, load_registry

ROOT = Path(__file__).parents[2] / "plans"
PLANS = sorted(path for path in ROOT.rglob("*.yaml") if path.name != "policy.yaml" and path.parent.name != "evals")


@cache
def tools(folder: Path) -> Registry:
    """The tools of a plan."""
    return load_registry([folder])


def tools_of(path: Path) -> Registry:
    """Those beside it, or those of all."""
    beside = path.parent / "tools"
    return tools(beside if beside.is_dir() else ROOT / "tools")


def look(path: Path) -> Callable[[str], list[Diagnostic]]:
    """What is found in a text that stands for a plan."""

    def found(text: str) -> list[Diagnostic]:
        try:
            return lint(load_source(text, str(path)), tools_of(path), rules=rules_of("default"))
        except PlanError as error:
            return list(error.diagnostics)

    return found


def compiled(text: str, path: Path) -> Any:
    """What a plan comes to."""
    return json.loads(dump(load_source(text, str(path))))


def swap(text: str, old: str, new: str) -> str:
    """The first place where something stands, with a slip in it."""
    return re.sub(old, new, text, count=1, flags=re.MULTILINE)


FAULTS: dict[str, tuple[str, str]] = {
    "key": (r"timeout:", "timeuot:"),
    "key of the plan": (r"^description:", "desciption:"),
    "action": (r"^( +)tool: (?=\w)", r"\1tol: "),
    "word": (r"on_timeout: reject", "on_timeout: rejct"),
    "tool": (r"(tool: \w+)\.(\w)(\w)", r"\1.\3\2"),
    "input": (r"\{\{ inputs\.(\w)(\w)", r"{{ inputs.\2\1"),
    "step": (r"\{\{ steps\.(\w)(\w\w\w)", r"{{ steps.\2"),
    "quotes": (r'^( +\w+: )"(\{\{[^{}"]*\}\})"', r"\1\2"),
    "truth": (r"optional: true", "optional: yes"),
    "braces": (r"^( +)when: (\w[^'\"{}#]*?)(?= *(#|$))", r'\1when: "{{ \2 }}"'),
}
"""What to look for, and the slip."""


LEAST = 4
"""So many slips at least can be planted into every plan."""


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_planted_faults_go_and_the_plan_is_what_it_was(path: Path) -> None:
    """Each slip alone and all together: whatever was taken is set right, or it stays as it is."""
    text, check = path.read_text(encoding="utf-8"), look(path)
    whole = compiled(text, path)
    together, planted = text, 0
    for name, (old, new) in FAULTS.items():
        wrong = swap(text, old, new)
        if wrong == text or not check(wrong):
            continue
        done = fixed(wrong, str(path), check)
        if done.applied:
            assert [] == [one for one in done.left if one.severity == "error"], name
            assert (whole, name) == (compiled(done.source, path), name)
            assert text.count("\n") == done.source.count("\n")
            together, planted = swap(together, old, new), planted + 1
        else:
            assert done.source == wrong
    assert planted >= LEAST
    assert whole == compiled(fixed(together, str(path), check).source, path)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_a_clean_plan_is_left_alone(path: Path) -> None:
    """There is nothing to fix in the plans of the repository, safe or not."""
    text = path.read_text(encoding="utf-8")
    assert text == fixed(text, str(path), look(path), unsafe=True).source
