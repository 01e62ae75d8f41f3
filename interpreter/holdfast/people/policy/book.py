"""What a policy file says, ready for use: the rules that runs obey, and the queues with their people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from holdfast.core.policy import Policy
from holdfast.values import value


@value
class Channel:
    """One way to tell a queue that it is asked.

    Args:
        kind: how.
        target: where to: an address; for a command its program and arguments.
        secret: reference (`env:NAME`, `file:PATH`) of what webhooks are signed with; empty: they are not.
    """

    kind: Literal["webhook", "mail", "command"]
    target: tuple[str, ...]
    secret: str = ""

    @property
    def name(self) -> str:
        """What the outbox knows it by; a changed secret leaves it."""
        return " ".join((self.kind, *self.target))


@value
class Queue:
    """Who decides what is sent to a queue.

    Args:
        name: of the queue.
        members: people who may decide, groups resolved; None: anybody.
        channels: how they learn of a review.
        service_level: seconds within which they mean to decide; None: unsaid.
        capacity: reviews, and the seconds in which they can be taken on; None: no limit.
    """

    name: str
    members: frozenset[str] | None = None
    channels: tuple[Channel, ...] = ()
    service_level: float | None = None
    capacity: tuple[int, float] | None = None


@value
class Book:
    """A policy file as it was read.

    Args:
        policy: what runs obey.
        queues: by name; a queue that is not here is open to anybody.
        file: where it was read from; empty: there is none.
    """

    policy: Policy
    queues: Mapping[str, Queue] = field(default_factory=dict[str, Queue])
    file: str = ""

    @property
    def notifies(self) -> bool:
        """Whether anybody is told of anything."""
        return any(queue.channels for queue in self.queues.values())

    def channels(self, queue: str) -> tuple[Channel, ...]:
        """How a queue learns of a review."""
        return self.queues[queue].channels if queue in self.queues else ()
