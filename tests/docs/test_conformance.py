"""The table of promises names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from holdfast.lint.catalogue import codes

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "conformance.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`([a-z_/]+\.py)(?:::(\w+))?`", PAGE)


def lacking(named: list[tuple[str, str]]) -> list[str]:
    """Those that are no test here."""
    return [
        f"{file}::{name}"
        for file, name in named
        if not (TESTS / file).is_file()
        or (name and re.search(rf"^(async )?def {name}\(", (TESTS / file).read_text("utf-8"), re.MULTILINE) is None)
    ]


def test_every_test_that_is_named_exists() -> None:
    """A test that was renamed or taken away leaves its promise unproven; a line without a test proves nothing."""
    assert [] == lacking(NAMED)
    assert ["plans/test_demo.py::test_of_nothing"] == lacking([("plans/test_demo.py", "test_of_nothing")])
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| promise |")]
    assert [] == [row for row in rows if not row.split(" | ")[-1].count(".py")]


def test_every_code_that_is_named_is_one() -> None:
    """A rule that was taken away leaves its promise unproven."""
    named = set(re.findall(r"HF\d{3}", PAGE))
    assert len(named) > 60
    assert set() == named - codes()
