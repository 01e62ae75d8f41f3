"""Which calls a fresh retry would make a second time without anything having undone the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.plan.compile.walk import blocks_of
from holdfast.plan.program import Call, Repeated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from holdfast.plan.program import Step


def repeated_calls(steps: Iterable[Step], block: str | None = None) -> Iterator[Repeated]:
    """The calls inside blocks with `retry: {fresh: true}` that neither they nor a step around them, inside, undoes.

    Args:
        steps: as compiled.
        block: the innermost fresh block they stand in.
    """
    for step in steps:
        covered = step.compensate is not None
        if isinstance(step.action, Call):
            if block is not None and not covered:
                yield Repeated(block=block, step=step.id, tool=step.action.tool)
            yield from repeated_calls(step.fallback, block)
            continue
        fresh = step.retry is not None and step.retry.fresh
        inside = step.id if fresh else None if covered else block
        for part in blocks_of(step.action):
            yield from repeated_calls(part.steps, inside)
        yield from repeated_calls(step.fallback, inside if fresh else block)
