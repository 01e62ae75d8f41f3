"""Whether a queue can take on another review (5-humans): so many, in so many seconds, counted when they were opened."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.core.events import QueueFull


def full(queue: str, opened: Sequence[float], limit: tuple[float, ...], at: float) -> QueueFull | None:
    """What stands against another review; None: nothing.

    Args:
        queue: its name.
        opened: when its reviews were opened, seconds since 1970; those long ago may be left out.
        limit: how many reviews, in how many seconds.
        at: now.
    """
    capacity, per = int(limit[0]), limit[1]
    recent = sorted(time for time in opened if time > at - per)
    if len(recent) < capacity:
        return None
    free_at = recent[len(recent) - capacity] + per
    return QueueFull(queue=queue, opened=len(recent), capacity=capacity, per=per, free_at=free_at)
