"""`plan.schema.json`, generated from the model: what editors complete and check plans by."""

from __future__ import annotations

import json
from typing import Any, Final

from holdfast.plan.durations import format_duration
from holdfast.plan.hints import hinted
from holdfast.plan.model import PlanModel

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
"""What all schemas of Holdfast are written in."""


def plan_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a plan document."""
    return headed("plan", "Holdfast plan", hinted(tidy(PlanModel.model_json_schema(by_alias=True))))


def headed(name: str, title: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema that says what it is. `name`: the last words of its id but for its version."""
    return {"$schema": DIALECT, "$id": f"urn:holdfast:schema:{name}:1", "title": title} | schema


def schema_text(schema: dict[str, Any]) -> str:
    """A schema as it stands in `schemas/`, and as `holdfast schema` prints it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


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
