"""What an HTTP answer says, in error codes (2-plan-language 5)."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from datetime import UTC
from typing import Final

from holdfast.core.failure import Failure, default_happened

_CODES: Final = {
    401: "denied", 402: "failed_precondition", 403: "denied", 404: "not_found", 407: "denied", 408: "timeout",
    409: "conflict", 410: "not_found", 412: "failed_precondition", 421: "unavailable", 423: "conflict",
    424: "failed_precondition", 425: "unavailable", 428: "failed_precondition", 429: "rate_limited", 451: "denied",
    504: "timeout",
}  # fmt: skip
_SECONDS: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_ELSEWHERE: Final = (307, 308)
_SERVER: Final = 500
_CLIENT: Final = 400


def code_of_status(status: int) -> str:
    """The error code of an HTTP status from 300 on; other 4xx are `invalid`, other 5xx `unavailable`.

    A redirect that was not followed is `failed_precondition`: the address in the plan is not the right one.
    """
    if code := _CODES.get(status):
        return code
    if status >= _SERVER:
        return "unavailable"
    return "invalid" if status >= _CLIENT else "failed_precondition"


def happened_of_status(status: int) -> bool | None:
    """Whether a write took place that was answered so; None: unknown.

    307 and 308 ask for the same request elsewhere, so it was not done here (RFC 9110, 15.4.8); after another redirect,
    such as `303 See Other`, it may have been.
    """
    if status in _ELSEWHERE:
        return False
    return default_happened(code_of_status(status)) if status >= _CLIENT else None


def failure_of_status(
    status: int,
    *,
    write: bool,
    headers: Mapping[str, str] | None = None,
    message: str = "",
    details: object = None,
    now: float | None = None,
) -> Failure:
    """The failure an HTTP answer stands for.

    Args:
        status: from 300 on.
        write: whether the call was to change something.
        headers: of the answer, for `Retry-After`; a mapping whose names are matched without regard to case.
        message: for people; empty: the status and its standard phrase.
        details: plain data to keep with it.
        now: seconds since 1970, for a Retry-After that is a date; None: the clock's.
    """
    given = next((value for name, value in (headers or {}).items() if name.lower() == "retry-after"), None)
    return Failure(
        code=code_of_status(status),
        message=message or phrase(status),
        happened=happened_of_status(status) if write else False,
        retry_after=None if given is None else parse_retry_after(given, time.time() if now is None else now),
        details=details,
    )


def phrase(status: int) -> str:
    """`HTTP 503 Service Unavailable`."""
    from http import HTTPStatus

    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def parse_retry_after(value: str, now: float) -> float | None:
    """Seconds from `now` (since 1970) that a `Retry-After` header asks for; None when it says nothing readable.

    It holds seconds or an HTTP date (RFC 9110, 10.2.3); fractions are taken too, a date gone by is 0.
    """
    text = value.strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    until = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return max(0.0, until - now) if math.isfinite(until) else None
