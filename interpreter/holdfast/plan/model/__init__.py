"""The form of a plan: typed models of the document, and the findings when a document does not have that form."""

from holdfast.plan.model.check import check
from holdfast.plan.model.document import PlanModel
from holdfast.plan.model.steps import StepModel

__all__ = ["PlanModel", "StepModel", "check"]
