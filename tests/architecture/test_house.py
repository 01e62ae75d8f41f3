"""The house: what a stranger expects at the top of a checkout, and integration that does what people do."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def test_what_belongs_to_a_checkout_is_there() -> None:
    """Source roots, schemas, plans, tests, pages, and the papers of a project."""
    expected = """
        pyproject.toml constraints.txt Makefile README.md CHANGELOG.md CONTRIBUTING.md LICENSE .pre-commit-config.yaml
        interpreter/holdfast tools/holdfast_tools schemas plans tests docs bench .ci/run .github/workflows
    """
    assert [] == [name for name in expected.split() if not (CHECKOUT / name).exists()]
    assert "Apache License" in (CHECKOUT / "LICENSE").read_text("utf-8")


@pytest.mark.parametrize("target", ["demo", "test", "check", "bench", "bench-peers"])
def test_make_knows_what_a_contributor_does(target: str) -> None:
    """One word each."""
    assert re.search(rf"^{target}:", (CHECKOUT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_continuous_integration_runs_the_tests_as_a_contributor_does() -> None:
    """`.ci/run` is `make test`."""
    script = CHECKOUT / ".ci" / "run"
    assert "exec make test" in script.read_text("utf-8").splitlines()
    assert script.stat().st_mode & 0o111


def test_the_wheel_has_both_packages_and_the_schemas() -> None:
    """Two source roots and what is generated from the models; style and types are held strictly, with reasons."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert "hatchling.build" == project["build-system"]["build-backend"]
    assert {"interpreter/holdfast", "tools/holdfast_tools"} == set(wheel["packages"])
    assert "holdfast/_schemas" == wheel["force-include"]["schemas"]
    assert ["ALL"] == project["tool"]["ruff"]["lint"]["select"]
    assert project["tool"]["mypy"]["strict"]
