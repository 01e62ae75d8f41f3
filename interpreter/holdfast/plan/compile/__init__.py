"""From a typed document to the plan that the interpreter walks."""

from holdfast.plan.compile.plan import compile_plan

__all__ = ["compile_plan"]
