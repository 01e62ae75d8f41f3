"""The page about evaluations works: what it types is typed, what it shows is shown."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import CHECKOUT
from tests.docs.walk import walk


def test_how_well_it_does(tmp_path: Path) -> None:
    """Every command, every file, every line of output that it shows."""
    walk(CHECKOUT / "docs" / "evaluation.md", tmp_path)
    page = (tmp_path / "empty" / "letters.html").read_text(encoding="utf-8")
    assert "praise with a bite" in page
    assert "80.0% (37.6% to 96.4%), 4 of 5" in page
