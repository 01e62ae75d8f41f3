"""How a tool fails on purpose (11-hard-cases 2)."""

from __future__ import annotations

import math
from typing import Any, Final

from holdfast.core.failure import CODES, default_happened
from holdfast.diagnostics import did_you_mean
from holdfast.errors import HoldfastError


class _ByCode:
    """The type of `BY_CODE`."""

    def __repr__(self) -> str:
        return "<by code>"


BY_CODE: Final = _ByCode()
"""`happened` follows from the code: refused codes mean False, `bad_output` True, all others None (unknown)."""


class ToolError(HoldfastError):
    """A tool could not do what it was asked.

    Args:
        code: one of the closed set of error codes (2-plan-language 5), such as `unavailable` or `invalid`.
        message: one sentence for people.
        happened: whether a write's effect took place; None: unknown. Left out, it follows from the code: `invalid`,
            `denied`, `not_found`, `failed_precondition`, `conflict` and `rate_limited` say False, `bad_output` says
            True, everything else None. Means nothing for reads.
        retry_after: seconds before another try makes sense, if the other side said so.
        details: plain JSON data for rules and people.

    Raises:
        ValueError: the code is none of the known ones, or `retry_after` is no number of seconds.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        happened: bool | _ByCode | None = BY_CODE,
        retry_after: float | None = None,
        details: object = None,
    ) -> None:
        if code not in CODES:
            raise ValueError(f"unknown error code `{code}`{did_you_mean(code, CODES) or f'; known: {_known()}'}")
        if retry_after is not None and not (math.isfinite(retry_after) and retry_after >= 0):
            raise ValueError(f"retry_after is a number of seconds, not `{retry_after}`")
        super().__init__(code, message)
        self.code, self.message = code, message
        self.happened = default_happened(code) if isinstance(happened, _ByCode) else happened
        self.retry_after, self.details = retry_after, details

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code

    def __reduce__(self) -> tuple[object, ...]:
        fields = {"happened": self.happened, "retry_after": self.retry_after, "details": self.details}
        return _restored, (self.code, self.message, fields)


def _restored(code: str, message: str, fields: dict[str, Any]) -> ToolError:
    return ToolError(code, message, **fields)


def _known() -> str:
    return ", ".join(sorted(CODES))
