"""The source files, parsed once for all architecture tests."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
ROOTS = (CHECKOUT / "interpreter", CHECKOUT / "tools")


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: dotted name, path, text and syntax tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def package(self) -> bool:
        """Whether it is the `__init__` of a package."""
        return self.path.name == "__init__.py"


@cache
def modules() -> tuple[Module, ...]:
    """Every module below the source roots, by name."""
    return tuple(
        sorted((_parse(root, path) for root in ROOTS for path in root.rglob("*.py")), key=lambda module: module.name)
    )


def _parse(root: Path, path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    parts = path.relative_to(root).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path, text, ast.parse(text, filename=str(path)))


@cache
def imported(module: Module) -> frozenset[str]:
    """Dotted names of what a module imports anywhere in it: under `TYPE_CHECKING` and inside functions too.

    `from package import name` gives `package.name` where that is one of our modules, else `package`.
    """
    ours = {known.name for known in modules()}
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            found.update(full if (full := f"{base}.{alias.name}") in ours else base for alias in node.names)
    return frozenset(found)
