"""The page about keeping a store works: what it types is typed, and shows what it says."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import CHECKOUT
from tests.docs.walk import walk


def test_a_store_is_kept(tmp_path: Path) -> None:
    """Every command and every line of output."""
    walk(CHECKOUT / "docs" / "keeping.md", tmp_path)
    files = [file.read_bytes() for file in (tmp_path / "empty" / ".holdfast").rglob("*") if file.is_file()]
    assert not any(b"Fjodor" in content for content in files)
