"""The reference of the command line is what the program says."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.cli.command import build
from holdfast.cli.commands import COMMANDS, load
from holdfast.cli.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_page_is_up_to_date() -> None:
    """Make it again with: python -m holdfast.cli.reference > docs/cli.md."""
    assert PAGE.read_text(encoding="utf-8") == reference()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_is_on_the_page(name: str) -> None:
    """Nothing that the parser takes is missing."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## holdfast {name}\n")[1].split("\n## ")[0]
    shared = {"--store", "--config", "--tools", "--json", "--quiet", "--help", "-h"}
    options = [option for action in build(name, "", load(name)).actions for option in action.option_strings]
    assert [] == [option for option in options if option not in shared and option not in section]
