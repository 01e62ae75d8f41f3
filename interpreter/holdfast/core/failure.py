"""How a call, a step or a run fails, and what that says about its effect (2-plan-language 5, 11-hard-cases 2)."""

from __future__ import annotations

from typing import Final

from holdfast.plan.codes import CODES
from holdfast.values import value

__all__ = ["CODES", "REFUSED", "TRANSIENT", "Failure", "default_happened"]

TRANSIENT: Final = frozenset({"timeout", "unavailable", "rate_limited", "circuit_open"})
"""What a retry may help against, unless the plan says otherwise."""

REFUSED: Final = frozenset({
    "invalid", "denied", "not_found", "failed_precondition", "conflict", "rate_limited", "circuit_open", "budget",
    "idempotency_mismatch", "rejected", "expired",
})  # fmt: skip
"""A write that fails with one of these did not happen, unless its tool says otherwise."""


@value
class Failure:
    """Why something failed.

    Args:
        code: one of `CODES` (the closed set of plan.codes).
        message: one sentence for people.
        happened: whether a write's effect took place; None: unknown. Means nothing for reads.
        retry_after: seconds before another try makes sense, if the other side said so.
        details: plain data for rules and people.
        address: the step that failed first; empty for the plan itself.
        reached: whether the call got as far as the tool; a refusal before that says nothing of an earlier attempt.
    """

    code: str
    message: str = ""
    happened: bool | None = None
    retry_after: float | None = None
    details: object = None
    address: str = ""
    reached: bool = True


def default_happened(code: str) -> bool | None:
    """What a failed write says about its effect when the tool does not: refused, done but unusable, or unknown."""
    if code in REFUSED:
        return False
    return True if code == "bad_output" else None
