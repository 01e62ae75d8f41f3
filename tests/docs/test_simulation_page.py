"""The page about simulation works: what it types is typed, what it shows is shown."""

from __future__ import annotations

from pathlib import Path

from holdfast.simulate.cast import FAULTS
from holdfast.simulate.laws import LAWS
from tests.cli.conftest import CHECKOUT
from tests.docs.walk import walk

PAGE = CHECKOUT / "docs" / "simulation.md"


def test_what_may_happen(tmp_path: Path) -> None:
    """Every command, every file, every line of output that it shows."""
    walk(PAGE, tmp_path)
    assert not (tmp_path / "empty" / ".holdfast").exists()


def test_every_fault_and_every_law_is_on_the_page() -> None:
    """In the tables, by the names that the command takes."""
    text = PAGE.read_text(encoding="utf-8")
    assert [] == [name for name in (*sorted(FAULTS), *LAWS) if f"| `{name}` |" not in text]
