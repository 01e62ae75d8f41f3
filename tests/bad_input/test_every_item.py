"""The map in this package's docstring is true: every item has its tests, and every test named there exists."""

from __future__ import annotations

import ast
from pathlib import Path

import tests.bad_input as package

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def mapped() -> dict[str, list[str]]:
    """Each item of the list and the tests that hold it."""
    found: dict[str, list[str]] = {}
    for line in str(package.__doc__).splitlines():
        if line.startswith("- "):
            found[line[2:]] = []
        elif line.startswith("    "):
            found[list(found)[-1]].append(line.strip())
    return found


def functions(file: Path) -> set[str]:
    """The tests in a file."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_item_has_tests_that_exist() -> None:
    """A test that is renamed or deleted takes its line in the map along."""
    named = [test.partition("::") for held in mapped().values() for test in held]
    gone = [f"{file}::{name}" for file, _, name in named if name not in functions(ROOT / "tests" / file)]
    assert ([], []) == (gone, [item for item, held in mapped().items() if not held])


def test_every_test_here_holds_an_item() -> None:
    """Nothing is tested in this folder that the map does not mention."""
    named = {test for held in mapped().values() for test in held}
    here = {
        f"bad_input/{file.name}::{name}"
        for file in HERE.glob("test_*.py")
        if file != Path(__file__)
        for name in functions(file)
        if name.startswith("test_")
    }
    assert set() == here - named
