"""The plan reference tells the truth: every example compiles, every code and key it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdfast.plan.codes import CODES
from holdfast.plan.load import load_source
from holdfast.plan.model.document import PlanModel
from holdfast.plan.model.steps import StepModel

PAGE = (Path(__file__).parents[2] / "docs" / "plan-reference.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
INPUTS = "inputs: {size: {type: integer}, lead: {type: string}, invoice: {type: string}}"


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.split("\n")[0][:40] for example in EXAMPLES])
def test_every_example_compiles(example: str) -> None:
    """A whole plan as it stands, steps inside the smallest plan that holds them."""
    whole = example if example.startswith("holdfast:") else f"holdfast: 1\nplan: page\n{INPUTS}\nsteps:\n{example}"
    plan = load_source(whole, "page.yaml")
    assert plan.root.action.steps  # type: ignore[union-attr]


def test_every_error_code_is_named() -> None:
    """The list at the end of the page is the closed set."""
    named = set(re.findall(r"`([a-z_]+)`", PAGE.split("## Error codes")[1]))
    assert set(CODES) == named


def test_every_key_is_explained() -> None:
    """No key of a document or a step is missing from the page."""
    keys = {field.alias or name for model in (PlanModel, StepModel) for name, field in model.model_fields.items()}
    assert set() == {key for key in keys if not re.search(rf"\b{key}\b", PAGE)}
