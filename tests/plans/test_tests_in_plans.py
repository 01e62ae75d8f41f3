"""The tests that stand in the example plans pass, in peace and under every death."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdfast.plan.load import load_plan
from holdfast.plan.source import read
from holdfast.registry import load_registry
from holdfast.testing.runner import cases_of, verdicts

PLANS = Path(__file__).parents[2] / "plans"
TESTED = sorted(path for path in PLANS.rglob("*.yaml") if re.search(r"^tests:", path.read_text("utf-8"), re.MULTILINE))


def test_there_are_some() -> None:
    """The flight has tests."""
    assert "book-flight.yaml" in {path.name for path in TESTED}


@pytest.mark.parametrize("path", TESTED, ids=lambda path: path.stem)
def test_they_pass(path: Path) -> None:
    """Each of them."""
    folder = path.parent / "tools"
    tools = load_registry([folder if folder.is_dir() else PLANS / "tools"])
    document = read(path.read_bytes(), str(path))
    found = list(verdicts(load_plan(path), document, tools, cases_of(document)))
    assert [] == [(verdict.name, verdict.faults) for verdict in found if not verdict.passed]
    assert all(verdict.deaths for verdict in found)
