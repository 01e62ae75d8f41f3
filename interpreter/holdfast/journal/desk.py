"""What one person's inbox leaves out, so that a store with many reviews need not read those of others."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from holdfast.values import value

REQUESTER: Final = "requester"
"""The reserved queue: whoever the run belongs to."""


@value
class Desk:
    """Where a person sits.

    Args:
        barred: queues they do not belong to.
        users: whose runs' questions to the requester are theirs.
    """

    barred: Collection[str] = ()
    users: Collection[str] = ()

    def takes(self, queue: str, user: str) -> bool:
        """Whether a review for this queue, of a run of this user, may be one of theirs."""
        return user in self.users if queue == REQUESTER else queue not in self.barred
