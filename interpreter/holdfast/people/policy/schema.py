"""`policy.schema.json`, generated from the model: what editors complete and check policies by."""

from __future__ import annotations

from typing import Any

from holdfast.people.policy.model import PolicyModel
from holdfast.plan.schema import headed, tidy


def policy_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a policy file."""
    return headed("policy", "Holdfast policy", tidy(PolicyModel.model_json_schema(by_alias=True)))
