"""The other side of all tools of a world: it outlives every process, and counts what really took place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from holdfast.core.contract import Contract
from holdfast.values import pair

Effect = tuple[str, str]
"""A tool and an idempotency key."""


@pair
class Done:
    """An effect that took place: when (seconds since 1970), where in the plan, and what it gave."""

    at: float
    address: str
    value: object


@dataclass(slots=True)
class Counterpart:
    """What took place, by tool and key, and how often."""

    effects: Counter[Effect] = field(default_factory=Counter[Effect])
    done: dict[Effect, Done] = field(default_factory=dict[Effect, Done])

    def happen(self, contract: Contract, key: str, address: str, value: object, at: float) -> object:
        """A request arrives: what it gives. Under a key that is remembered nothing takes place again."""
        effect = (contract.name, key)
        before = self.done.get(effect)
        if before is not None and self._remembers(contract, before, at):
            return before.value
        if before is None or contract.idempotency != "natural":
            self.effects[effect] += 1
        self.done[effect] = Done(at, address, value)
        return value

    @staticmethod
    def _remembers(contract: Contract, before: Done, at: float) -> bool:
        window = contract.dedup_window
        return contract.idempotency == "key" and (window is None or at < before.at + window)
