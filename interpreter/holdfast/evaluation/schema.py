"""`eval.schema.json`, generated from the model: what editors complete and check evaluations by."""

from __future__ import annotations

from typing import Any

from holdfast.evaluation.model import EvalModel
from holdfast.plan.schema import headed, tidy


def eval_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a file of evaluations."""
    return headed("eval", "Holdfast evaluation", tidy(EvalModel.model_json_schema(by_alias=True)))
