"""The rules' pages say what the rules are and what they find."""

from __future__ import annotations

from pathlib import Path

from holdfast.lint.pages import write

PAGES = Path(__file__).parents[2] / "docs" / "rules"


def test_the_pages_are_what_the_rules_say(tmp_path: Path) -> None:
    """Make them again with: python -m holdfast.lint.pages docs/rules."""
    write(tmp_path)
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_text(encoding="utf-8") for path in PAGES.iterdir()}


def test_a_page_that_is_no_rules_any_more_goes(tmp_path: Path) -> None:
    """What is generated is generated as a whole."""
    (tmp_path / "HF000.md").write_text("old", encoding="utf-8")
    write(tmp_path)
    assert not (tmp_path / "HF000.md").exists()
