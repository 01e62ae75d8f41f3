"""The page about last night works: what it types is typed, what it shows is shown."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import CHECKOUT
from tests.docs.walk import walk

PAGE = CHECKOUT / "docs" / "afterwards.md"


def test_what_happened_last_night(tmp_path: Path) -> None:
    """Every command, every file, every line of output that it shows; and nothing was ordered that nobody wanted."""
    walk(PAGE, tmp_path)
    assert ["small.order"] == sorted(path.name for path in (tmp_path / "empty").glob("*.order"))
