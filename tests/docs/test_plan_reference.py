"""The plan reference tells the truth: every example is carried out, every key is in one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from holdfast.plan.codes import CODES
from holdfast.plan.schema import plan_schema as made_schema
from holdfast.plan.source import read
from tests.docs.executing import executed

PAGE = (Path(__file__).parents[2] / "docs" / "plan-reference.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
INPUTS = "inputs: {size: {type: integer}, lead: {type: string}, invoice: {type: string}}"


plan_schema = cache(made_schema)


def whole(example: str) -> str:
    """A plan as it stands, steps inside the smallest plan that holds them."""
    head = f"holdfast: 1\nplan: page\ndeadline: 400d\n{INPUTS}\nsteps:\n"
    return example if example.startswith("holdfast:") else head + example


CHILD = """
holdfast: 1
plan: send-invoice
inputs: {customer: {type: string}}
steps: [{id: a, set: {x: 1}}]
"""


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.split("\n")[0][:40] for example in EXAMPLES])
def test_every_example_does_what_it_should(example: str, tmp_path: Path) -> None:
    """It is carried out, in a world in which tools answer and people agree; or its own tests are."""
    (tmp_path / "send-invoice.yaml").write_text(CHILD, encoding="utf-8")
    came = executed(whole(example), tmp_path)
    assert came in ([], ["succeeded"]) or came == ["aborted: Nothing to do"]


def test_every_error_code_is_named() -> None:
    """The list at the end of the page is the closed set."""
    named = set(re.findall(r"`([a-z_]+)`", PAGE.split("## Error codes")[1]))
    assert set(CODES) == named


def test_every_key_stands_in_an_example() -> None:
    """No key of the schema is missing from what is carried out above, at the place where it belongs."""
    schema = plan_schema()
    shown = {
        name for example in EXAMPLES for name in _shown(read(whole(example), "page.yaml").data, schema, "PlanModel")
    }
    nodes = [("PlanModel", schema), *schema["$defs"].items()]
    assert set() == {f"{model}.{key}" for model, node in nodes for key in node.get("properties", {})} - shown


def _shown(data: Any, node: Any, model: str) -> Iterator[str]:
    """The keys that a document holds, as `Model.key`."""
    if "$ref" in node:
        model = node["$ref"].rpartition("/")[2]
        node = plan_schema()["$defs"][model]
    for choice in (*node.get("oneOf", ()), *node.get("allOf", ())):
        yield from _shown(data, choice, model)
    if isinstance(data, list):
        for one in data:
            yield from _shown(one, node.get("items") or {}, model)
    elif isinstance(data, dict):
        known, others = node.get("properties", {}), _others(node)
        for key, value in data.items():
            if key in known:
                yield f"{model}.{key}"
            yield from _shown(value, known.get(key, others), model)


def _others(node: Any) -> Any:
    """What maps hold whose keys are the author's."""
    rest = node.get("additionalProperties")
    return next(iter(node.get("patternProperties", {}).values()), rest if isinstance(rest, dict) else {})
