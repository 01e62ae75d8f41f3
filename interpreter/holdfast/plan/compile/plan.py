"""The plan as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.errors import PlanError
from holdfast.plan.compile.census import take_census
from holdfast.plan.compile.facts import compile_facts
from holdfast.plan.compile.fresh import repeated_calls
from holdfast.plan.compile.inputs import compile_inputs
from holdfast.plan.compile.invariants import compile_invariants
from holdfast.plan.compile.policies import compile_aborts, compile_retry, compile_triggers
from holdfast.plan.compile.site import Scope, Site
from holdfast.plan.compile.steps import compile_steps
from holdfast.plan.compile.walk import every_step
from holdfast.plan.findings import MOST, in_order
from holdfast.plan.grants import allows
from holdfast.plan.program import CLEANUP_DEADLINE, EVENTS_KEPT, Ask, Block, Budget, Plan, Step, SubPlan, Wait
from holdfast.plan.shelf import hash_of

if TYPE_CHECKING:
    from holdfast.diagnostics import Diagnostic
    from holdfast.plan.model import PlanModel
    from holdfast.plan.model.document import BudgetModel
    from holdfast.plan.program import Action, Trigger
    from holdfast.plan.source import Document


def compile_plan(document: Document, model: PlanModel) -> Plan:
    """The plan that a document says.

    Args:
        document: the source with places.
        model: what `holdfast.plan.model.check` made of it.

    Raises:
        PlanError: ids, references, templates or numbers that do not fit; with every finding, at most 50.
    """
    findings: list[Diagnostic] = []
    site = Site(document, take_census(model, document, findings))
    plan = _plan(site, model)
    findings += site.findings
    if findings:
        raise PlanError([site.guessed(found) for found in in_order(findings)[:MOST]])
    return plan


def _plan(site: Site, model: PlanModel) -> Plan:
    inputs = compile_inputs(site, model)
    human = compile_triggers(site, model.human, ("human",), Scope())
    scope = _defaults(site, model)
    facts = compile_facts(site, model, scope.inside(human))
    root = _root(site, model, scope.inside(human), human)
    cleanup, cleanup_deadline = _cleanup(site, model, scope.inside(human))
    steps = [*every_step((root,))][1:] + list(every_step(cleanup.steps if cleanup else ()))
    return Plan(
        name=model.plan,
        hash=hash_of(site.document.source),
        source=site.document.source,
        file=site.document.file,
        root=root,
        steps={step.id: step for step in steps},
        tools=frozenset(site.tools),
        grants=_grants(site, model),
        description=model.description,
        owner=model.owner,
        labels=model.labels or {},
        inputs=inputs,
        budget=_budget(model.budget),
        invariants=compile_invariants(site, model.invariants),
        events_kept=EVENTS_KEPT if model.events is None else model.events.keep,
        on_failure=model.on_failure,
        cleanup=cleanup,
        cleanup_deadline=cleanup_deadline,
        output=site.template(model.output, ("output",), Scope()) if "output" in model.model_fields_set else None,
        plans=site.plans,
        repeats=tuple(repeated_calls([root, *(cleanup.steps if cleanup else ())])),
        facts=facts,
        eager=model.facts is not None and model.facts.eager,
        corrigible=frozenset(site.census.facts),
        tracked=site.tracked or bool(site.census.facts) or any(_tells(step.action) for step in steps),
    )


def _budget(model: BudgetModel | None) -> Budget:
    if model is None:
        return Budget()
    return Budget(calls=model.calls, tokens=model.tokens, cost=model.cost, on_exceeded=model.on_exceeded)


def _tells(action: Action) -> bool:
    """Whether a step's output comes from people, from outside or from another run: then its labels matter."""
    return isinstance(action, Ask | SubPlan) or (isinstance(action, Wait) and action.event is not None)


def _defaults(site: Site, model: PlanModel) -> Scope:
    """The scope of the whole plan: what every tool call inherits."""
    defaults = model.defaults
    if defaults is None:
        return Scope()
    triggers = compile_triggers(site, defaults.human, ("defaults", "human"), Scope())
    for index, trigger in enumerate(triggers):
        if trigger.on in {"failure", "after"}:
            path = ("defaults", "human", index, "on")
            message = (
                f"`on: {trigger.on}` in `defaults` has no effect: only `before` and `unknown_outcome` are inherited"
            )
            site.note("no-effect", message, path, "put it on the steps it is meant for")
    retry = None if defaults.retry is None else compile_retry(defaults.retry)
    return Scope(timeout=defaults.timeout, retry=retry).inside(triggers)


def _root(site: Site, model: PlanModel, scope: Scope, human: tuple[Trigger, ...]) -> Step:
    block = Block(
        steps=compile_steps(site, model.steps, ("steps",), scope),
        abort=compile_aborts(site, model.abort, ("abort",), scope),
    )
    fallback = compile_steps(site, model.fallback, ("fallback",), scope)
    return Step(id="", action=block, fallback=fallback, deadline=model.deadline, human=human)


def _cleanup(site: Site, model: PlanModel, scope: Scope) -> tuple[Block | None, float]:
    cleanup = model.cleanup
    if cleanup is None:
        return None, CLEANUP_DEADLINE
    if isinstance(cleanup, list):
        return Block(steps=compile_steps(site, cleanup, ("cleanup",), scope)), CLEANUP_DEADLINE
    return Block(steps=compile_steps(site, cleanup.steps, ("cleanup", "steps"), scope)), cleanup.deadline


def _grants(site: Site, model: PlanModel) -> tuple[str, ...]:
    """What the plan may touch; a tool it names and may not touch is a finding."""
    if model.tools is None:
        return tuple(sorted({*site.tools, *site.granted}))
    for name, path in (*site.tools.items(), *site.granted.items()):
        if "*" not in name and not allows(model.tools, name):
            message = f"`{name}` is not among the plan's `tools`, which are {', '.join(model.tools) or 'none'}"
            site.note("capability", message, path, "add it there, or use a tool that is")
    return tuple(model.tools)
