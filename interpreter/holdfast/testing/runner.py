"""All tests of a plan: each once in peace, then with a death at every moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from holdfast.errors import HoldfastError
from holdfast.testing.trial import Endless, Played, Trial
from holdfast.testing.verdict import Verdict, faults_in

if TYPE_CHECKING:
    from holdfast.plan.model.tests import TestModel
    from holdfast.plan.program import Plan
    from holdfast.plan.source import Document
    from holdfast.registry import Registry


def cases_of(document: Document) -> list[TestModel]:
    """The tests that a plan's document holds; the document fits the model already."""
    from holdfast.plan.model.tests import TestModel

    data = document.data
    listed = data.get("tests") if isinstance(data, dict) else None
    return [TestModel.model_validate(one) for one in listed or ()]


def verdicts(
    plan: Plan, document: Document, tools: Registry, chosen: Sequence[TestModel], *, crashes: bool | None = None
) -> Iterator[Verdict]:
    """What becomes of each of these tests.

    Args:
        plan: compiled.
        document: its text, for the lines of the tests.
        tools: the registry; its tools are scripted, nothing is called.
        chosen: the tests.
        crashes: whether runs are killed, too; None: as each test says.
    """
    every = cases_of(document)
    for case in chosen:
        line = document.span(("tests", every.index(case))).line
        yield _verdict(plan, tools, case, line, crashes=case.crashes if crashes is None else crashes)


def _verdict(plan: Plan, tools: Registry, case: TestModel, line: int, *, crashes: bool) -> Verdict:
    about = {"plan": plan.name, "name": case.name, "line": line}
    if case.world is not None:
        from holdfast.testing.invented import faults_of_world

        return Verdict(**about, faults=faults_of_world(plan, tools, case), deaths=0, played=None)  # type: ignore[arg-type]
    try:
        calm = Trial(plan, tools, case).play()
    except HoldfastError as error:
        return Verdict(**about, faults=(str(error),), deaths=0, played=None)  # type: ignore[arg-type]
    faults = faults_in(case, calm)
    if faults or not crashes:
        return Verdict(**about, faults=tuple(faults), deaths=0, played=calm)  # type: ignore[arg-type]
    for moment in range(calm.moments):
        where = f"killed at moment {moment} of {calm.moments}"
        try:
            killed = Trial(plan, tools, case, die=moment, doubts=calm.doubts).play()
        except Endless as error:
            return Verdict(**about, faults=(f"{where}, then resumed:", str(error)), deaths=moment + 1, played=None)  # type: ignore[arg-type]
        faults = [*faults_in(case, killed), *_twice(killed)]
        if faults:
            told = f"{where} ({killed.death}), then resumed:"
            return Verdict(**about, faults=(told, *faults), deaths=moment + 1, played=killed)  # type: ignore[arg-type]
    return Verdict(**about, faults=(), deaths=calm.moments, played=calm)  # type: ignore[arg-type]


def _twice(played: Played) -> list[str]:
    """Effects that took place more than once under one key."""
    return [
        f"`{tool}` took place {count} times under one key, {key}"
        for (tool, key), count in played.counterpart.effects.items()
        if count > 1
    ]
