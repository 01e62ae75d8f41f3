"""Arguments that stand already: what a child run's undoing is called with was made when the child ended."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import Names
from holdfast.values import pair


@pair
class Fixed:
    """Plain data in place of a template; satisfies `holdfast.plan.program.Template`.

    Args:
        value: what it gives.
        fault: why there is no value; empty: there is one.
    """

    value: Mapping[str, object]
    fault: str = ""
    reads: frozenset[str] = frozenset()

    def render(self, names: Names) -> object:
        """The value. Raises ExpressionError if it could not be made."""
        del names
        if self.fault:
            raise ExpressionError("compensate", 0, None, self.fault, "value")
        return dict(self.value)
