"""Every step of a plan where it stands: compiled, with its place in the text and what is around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from holdfast.plan.program import Block, Call, Each, Parallel, Plan, Repeat, Step, Switch
from holdfast.plan.source import Document, Path

Role = Literal["root", "step", "fallback", "cleanup", "fact"]


@dataclass(eq=False)
class Site:
    """One step in its surroundings.

    Args:
        step: compiled.
        path: of the map that says it.
        parent: the step it stands in; None for the plan itself.
        role: `step` of its parent's action, alternative in its parent's `fallback`, step of the plan's `cleanup`, or a
            way to come by a `fact`.
        group: the branch, case or block of the parent's action it stands in; the fact's name.
        position: its place in that block, from 0.
    """

    step: Step
    path: Path
    parent: Site | None
    role: Role
    group: str | int = 0
    position: int = 0

    @cached_property
    def lineage(self) -> tuple[Site, ...]:
        """From the plan's own site down to this one."""
        return (*self.parent.lineage, self) if self.parent is not None else (self,)

    @property
    def name(self) -> str:
        """Its id; the name of the fact it resolves."""
        return str(self.group) if self.role == "fact" else self.step.id

    @property
    def ancestors(self) -> tuple[Site, ...]:
        """What it stands in, the innermost first, the plan last."""
        return self.lineage[-2::-1]

    @cached_property
    def call(self) -> Call | None:
        """Its action, if that is a tool call."""
        action = self.step.action
        return action if isinstance(action, Call) else None

    @cached_property
    def loops(self) -> tuple[Site, ...]:
        """The loops it is repeated by, the innermost first."""
        return tuple(
            outer for inner, outer in zip(self.lineage[:0:-1], self.ancestors, strict=True)
            if isinstance(outer.step.action, Each | Repeat) and inner.role == "step"
        )  # fmt: skip


def sites_of(plan: Plan, document: Document) -> tuple[Site, ...]:
    """All of a plan's steps in the order in which they may run, outer ones before inner ones; the plan itself first."""
    root = Site(plan.root, (), None, "root")
    found = [root, *_facts(plan, root), *_inside(root)]
    if plan.cleanup is not None:
        raw = document.get(("cleanup",))
        path: Path = ("cleanup", "steps") if isinstance(raw, dict) else ("cleanup",)
        found += _all(root, plan.cleanup.steps, path, "cleanup")
    return tuple(found)


def _facts(plan: Plan, root: Site) -> Iterator[Site]:
    for name, fact in plan.facts.items():
        if fact.infer is not None:
            yield Site(fact.infer, ("facts", name, "infer"), root, "fact", name)
        if fact.ask is not None:
            yield Site(fact.ask, ("facts", name), root, "fact", name, 1)


def _inside(site: Site) -> Iterator[Site]:
    for group, steps, path in _blocks(site):
        yield from _all(site, steps, path, "step", group)
    yield from _all(site, site.step.fallback, (*site.path, "fallback"), "fallback")


def _all(parent: Site, steps: Sequence[Step], path: Path, role: Role, group: str | int = 0) -> Iterator[Site]:
    for position, step in enumerate(steps):
        site = Site(step, (*path, position), parent, role, group, position)
        yield site
        yield from _inside(site)


def _blocks(site: Site) -> Iterator[tuple[str | int, Sequence[Step], Path]]:
    """The blocks of an action, each with its name and its place."""
    here = site.path
    match site.step.action:
        case Block(steps=steps):
            yield 0, steps, (*here, "steps" if site.role == "root" else "do")
        case Each(body=body) | Repeat(body=body):
            yield 0, body.steps, (*here, "do")
        case Parallel(branches=branches):
            for name, block in branches:
                yield name, block.steps, (*here, "parallel", name)
        case Switch(cases=cases):
            for number, (_, block) in enumerate(cases):
                yield number, block.steps, (*here, "switch", number, "do")
        case _:
            pass
