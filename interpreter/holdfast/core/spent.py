"""What a run has used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Spent:
    """What the run has used so far."""

    calls: int = 0
    tokens: int = 0
    cost: float = 0.0
    failures: int = 0
