"""The page about proving what happened works: what it types is typed, and its program verifies what is exported."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import CHECKOUT
from tests.docs.walk import walk

PAGE = CHECKOUT / "docs" / "audit.md"


def test_what_is_proven(tmp_path: Path) -> None:
    """Every command, every file, every line of output that it shows; its program is short."""
    walk(PAGE, tmp_path)
    place = tmp_path / "empty"
    program = (place / "verify.py").read_text()
    assert len(program.splitlines()) < 45
    assert "<script" not in (place / "march.html").read_text()
