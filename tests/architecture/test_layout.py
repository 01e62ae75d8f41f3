"""Where things are: a stranger finds them within ten minutes."""

from __future__ import annotations

import ast
import subprocess
import tomllib

from holdfast.resources import schema_file
from tests.architecture.sources import CHECKOUT, imported, modules

TOP = frozenset({
    "pyproject.toml", "interpreter", "schemas", "plans", "tools", "tests", "README.md", "docs", "bench", "LICENSE",
    "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", ".ci", ".github", ".gitignore", ".pre-commit-config.yaml",
    "constraints.txt",
})  # fmt: skip
"""The tree of the design."""

BY_CONVENTION = frozenset({"action.yml", ".pre-commit-hooks.yaml"})
"""What GitHub and pre-commit look for at the top of a repository whose action and hooks others use."""

ELSEWHERE = {"evaluation": "testing"}
"""Packages whose tests stand with those of another."""


def test_the_top_holds_what_the_design_says() -> None:
    """And nothing beside it but what convention puts there."""
    listed = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    assert TOP | BY_CONVENTION == {line.partition("/")[0] for line in listed.splitlines()}


def test_tests_mirror_the_source() -> None:
    """Every package has a folder of tests by its name."""
    packages = {module.name.split(".")[1] for module in modules() if module.package and module.name.count(".") == 1}
    wanted = {ELSEWHERE.get(name, name) for name in packages if name != "holdfast_tools"}
    assert set() == {name for name in wanted if not (CHECKOUT / "tests" / name).is_dir()}
    assert (CHECKOUT / "tests" / "tools").is_dir()


def test_every_test_says_what_it_holds() -> None:
    """One sentence of docstring each."""
    silent = [
        f"{path.name}:{node.lineno} {node.name}"
        for path in (CHECKOUT / "tests").rglob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert [] == silent


def test_inheritance_is_at_most_two_deep() -> None:
    """Among our own classes; errors, which users catch by their ancestors, apart."""
    bases = {
        node.name: [base.id for base in node.bases if isinstance(base, ast.Name)]
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and "plan.model" not in module.name
    }

    def depth(name: str) -> int:
        return 1 + max((depth(base) for base in bases.get(name, ()) if base in bases and base != name), default=0)

    deep = {name: depth(name) for name in bases if depth(name) > 3 and not name.endswith("Error")}
    assert {} == deep


def test_what_is_shipped_is_typed_and_has_its_schemas() -> None:
    """`py.typed` for users' type checkers; `schemas/` within the wheel; both packages in it."""
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert ["interpreter/holdfast", "tools/holdfast_tools"] == wheel["packages"]
    assert {"schemas": "holdfast/_schemas"} == wheel["force-include"]
    assert all((CHECKOUT / package / "py.typed").exists() for package in wheel["packages"])
    assert (CHECKOUT / "schemas/plan.schema.json").samefile(schema_file("plan"))


def test_pydantic_stays_at_the_edges() -> None:
    """Plans, policies and evaluations as they are written, tools' types, printed schemas, a test's own world."""
    edges = (
        "plan.model.",
        "people.policy.model",
        "evaluation.model",
        "registry.",
        "cli.authoring.events_schema",
        "testing.",
    )
    inside = [
        module.name
        for module in modules()
        if any(name.partition(".")[0] == "pydantic" for name in imported(module))
        and not module.name.removeprefix("holdfast.").startswith(edges)
    ]
    assert [] == inside


def test_every_rule_of_style_that_is_off_has_its_reason() -> None:
    """Beside it, in pyproject.toml."""
    text = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8").partition("[tool.ruff.lint]")[2]
    codes = [line for line in text.splitlines() if line.startswith('    "') and line.partition('"')[2][:1].isupper()]
    assert len(codes) > 20
    assert [] == [line for line in codes if "# " not in line]
