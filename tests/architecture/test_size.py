"""Files and functions stay small enough to be read at one sitting."""

from __future__ import annotations

import ast
from statistics import median, quantiles

from tests.architecture.sources import modules

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
FORBIDDEN = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "misc"})


def lengths() -> dict[str, int]:
    """Lines of every function without its decorators and docstring, by place."""
    return {
        f"{module.name}:{node.lineno} {node.name}": _length(node)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is None:
        return whole
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1)


def test_no_file_is_longer_than_a_sitting() -> None:
    """A file is one noun, around 150 lines, 400 at most."""
    long = {module.name: lines for module in modules() if (lines := module.text.count("\n")) > LONGEST_FILE}
    # The closed set of journal events is one noun that is read as a list.
    assert {} == {name: lines for name, lines in long.items() if name != "holdfast.core.events"}


def test_no_function_is_longer_than_a_screen() -> None:
    """No function has more than 60 lines."""
    assert {} == {place: lines for place, lines in lengths().items() if lines > LONGEST_FUNCTION}


def test_most_functions_are_short() -> None:
    """Half of the functions have under 10 lines, nine of ten under 40."""
    found = list(lengths().values())
    assert median(found) < 10
    assert quantiles(found, n=10)[-1] < 40


def test_no_drawer_for_everything() -> None:
    """A module called `utils` or the like says nothing about where a thing belongs."""
    assert [] == [module.name for module in modules() if FORBIDDEN & set(module.name.split("."))]
