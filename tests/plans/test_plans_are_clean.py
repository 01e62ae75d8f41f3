"""Every plan of the repository is clean under the strictest profile: the linter cries wolf nowhere here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdfast.cli.main import main
from holdfast.lint.linter import lint
from holdfast.lint.rules import rules_of
from holdfast.plan.load import load_plan
from holdfast.registry import load_registry

PLANS = Path(__file__).parents[2] / "plans"
FILES = sorted(path for path in PLANS.rglob("*.yaml") if re.search(r"^plan:", path.read_text("utf-8"), re.MULTILINE))


def test_there_are_many() -> None:
    """The glob finds them."""
    assert len(FILES) > 12


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_plan_is_clean(path: Path) -> None:
    """No finding of any severity; what is meant to be so says why."""
    folder = next(folder for folder in (path.parent / "tools", path.parents[1] / "tools") if folder.is_dir())
    found = lint(load_plan(path), load_registry([folder]), rules=rules_of("production"))
    assert [] == [finding.render() for finding in found]


LARGER = sorted(path for path in FILES if path.parent != PLANS and path.parent.name == path.stem)


@pytest.mark.parametrize("path", LARGER, ids=lambda path: path.stem)
def test_a_larger_plan_has_all_that_belongs_to_it(path: Path) -> None:
    """A README that is linked, a counterpart of its own, tools, a test that names it."""
    folder = path.parent
    assert len(LARGER) == 7
    assert f"`{path.name}`" in (folder / "README.md").read_text("utf-8")
    assert f"[{path.stem}]({path.stem}/)" in (PLANS / "README.md").read_text("utf-8")
    assert f"]({path.stem}.svg)" in (folder / "README.md").read_text("utf-8")
    assert [] != list(folder.rglob("service.py"))
    assert [] != list((folder / "tools").glob("*.py"))
    tests = "".join(
        file.read_text("utf-8") for file in Path(__file__).parent.glob("test_*.py") if file != Path(__file__)
    )
    assert path.stem in tests


@pytest.mark.parametrize("path", LARGER, ids=lambda path: path.stem)
def test_the_picture_of_a_plan_is_that_of_the_plan(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Draw it anew with `holdfast explain PLAN --tools TOOLS --format svg > PLAN.svg`."""
    assert 0 == main(["explain", str(path), "--tools", str(path.parent / "tools"), "--format", "svg"])
    assert path.with_suffix(".svg").read_text("utf-8") == capfd.readouterr().out
