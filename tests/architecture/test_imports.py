"""Imports run one way, without cycles, and the core touches nothing outside itself."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.architecture.sources import CHECKOUT, Module, imported, modules

LAYERS = (
    ("compact", "errors", "diagnostics", "resources", "uncollected", "values", "version", "plan"),
    ("core",),
    ("journal", "registry", "config", "keys", "lint"),
    ("afterwards", "audit", "engine", "explain", "people", "simulate"),
    ("api", "cli", "evaluation", "web", "mcp", "lsp", "testing"),
)
"""From the ground up: a module imports from its own layer and from those below."""

PURE = frozenset({
    "__future__", "collections", "dataclasses", "datetime", "enum", "functools", "hashlib", "heapq", "itertools",
    "json", "math", "operator", "re", "types", "typing",
})  # fmt: skip
"""What the core may import besides `holdfast.core`, `holdfast.plan` and the errors: no clock, randomness or I/O."""

IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "__import__"})
CLOCKS = frozenset({"now", "today", "utcnow"})


def layer(name: str) -> int | None:
    """The layer of a dotted module name of ours; None for other people's. The package itself is at the top."""
    parts = name.split(".")
    if parts[0] != "holdfast":
        return None
    if len(parts) == 1:
        return len(LAYERS)
    return next((level for level, names in enumerate(LAYERS) if parts[1] in names), len(LAYERS))


def core() -> list[Module]:
    """The modules of the pure core."""
    return [module for module in modules() if module.name.startswith("holdfast.core")]


def test_every_module_belongs_to_a_layer() -> None:
    """A new top-level module of `holdfast` has to be given its place in the order first."""
    known = {name for names in LAYERS for name in names}
    found = {module.name.split(".")[1] for module in modules() if module.name.startswith("holdfast.")}
    assert set() == found - known - {"__main__"}


def test_imports_run_one_way() -> None:
    """No module imports from a layer above its own."""
    wrong = [
        f"{module.name} imports {target}"
        for module in modules()
        for target in imported(module)
        if (own := layer(module.name)) is not None and (other := layer(target)) is not None and other > own
    ]
    assert [] == sorted(wrong)


def test_nobody_inside_imports_the_package_itself() -> None:
    """`import holdfast` is for users: inside it would be a knot through `__init__`."""
    inside = [module for module in modules() if module.name.startswith("holdfast.")]
    assert [] == [module.name for module in inside if "holdfast" in imported(module)]


def test_the_table_of_packages_is_in_the_order_of_imports() -> None:
    """docs/architecture.md names every package once, below all that it imports from."""
    told = re.findall(
        r"^\| `(\w+)` \|", (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    packages = {module.name.split(".")[1] for module in modules() if re.match(r"holdfast\.\w+\.", module.name)}
    assert sorted(packages) == sorted(told)
    upwards = [
        f"{module.name} imports {target}"
        for module in modules()
        for target in imported(module)
        if (own := _package(module.name)) in told
        and (other := _package(target)) in told
        and told.index(other) > told.index(own)
    ]
    assert [] == upwards


def _package(name: str) -> str:
    return ".".join(name.split(".")[1:2])


def test_there_are_no_cycles() -> None:
    """Not even under `TYPE_CHECKING` or inside functions do two modules need each other."""
    ours = {module.name for module in modules()}
    graph = {module.name: {name for name in imported(module) if name in ours} for module in modules()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"an import cycle: {' -> '.join(error.args[1])}")


def test_the_standard_pack_uses_public_names_only() -> None:
    """`holdfast_tools` is written as anyone's tools would be, and `holdfast` does not know it."""
    outward = {
        (module.name, target)
        for module in modules()
        for target in imported(module)
        if module.name.startswith("holdfast_tools") and target.startswith("holdfast.")
    }
    inward = {
        (module.name, target)
        for module in modules()
        for target in imported(module)
        if module.name.startswith("holdfast.") and target.split(".")[0] in {"holdfast_tools", "interpreter"}
    }
    assert set() == {(name, target) for name, target in outward if not target.startswith("holdfast.registry")}
    assert set() == inward


def test_the_core_imports_only_what_is_pure() -> None:
    """No clock, no randomness, no event loop, no I/O can reach the core by an import."""
    wrong = [
        f"{module.name} imports {target}"
        for module in core()
        for target in imported(module)
        if not target.startswith("holdfast.") and target.split(".")[0] not in PURE
    ]
    assert [] == sorted(wrong)


def test_the_core_calls_nothing_impure() -> None:
    """Neither a built-in that does I/O nor a clock hidden in `datetime` is called in the core."""
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in core()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS)
            or (isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS)
        )
    ]
    assert [] == wrong


def test_source_roots_hold_only_our_packages() -> None:
    """`interpreter/` and `tools/` are roots like `src/`: one package in each, no `__init__` of their own."""
    checkout = Path(__file__).parents[2]
    found = {
        path.relative_to(checkout).as_posix()
        for root in ("interpreter", "tools")
        for path in (checkout / root).iterdir()
    }
    assert {"interpreter/holdfast", "tools/holdfast_tools"} == {path for path in found if "__pycache__" not in path}
