"""Rows that lists show: pending operations, and tokens for results that come later."""

from __future__ import annotations

from holdfast.values import value


@value
class PendingRow:
    """A pending operation, or a subject that is reserved for one.

    `state`: reserved (the effect is in flight or unknown), open (it took place and waits for its confirmation until
    `due`), held (nothing confirmed it: its subject stays taken until `due`). `subject` is empty where it has none.
    """

    run: str
    address: str
    tool: str
    state: str
    subject: str = ""
    since: float = 0.0
    due: float | None = None


@value
class CallbackRow:
    """A token for a result that comes later. `state`: open, used, closed (nothing waits for it any more)."""

    digest: str
    run: str
    address: str
    tool: str
    key: str
    state: str = "open"
    said: str = ""
