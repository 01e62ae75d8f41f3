"""The engine, as a run in it sees it."""

from __future__ import annotations

from typing import Protocol

from holdfast.core.policy import Policy
from holdfast.engine.children import Children


class Idler(Protocol):
    """A run that only waits, and gives its place in memory up when it is woken."""

    def wake(self) -> None:
        """Look again whether there is something to do."""
        ...


class Keeper(Protocol):
    """What a run needs of the engine: its children, the policy, and whether there is room."""

    children: Children
    policy: Policy | None
    idle: dict[Idler, None]

    @property
    def crowded(self) -> bool:
        """Whether runs wait for a place in memory."""
        ...

    def waits(self, run: str) -> bool:
        """Whether something goes on here in a run's children."""
        ...
