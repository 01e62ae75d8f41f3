"""The plans that a plan runs as children, and those that these run: found, read and compiled before the first begins.

A path is looked for from the folder of the plan it stands in; a name in that folder and then in `plans/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.diagnostics import did_you_mean, only_near
from holdfast.errors import PlanError
from holdfast.plan.grants import makes_plans
from holdfast.plan.load import load_plan
from holdfast.plan.lookup import PLANS, find_in, is_path, known
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.diagnostics import Diagnostic
    from holdfast.plan.program import Plan
    from holdfast.plan.shelf import Shelf


@pair
class Family:
    """A plan's descendants.

    Args:
        plans: by hash, without the plan itself unless it runs itself.
        links: for each plan that names others, by hash: the hash of each, by the name as it is written.
    """

    plans: dict[str, Plan] = field(default_factory=dict[str, "Plan"])
    links: dict[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])


def family(plan: Plan, shelf: Shelf | None = None) -> Family:
    """Everything that a plan runs.

    Args:
        plan: the one at the top.
        shelf: where compiled plans are kept.

    Raises:
        PlanError: a file is not there, or is not a plan; with every finding.
    """
    found, findings = Family(), list["Diagnostic"]()
    _descend(found, findings, plan, shelf)
    if findings:
        raise PlanError(findings)
    return found


def _descend(found: Family, findings: list[Diagnostic], plan: Plan, shelf: Shelf | None) -> None:
    ahead = list[tuple[dict[str, str], Iterator[tuple[str, "Plan"]]]]()

    def enter(plan: Plan) -> None:
        if plan.plans and plan.hash not in found.links:
            links = found.links[plan.hash] = dict[str, str]()
            ahead.append((links, children(findings, plan, shelf)))

    enter(plan)
    while ahead:
        links, rest = ahead[-1]
        name, child = next(rest, ("", None))
        if child is None:
            ahead.pop()
        else:
            links[name] = child.hash
            found.plans[child.hash] = child
            enter(child)


def children(findings: list[Diagnostic], plan: Plan, shelf: Shelf | None = None) -> Iterator[tuple[str, Plan]]:
    """The plans that a plan names, by its names for them. What cannot be read is added to the findings."""
    for name, path in plan.plans.items():
        file = find(name, plan)
        if file is None:
            findings.append(_missing(name, plan, path))
            continue
        try:
            child = load_plan(file, shelf)
        except PlanError as error:
            findings += error.diagnostics
            continue
        yield name, child


def lineage_of(plan: Plan, known: Mapping[str, Plan]) -> tuple[list[Plan], bool]:
    """A plan with all below it that can be found, each once, and whether these are all.

    Args:
        plan: the one at the top.
        known: the plans it runs itself, by its names for them, as far as they are known.
    """
    found, waiting = {plan.hash: plan}, [known[name] for name in plan.plans if name in known]
    whole = len(waiting) == len(plan.plans)
    while waiting:
        below = waiting.pop()
        if below.hash not in found:
            found[below.hash] = below
            named = dict(children([], below))
            whole &= len(named) == len(below.plans)
            waiting += named.values()
    plans = list(found.values())
    return plans, whole and not any(map(makes_plans, plans))


def missing(plan: Plan) -> list[Diagnostic]:
    """What is wrong with the names of plans that a plan runs: that there is no such file."""
    return [_missing(name, plan, path) for name, path in plan.plans.items() if find(name, plan) is None]


def find(name: str, plan: Plan) -> Path | None:
    """The file of a plan that another one names."""
    near = Path(plan.file).parent
    return find_in(near, name) or (None if is_path(name) else find_in(PLANS, name))


def _missing(name: str, plan: Plan, path: tuple[str | int, ...]) -> Diagnostic:
    from holdfast.plan.findings import finding
    from holdfast.plan.source import read
    from holdfast.plan.source.editing import fix, set_value

    folder = Path(plan.file).parent
    names = {**known(PLANS), **known(folder)} if folder.is_dir() else known(PLANS)
    where = f"`{folder / name}`" if is_path(name) else f"`{folder}/` or `{PLANS}/`"
    message = (
        f"there is no plan `{name}`: no file {where}" if is_path(name) else f"there is no plan `{name}` in {where}"
    )
    text = read(plan.source, plan.file)
    near = None if is_path(name) else only_near(name, names)
    cure = None if near is None else fix(f"write `{near[0]}`", set_value(text, path, near[0]), safe=near[1])
    advice = "give a plan's name, or a path from here"
    return finding("no-plan", f"{message}{did_you_mean(name, names)}", text.span(path), advice, cure)
