"""What the documentation shows is what lint would let pass: its readers copy it."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.errors import PlanError
from holdfast.lint.linter import at_least, lint
from holdfast.lint.rules import every_rule
from holdfast.plan.load import load_source
from tests.docs.walk import blocks
from tests.fuzz.corpus import tools

DOCS = Path(__file__).parents[2] / "docs"
OF_TOOLS = {"HF040", "HF120", "HF121", "HF122", "HF123", "HF134"}
"""What a page's own tools are like is not known here; its commands are carried out elsewhere."""
RULES = [rule for rule in every_rule() if rule.code not in OF_TOOLS]
MEANT = {"lint.md", "tutorial.md"}
"""Pages that show mistakes, to be found."""


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_no_example_has_what_lint_calls_an_error(page: Path) -> None:
    """Whole plans, and steps that stand alone."""
    found = list[str]()
    for text in [block.text for block in blocks(page) if block.language == "yaml"]:
        whole = text if "holdfast:" in text else f"holdfast: 1\nplan: page\nsteps:\n{text}"
        try:
            plan = load_source(whole, page.name)
        except PlanError:
            continue  # a part of one, or another kind of file
        found += [one.render() for one in at_least(lint(plan, tools(), rules=RULES), "error")]
    assert page.name in MEANT or [] == found
