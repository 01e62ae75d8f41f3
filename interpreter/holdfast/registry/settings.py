"""What an installation's configuration says about one tool, over the tool's own definition."""

from __future__ import annotations

from dataclasses import replace

from holdfast.core.contract import Contract
from holdfast.plan.program import Retry
from holdfast.registry.limits import Breaker, Limits, Rate
from holdfast.values import value


@value
class ToolSettings:
    """Each None leaves what the definition says. `timeout` in seconds."""

    timeout: float | None = None
    retry: Retry | None = None
    concurrency: int | None = None
    rate: Rate | None = None
    breaker: Breaker | None = None
    cost: float | None = None

    def contract(self, defined: Contract) -> Contract:
        """The contract with these defaults in it."""
        return replace(
            defined,
            timeout=defined.timeout if self.timeout is None else self.timeout,
            retry=defined.retry if self.retry is None else self.retry,
        )

    def limits(self, defined: Limits) -> Limits:
        """The limits with these in them."""
        return Limits(
            concurrency=self.concurrency or defined.concurrency,
            rate=self.rate or defined.rate,
            breaker=self.breaker or defined.breaker,
        )
