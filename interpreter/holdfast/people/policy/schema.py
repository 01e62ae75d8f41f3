"""`policy.schema.json`, generated from the model: what editors complete and check policies by."""

from __future__ import annotations

import json
from typing import Any, Final

from holdfast.people.policy.model import PolicyModel
from holdfast.plan.schema import tidy

SCHEMA_ID: Final = "urn:holdfast:schema:policy:1"
"""The schema's name."""


def policy_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a policy file."""
    generated: dict[str, Any] = tidy(PolicyModel.model_json_schema(by_alias=True))
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Holdfast policy",
    }
    return head | generated


def schema_text() -> str:
    """The schema as it stands in `schemas/policy.schema.json`."""
    return json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n"
