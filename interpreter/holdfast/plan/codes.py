"""The closed set of error codes that steps, calls and runs fail with (2-plan-language 5)."""

from __future__ import annotations

from typing import Final, Literal, get_args

FailureCode = Literal[
    "timeout",
    "unavailable",
    "rate_limited",
    "conflict",
    "not_found",
    "invalid",
    "denied",
    "failed_precondition",
    "internal",
    "bad_output",
    "cancelled",
    "rejected",
    "expired",
    "circuit_open",
    "budget",
    "idempotency_mismatch",
    "unknown_outcome",
    "lint",
]
"""One of the codes, as a type."""

CODES: Final[frozenset[str]] = frozenset(get_args(FailureCode))
"""The codes."""
