"""The facts a plan declares. They are about the world, so they read inputs and other facts, and no steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.diagnostics import did_you_mean
from holdfast.plan.compile.actions import compile_ask
from holdfast.plan.compile.references import OUTSIDE_STEPS
from holdfast.plan.compile.secrets import secrets_in
from holdfast.plan.program import Call, Fact, Step

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from holdfast.plan.compile.site import Scope, Site
    from holdfast.plan.model import PlanModel
    from holdfast.plan.model.facts import FactModel
    from holdfast.plan.program import Template
    from holdfast.plan.source import Path


def compile_facts(site: Site, model: PlanModel, scope: Scope) -> dict[str, Fact]:
    """Every declared fact by name; that none needs itself is checked."""
    if model.facts is None:
        return {}
    facts = {name: _fact(site, name, fact, scope) for name, fact in (model.facts.model_extra or {}).items()}
    _refuse_circle(site, facts)
    return facts


def _fact(site: Site, name: str, model: FactModel, scope: Scope) -> Fact:
    path: Path = ("facts", name)
    given = site.template(model.given, (*path, "given"), scope) if "given" in model.model_fields_set else None
    cost = model.cost
    fact = Fact(
        name=name,
        given=given,
        infer=_infer(site, model, (*path, "infer"), scope),
        ask=_ask(site, model, path, scope),
        confidence=model.confidence,
        asking=None if cost is None else cost.asking,
        wrong=None if cost is None else cost.wrong,
    )
    for part, reads in _reads(fact):
        _refuse_steps(site, reads, (*path, part))
    return fact


def _infer(site: Site, model: FactModel, path: Path, scope: Scope) -> Step | None:
    infer = model.infer
    if infer is None:
        return None
    given, here = infer.with_ or {}, (*path, "with")
    arguments = site.template(given, here, scope)
    tool = site.tool(infer.tool, (*path, "tool"))
    call = Call(tool=tool, arguments=arguments, secrets=secrets_in(site, given, arguments, here))
    return Step(id="infer", action=call, timeout=scope.timeout, retry=scope.retry, human=scope.triggers, optional=True)


def _ask(site: Site, model: FactModel, path: Path, scope: Scope) -> Step | None:
    if model.ask is None:
        return None
    return Step(id="ask", action=compile_ask(site, model.ask, (*path, "ask"), scope), optional=True)


def _reads(fact: Fact) -> Iterator[tuple[str, frozenset[str]]]:
    """The names that each part of a fact may read."""
    if fact.given is not None:
        yield "given", fact.given.reads
    if fact.infer is not None and isinstance(fact.infer.action, Call):
        yield "infer", fact.infer.action.arguments.reads
    if fact.ask is not None:
        ask = fact.ask.action
        templates: list[Template | None] = [
            getattr(ask, name) for name in ("question", "options", "context", "default")
        ]
        yield "ask", frozenset().union(*(template.reads for template in templates if template is not None))


def _refuse_steps(site: Site, reads: frozenset[str], path: Path) -> None:
    for name in sorted({read.partition(".")[0] for read in reads} - OUTSIDE_STEPS):
        message = f"a fact cannot read `{name}`: it may be needed at any time{did_you_mean(name, OUTSIDE_STEPS)}"
        site.note("undefined-name", message, path, f"it may read {', '.join(sorted(OUTSIDE_STEPS))}")


def _refuse_circle(site: Site, facts: dict[str, Fact]) -> None:
    """Find a fact that needs itself, directly or through others."""
    order = {name: number for number, name in enumerate(facts)}
    circle = _circle({name: _needs(fact, order) for name, fact in facts.items()})
    if circle:
        message = f"facts need each other in a circle: {' -> '.join(circle)}"
        site.note("fact-circle", message, ("facts", circle[0]), "one of them has to be had without the others")


def _needs(fact: Fact, order: dict[str, int]) -> Collection[str]:
    """The declared facts that this one may read, in the order in which they are declared."""
    reads = {read for _, part in _reads(fact) for read in part}
    if reads & {"facts", "facts.*"}:
        return order
    names = {read.removeprefix("facts.") for read in reads if read.startswith("facts.")}
    return sorted(names & order.keys(), key=order.__getitem__)


def _circle(needs: Mapping[str, Collection[str]]) -> list[str]:
    """The way from a fact back to itself, if there is one."""
    done = set[str]()
    for first in needs:
        way = {} if first in done else {first: iter(needs[first])}
        while way:
            last = next(reversed(way))
            needed = next(way[last], None)
            if needed is None:
                done.add(last)
                del way[last]
            elif needed in way:
                names = list(way)
                return [*names[names.index(needed) :], needed]
            elif needed not in done:
                way[needed] = iter(needs[needed])
    return []
