"""A document that has the form of a plan beyond doubt, without the library that its model is written with."""

from __future__ import annotations

from holdfast.plan.form.quick import formed

__all__ = ["formed"]
