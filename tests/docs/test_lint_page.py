"""The page about lint, fixes and style: from an empty folder, what it says is what happens."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import CHECKOUT
from tests.docs.walk import walk


def test_the_page_is_typed(tmp_path: Path) -> None:
    """Every command, every file, every line of output that it shows."""
    walk(CHECKOUT / "docs" / "lint.md", tmp_path)
