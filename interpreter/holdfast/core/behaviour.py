"""How a run goes on deciding as it began, whatever a newer Holdfast would decide.

A run's request says which behaviour it was begun under (`RunRequested.behaviour`), and it keeps that to its end: its
journal can be replayed for ever, and a deployment never changes the mind of a run that is under way.

Whoever changes what is decided from the same observations:
1. adds the next number with a sentence to `CHANGES`;
2. keeps the old way for runs that began before it: `if state.behaviour >= N: ... else: ...`;
3. leaves the journals in tests/histories alone, and adds one that shows the new way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CHANGES: Final[Mapping[int, str]] = {}
"""What is decided otherwise from each number on; 0 is how the first release decides."""

NEWEST: Final = max(CHANGES, default=0)
"""The behaviour of runs that begin now."""
