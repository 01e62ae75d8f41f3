"""HF041: a plan that runs itself each time, so that no run of it comes to an end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from holdfast.lint.analysis.sites import Site, sites_of
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Block, Parallel, Plan, Repeat, Stop, SubPlan
from holdfast.plan.source import read


def _check(subject: Subject) -> Iterator[Found]:
    for site, called in _surely(subject.sites):
        way = _back(subject.children.get(called), called, subject.plan)
        if way is not None:
            yield (
                f"each run of this plan runs it again{way}: it never comes to an end",
                subject.place((*site.path, "plan")),
                "say `when` it goes on, or use `repeat`; where runs wait for each other 8 deep, they fail",
            )


def _back(child: Plan | None, called: str, plan: Plan) -> str | None:
    """By which way a child leads back to a plan; None: not surely. A way over more than one plan is not looked for."""
    if _named(called) == plan.name:
        return ""
    if child is None or not any(_named(name) == plan.name for name in child.plans):
        return None
    inside = _surely(sites_of(child, read(child.source, child.file)))
    return f", by way of `{called}`" if any(_named(name) == plan.name for _, name in inside) else None


def _named(called: str) -> str:
    return PurePosixPath(called).stem if "/" in called or called.endswith((".yaml", ".yml")) else called


def _surely(sites: tuple[Site, ...]) -> Iterator[tuple[Site, str]]:
    """The plans that a plan runs each time, unless something fails: nothing chooses, and nothing ends it before."""
    actions = [site.step.action for site in sites]
    if any(isinstance(action, Stop) or (isinstance(action, Block) and action.abort) for action in actions):
        return
    for site in sites:
        action = site.step.action
        if isinstance(action, SubPlan) and action.source is None and all(map(_each_time, site.lineage[1:])):
            yield site, action.plan


def _each_time(site: Site) -> bool:
    """Whether a step runs whenever what it stands in does."""
    above = site.parent.step.action if site.parent is not None else None
    goes_on = isinstance(above, Block | Repeat) or (isinstance(above, Parallel) and above.join is None)
    return site.role == "step" and site.step.when is None and goes_on


RULE = Rule(
    code="HF041",
    slug="endless-recursion",
    severity="error",
    title="a plan that runs itself each time",
    why="""
A plan may run itself, for the next part of what is left to do; but something has to tell when nothing is left. Without
a condition each run waits for the next one, until they are too many and all of them fail.
""",
    bad="""
inputs: {left: {type: integer}}
steps:
  - {id: rest, plan: example, with: {left: '{{ inputs.left - 1 }}'}}
""",
    good="""
inputs: {left: {type: integer}}
steps:
  - {id: rest, when: inputs.left > 0, plan: example, with: {left: '{{ inputs.left - 1 }}'}}
""",
    check=_check,
    confidence="likely",
)
