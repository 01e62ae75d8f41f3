"""Runs cases: each in a scripted world of its own, in a time of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from holdfast.errors import HoldfastError
from holdfast.evaluation.chance import Chance
from holdfast.evaluation.model import FaultsModel
from holdfast.plan.model.tests import ExpectModel, TestModel
from holdfast.testing.trial import Trial
from holdfast.testing.verdict import faults_in
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.core.policy import Policy
    from holdfast.evaluation.model import CaseModel, VariantModel
    from holdfast.evaluation.suite import Case, Suite
    from holdfast.plan.program import Plan
    from holdfast.registry import Registry

PASSING: Final = ("timeout", "unavailable")
"""What calls fail with by chance, unless the file says otherwise."""


@value
class Variant:
    """A plan, and the way in which it is run.

    Args:
        name: of it.
        plan: compiled.
        policy: it runs under; None: none.
        said: what is otherwise in its worlds.
    """

    name: str
    plan: Plan
    policy: Policy | None = None
    said: VariantModel | None = None


@value
class Done:
    """One run of one case.

    Args:
        case: its name; `place`: where it stands; `number`: which repeat, from 0.
        faults: what is not as expected; none: a success.
        status: how the run ended; empty: it could not be started.
        calls, cost, tokens: what it used; `reviews`: how often people were asked; `seconds`: in its own time.
    """

    case: str
    place: str
    number: int
    faults: tuple[str, ...]
    status: str = ""
    calls: int = 0
    cost: float = 0.0
    tokens: int = 0
    reviews: int = 0
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether it is a success."""
        return not self.faults


Told = Callable[[int, int], None]
"""Told how many runs are done, of how many."""


def evaluate(
    suite: Suite,
    variants: Sequence[Variant],
    cases: Sequence[Case],
    tools: Registry,
    repeat: int,
    seed: int,
    told: Told,
) -> Mapping[str, list[Done]]:
    """Every case with every variant, so often; by variant, in the order of the cases.

    Args:
        suite: the file.
        variants: plans to be compared; each runs in the same worlds.
        cases: those of the file that are wanted.
        tools: the registry; its tools are scripted, nothing is called.
        repeat: how often each case is run.
        seed: what chance hangs on.
        told: see `Told`.
    """
    found: dict[str, list[Done]] = {variant.name: [] for variant in variants}
    total, count = len(variants) * len(cases) * repeat, 0
    for case in cases:
        for variant in variants:
            for done in _runs(suite, variant, case, tools, repeat, seed):
                found[variant.name].append(done)
                count += 1
                told(count, total)
    return found


def _runs(suite: Suite, variant: Variant, case: Case, tools: Registry, repeat: int, seed: int) -> Iterator[Done]:
    test = _test(suite, variant, case.said)
    for number in range(repeat):
        chance = _chance(suite, case.said, f"{seed}/{case.name}/{number}")
        trial = Trial(
            variant.plan, tools, test, policy=variant.policy, chance=chance, task=f"test-{number}" if number else "test"
        )
        yield _done(trial, case, test, number)


def _done(trial: Trial, case: Case, test: TestModel, number: int) -> Done:
    try:
        played = trial.play()
    except HoldfastError as error:
        return Done(case=case.name, place=case.place, number=number, faults=(str(error),))
    spent: Mapping[str, Any] = played.result.spent
    return Done(
        case=case.name, place=case.place, number=number, faults=tuple(faults_in(test, played)),
        status=played.result.status, calls=spent.get("calls", 0), cost=spent.get("cost", 0.0),
        tokens=spent.get("tokens", 0), reviews=len(played.reviews),
        seconds=played.entries[-1].at - played.entries[0].at,
    )  # fmt: skip


def _test(suite: Suite, variant: Variant, case: CaseModel) -> TestModel:
    """The case as a test: what the variant says goes before what the case says, and that before the file."""
    layers: list[Any] = [suite.said, case, *([variant.said] if variant.said else [])]
    merged: dict[str, Any] = {
        key: {name: held for one in layers for name, held in (getattr(one, key) or {}).items()}
        for key in ("inputs", "tools", "people")
    }
    declared = variant.plan.inputs
    merged["inputs"] = {name: held for name, held in merged["inputs"].items() if name in declared or _own(case, name)}
    expect = case.expect or suite.said.expect or ExpectModel()
    return TestModel.model_construct(name=case.name, events=case.events, expect=expect, crashes=False, **merged)


def _own(case: CaseModel, name: str) -> bool:
    """Whether a case itself gives an input; those for all cases go only to plans that take them."""
    return name in (case.inputs or {})


def _chance(suite: Suite, case: CaseModel, seed: str) -> Chance | None:
    said = case.faults if case.faults is not None else suite.said.faults
    if said is None:
        return None
    if isinstance(said, FaultsModel):
        return Chance(seed, said.rate, tuple(said.codes or PASSING))
    return Chance(seed, float(said), PASSING)
