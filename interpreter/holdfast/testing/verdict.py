"""What a trial came to against what was expected, and what all tests of a plan have covered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from holdfast.core.events import FallbackTaken, StepEntered, StepSucceeded
from holdfast.plan.program import Switch
from holdfast.values import pair, value

if TYPE_CHECKING:
    from holdfast.core.events import Entry
    from holdfast.plan.model.tests import TestModel
    from holdfast.plan.program import Plan
    from holdfast.testing.trial import Played


@value
class Verdict:
    """What became of one test.

    Args:
        plan: the plan's name.
        name: the test's.
        line: of the test in its file.
        faults: what is not as expected; none: it passed.
        deaths: at how many moments the run was killed.
        played: the trial that failed, or the one without a death.
    """

    plan: str
    name: str
    line: int
    faults: tuple[str, ...]
    deaths: int
    played: Played | None

    @property
    def passed(self) -> bool:
        """Whether everything is as expected."""
        return not self.faults


def faults_in(case: TestModel, played: Played) -> list[str]:
    """Everything that is not as the test expects it."""
    expect, result = case.expect, played.result
    given = expect.model_fields_set
    found = list(_differs("status", expect.status, result.status))
    if found and result.error:
        found.append(f"it says: {result.error.get('code')}: {result.error.get('message')}")
    if "output" in given:
        found += _differs("output", expect.output, result.output)
    if expect.error:
        found += _differs("error", expect.error, (result.error or {}).get("code"))
    if expect.reviews is not None:
        found += _differs("reviews", list(expect.reviews), list(played.reviews))
    calls = played.counterpart.calls()
    for tool, count in (expect.calls or {}).items():
        found += _differs(f"calls of `{tool}`", count, calls[tool])
    for tool, count in (expect.effects or {}).items():
        found += _differs(f"effects of `{tool}`", count, played.counterpart.took_place(tool))
    for name, wanted in (expect.facts or {}).items():
        found += _differs(f"fact `{name}`", wanted, played.facts.get(name))
    found += [
        f"the test says nothing about `{tool}`, which was called" for tool in dict.fromkeys(played.counterpart.missing)
    ]
    return found + [f"what people say does not fit: {said}" for said in played.unanswered]


def _differs(what: str, expected: object, actual: object) -> Iterator[str]:
    if expected != actual:
        yield f"{what}: expected {_shown(expected)}, got {_shown(actual)}"


def _shown(held: object) -> str:
    return json.dumps(held, ensure_ascii=False, default=str)


@pair
class Coverage:
    """What of a plan no test has reached.

    Args:
        steps: ids of steps that never ran.
        cases: cases that were never taken, as `step: case 2`.
        total: how many steps there are.
    """

    steps: tuple[str, ...]
    cases: tuple[str, ...]
    total: int


def coverage(plan: Plan, journals: Iterable[Sequence[Entry]]) -> Coverage:
    """What of a plan these runs have left out; a step that was only skipped has not run."""
    ran: set[str] = set()
    cases: set[tuple[str, int | None]] = set()
    for entries in journals:
        for entry in entries:
            event = entry.event
            id_ = _id(str(getattr(event, "address", "")))
            if isinstance(event, FallbackTaken):
                continue
            if isinstance(event, StepEntered) and isinstance(
                plan.steps[id_].action if id_ in plan.steps else None, Switch
            ):
                cases.add((id_, event.case))
            if type(event).__name__ != "StepSkipped" and not (isinstance(event, StepSucceeded) and event.via == "kept"):
                ran.add(id_)
            review = getattr(event, "review", None)
            ran.add(_id(getattr(review, "address", "")))
    missed = [
        f"{id_}: case {number + 1}"
        for id_, step in plan.steps.items()
        if isinstance(step.action, Switch)
        for number in range(len(step.action.cases))
        if (id_, number) not in cases
    ]
    return Coverage(tuple(id_ for id_ in plan.steps if id_ not in ran), tuple(missed), len(plan.steps))


def _id(address: str) -> str:
    return address.rpartition("/")[2].partition("#")[0].partition("[")[0]
