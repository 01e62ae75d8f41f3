"""A test whose world is one of `holdfast simulate`: every law has to hold in it, and what it expects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from holdfast.simulate.cast import cast_of
from holdfast.simulate.named import NoWorld, play
from holdfast.simulate.story import timeline

if TYPE_CHECKING:
    from holdfast.plan.model.tests import TestModel
    from holdfast.plan.program import Plan
    from holdfast.registry import Registry
    from holdfast.simulate.world import World

_WORDS: Final = re.compile(r"[a-z][a-z0-9_]*")


def faults_of_world(plan: Plan, tools: Registry, case: TestModel) -> tuple[str, ...]:
    """What is not as it has to be.

    In a plan that was mended that world may not come about any more, which is no fault; what is named of a step that is
    not there says nothing, which is one.
    """
    try:
        world, broken = play(cast_of(plan, tools), case.world or ())
    except NoWorld as unmet:
        step, about, _ = unmet.what.partition(": ")
        known = {*plan.steps, *plan.facts}.intersection(_WORDS.findall(step))
        return (str(unmet),) if about and not known else ()
    if broken is None:
        return _otherwise(world, case)
    told = [f"{line.where}: {line.said}" if line.where else line.said for line in timeline(world)]
    return (f"`{broken.law}` is broken: {broken.said}", *(f"  {line}" for line in told))


def _otherwise(world: World, case: TestModel) -> tuple[str, ...]:
    status, given = world.mind.summary().status, case.expect.model_fields_set
    if "status" in given and status != case.expect.status:
        return (f"status: expected {case.expect.status}, got {status}",)
    return ()
