"""The tutorial works: from an empty folder, what it says is what happens."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import CHECKOUT
from tests.docs.walk import walk

PAGE = CHECKOUT / "docs" / "tutorial.md"


def test_from_hello_to_production(tmp_path: Path) -> None:
    """Every command, every file, every line of output that it shows."""
    walk(PAGE, tmp_path)
    orders = sorted(path.name for path in (tmp_path / "empty").glob("ordered-*"))
    assert [
        "ordered-local:restock:tuesday:restock-buy.txt",
        "ordered-local:restock:wednesday:restock-buy.txt",
    ] == orders
