"""`plan.schema.json`, generated from the model: what editors complete and check plans by."""

from __future__ import annotations

import json
from typing import Any, Final

from holdfast.plan.durations import format_duration
from holdfast.plan.hints import hinted
from holdfast.plan.model import PlanModel

SCHEMA_ID: Final = "urn:holdfast:schema:plan:1"
"""The schema's name."""


def plan_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a plan document."""
    generated = hinted(tidy(PlanModel.model_json_schema(by_alias=True)))
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Holdfast plan",
    }
    return head | generated


def schema_text() -> str:
    """The schema as it stands in `schemas/plan.schema.json`."""
    return json.dumps(plan_schema(), indent=2, ensure_ascii=False) + "\n"


def tidy(node: Any) -> Any:
    """Without what pydantic adds for Python's sake, and with what it leaves out: that other names are refused."""
    if isinstance(node, list):
        return [tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    clean = {key: tidy(value) for key, value in node.items() if not _noise(key, value, node)}
    if "patternProperties" in clean:
        clean["additionalProperties"] = False
    if isinstance(clean.get("default"), float) and "pattern" in clean:
        clean["default"] = format_duration(clean["default"])
    return clean


def _noise(key: str, value: object, node: dict[str, Any]) -> bool:
    """Nulls as defaults, titles made from Python's names, examples of names."""
    return (
        (key == "default" and value is None)
        or (key == "title" and isinstance(value, str))
        or (key == "propertyNames" and "patternProperties" in node)
    )
