"""From a document to its typed model, or to findings with places: one finding per mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from holdfast.errors import PlanError
from holdfast.plan.findings import MOST, in_order
from holdfast.plan.model.base import Node
from holdfast.plan.model.document import PlanModel
from holdfast.plan.model.explain import PLAN, Fault, Form, explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

    from holdfast.plan.source import Document

M = TypeVar("M", bound=Node)


def check(document: Document) -> PlanModel:
    """The typed model of a document.

    Raises:
        PlanError: the document does not have the form of a plan; with every finding, at most 50.
    """
    return conforming(document, PlanModel, PLAN)


def conforming(document: Document, model: type[M], form: Form) -> M:
    """The typed model of a document that should have some form. Raises PlanError with every finding, at most 50."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        faults = _faults(error.errors(include_url=False), form)
    raise PlanError(in_order(explain(document, fault) for fault in faults)[:MOST]) from None


def _faults(errors: Sequence[ErrorDetails], form: Form) -> list[Fault]:
    """The mistakes behind pydantic's errors: a misspelt key that is required is one mistake, not two."""
    faults = [Fault(error, form) for error in errors]
    misspelt = {(fault.path[:-1], fault.suggestion) for fault in faults if fault.kind == "extra_forbidden"}
    return [
        fault for fault in faults if fault.kind != "missing" or (fault.path[:-1], str(fault.path[-1])) not in misspelt
    ]
