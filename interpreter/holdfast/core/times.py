"""Instants as people and expressions see them."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(at: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC with milliseconds, so that texts sort as times do."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(value: object) -> float:
    """A time given as ISO 8601 (UTC unless it says otherwise) or as seconds since 1970.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        msg = f"`{value}` is not a time: give ISO 8601 such as 2026-12-01T08:00:00Z, or seconds since 1970"
        raise ValueError(msg)  # noqa: TRY004 - the caller treats every unusable time alike
    if not isinstance(value, str):
        return float(value)
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        msg = f"`{value}` is not a time: give ISO 8601 such as 2026-12-01T08:00:00Z"
        raise ValueError(msg) from None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
