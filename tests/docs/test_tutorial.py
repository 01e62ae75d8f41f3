"""The tutorial works: from an empty folder, what it says is what happens."""

from __future__ import annotations

from pathlib import Path

from holdfast.lint.linter import lint
from holdfast.lint.rules import rules_of
from holdfast.plan.load import load_plan
from holdfast.registry import load_registry
from tests.cli.conftest import CHECKOUT
from tests.docs.walk import walk

PAGE = CHECKOUT / "docs" / "tutorial.md"


def test_from_hello_to_production(tmp_path: Path) -> None:
    """Every command, every file, every line of output that it shows."""
    walk(PAGE, tmp_path)
    tools = load_registry([tmp_path / "empty" / "tools"])
    for plan in ("hello", "restock"):  # what `init` begins with, and what the page ends with
        found = lint(load_plan(tmp_path / "empty" / "plans" / f"{plan}.yaml"), tools, rules=rules_of("production"))
        assert [] == [finding.render() for finding in found]
    orders = sorted(path.name for path in (tmp_path / "empty").glob("ordered-*"))
    assert [
        "ordered-local:restock:tuesday:restock-buy.txt",
        "ordered-local:restock:wednesday:restock-buy.txt",
    ] == orders
