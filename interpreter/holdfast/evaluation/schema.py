"""`eval.schema.json`, generated from the model: what editors complete and check evaluations by."""

from __future__ import annotations

import json
from typing import Any, Final

from holdfast.evaluation.model import EvalModel
from holdfast.plan.schema import tidy

SCHEMA_ID: Final = "urn:holdfast:schema:eval:1"
"""The schema's name."""


def eval_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a file of evaluations."""
    generated: dict[str, Any] = tidy(EvalModel.model_json_schema(by_alias=True))
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Holdfast evaluation",
    }
    return head | generated


def schema_text() -> str:
    """The schema as it stands in `schemas/eval.schema.json`."""
    return json.dumps(eval_schema(), indent=2, ensure_ascii=False) + "\n"
