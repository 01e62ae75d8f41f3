"""Which steps, inputs and facts a plan has; taken before anything that may refer to them is compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.plan.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from holdfast.diagnostics import Diagnostic
    from holdfast.plan.model import PlanModel, StepModel
    from holdfast.plan.source import Document, Path


class Census:
    """Every step's id and where it stands, the inputs, and the facts that steps set."""

    __slots__ = ("facts", "inputs", "steps")

    def __init__(self, inputs: Iterable[str]) -> None:
        self.steps: dict[str, Path] = {}
        self.inputs = frozenset(inputs)
        self.facts: set[str] = set()
        """Those declared, and those that steps set."""


def take_census(model: PlanModel, document: Document, findings: list[Diagnostic]) -> Census:
    """Count a plan's population; an id that is used twice is a finding that names both places."""
    census = Census(model.inputs or ())
    census.facts.update((model.facts.model_extra or ()) if model.facts is not None else ())
    for step, path in all_steps(model):
        census.facts.update(step.set or ())
        first = census.steps.setdefault(step.id, path)
        if first is not path:
            findings.append(_duplicate(step.id, document, first, path))
    return census


def _duplicate(name: str, document: Document, first: Path, second: Path) -> Diagnostic:
    place = document.span((*first, "id"))
    message = f"the id `{name}` is used a second time; the first is in line {place.line}, column {place.column}"
    advice = "ids are unique in the whole plan: fallbacks, branches and cleanup included"
    return finding("duplicate-id", message, document.span((*second, "id")), advice)


def all_steps(model: PlanModel) -> Iterator[tuple[StepModel, Path]]:
    """Every step of a plan with its path, outer ones before inner ones."""
    yield from _steps(model.steps, ("steps",))
    yield from _steps(model.fallback or (), ("fallback",))
    if model.cleanup is None or isinstance(model.cleanup, list):
        yield from _steps(model.cleanup or (), ("cleanup",))
    else:
        yield from _steps(model.cleanup.steps, ("cleanup", "steps"))


def _steps(steps: Sequence[StepModel], path: Path) -> Iterator[tuple[StepModel, Path]]:
    for index, step in enumerate(steps):
        here = (*path, index)
        yield step, here
        yield from _inside(step, here)


def _inside(step: StepModel, path: Path) -> Iterator[tuple[StepModel, Path]]:
    if step.do:
        yield from _steps(step.do, (*path, "do"))
    for name, block in (step.parallel or {}).items():
        yield from _steps(block, (*path, "parallel", name))
    for index, case in enumerate(step.switch or ()):
        yield from _steps(case.do, (*path, "switch", index, "do"))
    if step.fallback:
        yield from _steps(step.fallback, (*path, "fallback"))
