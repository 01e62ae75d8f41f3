"""The text of a plan that was made in the run."""

from __future__ import annotations

from holdfast.core.failure import Failure
from holdfast.plan.expressions.values import describe
from holdfast.plan.program import Expression, Names
from holdfast.plan.written import written


def source_of(source: Expression, names: Names) -> str | Failure:
    """The text of a plan that the run has made, or why there is none. Raises ExpressionError."""
    given = source.evaluate(names)
    text = written(given) if isinstance(given, dict) else given
    if isinstance(text, str) and text.strip():
        return text
    message = f"`source` gives {describe(given)}: it has to give the text of a plan, or its tree"
    return Failure(code="lint", message=message, happened=False)
