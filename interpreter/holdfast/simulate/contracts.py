"""What the contract of a tool lets a world do."""

from __future__ import annotations

from holdfast.core.contract import Contract


def may_be_late(contract: Contract) -> bool:
    """Whether a request that arrives late does no harm, as far as the contract promises."""
    return contract.idempotency in {"key", "natural"} and contract.dedup_window is None
