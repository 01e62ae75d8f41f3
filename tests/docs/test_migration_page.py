"""The page for those who come from elsewhere: our side passes its own tests, theirs is what it claims to be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from holdfast.plan.load import load_source
from tests.cli.conftest import CHECKOUT
from tests.docs.executing import executed
from tests.docs.walk import Block, blocks

BLOCKS = blocks(CHECKOUT / "docs" / "migration.md")
OURS = [block.text for block in BLOCKS if block.language == "yaml" and not block.info]
THEIRS = [block for block in BLOCKS if block.language == "json" or block.info == "theirs"]


def test_each_of_ours_has_one_of_theirs_beside_it() -> None:
    """Three engines."""
    assert 3 == len(OURS) == len(THEIRS)


@pytest.mark.parametrize("text", OURS, ids=[load_source(text, "p.yaml").name for text in OURS])
def test_ours_pass_their_tests(text: str, tmp_path: Path) -> None:
    """Under every death, too."""
    assert [] == executed(text, tmp_path, crashes=True)


BELONGS = [{"StartAt", "States"}, {"document", "do"}, {"jobs"}]


@pytest.mark.parametrize(("block", "keys"), list(zip(THEIRS, BELONGS, strict=True)))
def test_theirs_can_be_read(block: Block, keys: set[str]) -> None:
    """By the parsers of their formats; every state that is named exists."""
    data: Any = json.loads(block.text) if block.language == "json" else yaml.safe_load(block.text)
    assert keys <= set(data)
    states = data.get("States", {})
    catches = [catch for state in states.values() for catch in state.get("Catch", ())]
    nexts = [one["Next"] for one in [*states.values(), *catches] if "Next" in one]
    assert set(nexts) <= set(states)
