"""Through compiled steps, outer ones before inner ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.plan.program import Block, Each, Parallel, Repeat, Switch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from holdfast.plan.program import Action, Step


def every_step(steps: Sequence[Step]) -> Iterator[Step]:
    """These steps and all inside them, outer ones before inner ones, alternatives included."""
    for step in steps:
        yield step
        for block in blocks_of(step.action):
            yield from every_step(block.steps)
        yield from every_step(step.fallback)


def blocks_of(action: Action) -> tuple[Block, ...]:
    """The blocks that an action has."""
    match action:
        case Block():
            return (action,)
        case Each() | Repeat():
            return (action.body,)
        case Parallel():
            return tuple(block for _, block in action.branches)
        case Switch():
            return tuple(block for _, block in action.cases)
        case _:
            return ()
