"""What a trial came to against what was expected."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from holdfast.simulate.retold import lapses, unfulfilled
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.plan.model.tests import TestModel
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
    if expect.error:
        found += _differs("error", expect.error, (result.error or {}).get("code"))
    if found and result.error:
        found.append(f"it says: {result.error.get('code')}: {result.error.get('message')}")
    if "output" in given:
        found += _differs("output", expect.output, result.output)
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
    found += [f"what people say does not fit: {said}" for said in played.unanswered]
    found += unfulfilled(played.plan, played.entries, expect.that or ())
    found += [f"{lapse.said}, behind entry {lapse.seq}" for lapse in lapses(played.plan, played.entries)]
    return found + _unused(case, calls) if found else []


def _unused(case: TestModel, calls: Mapping[str, int]) -> list[str]:
    """What may be to blame: scripts of tools that the run never called."""
    unused = [f"`{tool}`" for tool in case.tools or () if not calls.get(tool)]
    return [f"no call came to what the test says about {', '.join(unused)}"] if unused else []


def _differs(what: str, expected: object, actual: object) -> Iterator[str]:
    if expected != actual:
        yield f"{what}: expected {_shown(expected)}, got {_shown(actual)}"


def _shown(held: object) -> str:
    return json.dumps(held, ensure_ascii=False, default=str)
