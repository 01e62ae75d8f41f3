"""Every expression and template of a plan: where it stands, which step it belongs to, and when it is evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from holdfast.lint.analysis.sites import Site
from holdfast.plan.expressions import Expression
from holdfast.plan.program import (
    Action,
    Ask,
    Block,
    Call,
    Each,
    Handoff,
    Plan,
    Repeat,
    SetFacts,
    Stop,
    SubPlan,
    Switch,
    Wait,
)
from holdfast.plan.source import Document, Path
from holdfast.plan.template import Template
from holdfast.values import pair

Moment = Literal["before", "inside", "after", "any"]
"""When an expression is evaluated: before its step begins, once its inner steps are done, once it is over, or whenever
something changes."""


@pair
class Text:
    """One expression or template.

    Args:
        held: compiled.
        site: the step it belongs to.
        moment: when it is evaluated.
        path: where it stands.
        key: of the step, under which it stands: `with`, `when`, `human`, ...
    """

    held: Expression | Template
    site: Site
    moment: Moment
    path: Path
    key: str


def texts_of(plan: Plan, sites: tuple[Site, ...], document: Document) -> Iterator[Text]:
    """Everything that is evaluated anywhere in a plan."""
    root = sites[0]
    yield from _held(plan.output, root, "inside", ("output",), "output")
    for number, law in enumerate(plan.invariants):
        yield from _held(law.holds, root, "any", ("invariants", number, law.moment), "invariants")
    for name, fact in plan.facts.items():
        yield from _held(fact.given, root, "any", ("facts", name, "given"), "facts")
    for site in sites:
        yield from _action(site)
        yield from _modifiers(site, document)


def _held(held: object, site: Site, moment: Moment, path: Path, key: str) -> Iterator[Text]:
    """An expression or a template; of anything else, nothing."""
    if isinstance(held, Expression | Template):
        yield Text(held, site, moment, path, key)
    elif isinstance(template := getattr(held, "template", None), Template):  # a list given as `in`
        yield Text(template, site, moment, path, key)


def _action(site: Site) -> Iterator[Text]:
    match site.step.action:
        case SubPlan(arguments=arguments, source=source):
            yield from _held(arguments, site, "before", (*site.path, "with"), "with")
            yield from _held(source, site, "before", (*site.path, "plan", "source"), "plan")
        case Call(arguments=arguments):
            yield from _held(arguments, site, "before", (*site.path, "with"), "with")
        case Block() as block:
            yield from _block(site, block)
        case Each() as each:
            yield from _held(each.items, site, "before", (*site.path, "each", "in"), "each")
            yield from _held(each.key, site, "before", (*site.path, "each", "key"), "each")
            yield from _block(site, each.body)
        case Repeat() as repeat:
            yield from _held(repeat.until, site, "inside", (*site.path, "repeat", "until"), "repeat")
            yield from _block(site, repeat.body)
        case Switch(cases=cases):
            for number, (when, _) in enumerate(cases):
                yield from _held(when, site, "before", (*site.path, "switch", number, "when"), "switch")
        case SetFacts(values=values):
            yield from _held(values, site, "before", (*site.path, "set"), "set")
        case other:
            yield from _fields(site, other)


_FIELDS: Final[Mapping[type, tuple[str, tuple[str, ...]]]] = {
    Ask: ("ask", ("question", "options", "default", "context")),
    Handoff: ("handoff", ("reason", "context")),
    Wait: ("wait", ("until", "match")),
    Stop: ("stop", ("reason", "output")),
}
"""Actions whose expressions stand side by side: the action's key, and theirs below it."""


def _fields(site: Site, action: Action) -> Iterator[Text]:
    key, names = _FIELDS.get(type(action), ("", ()))
    for name in names:
        yield from _held(getattr(action, name), site, "before", (*site.path, key, name), key)


def _block(site: Site, block: Block) -> Iterator[Text]:
    yield from _held(block.output, site, "inside", (*site.path, "output"), "output")
    for number, rule in enumerate(block.abort):
        yield from _held(rule.when, site, "any", (*site.path, "abort", number, "when"), "abort")


def _modifiers(site: Site, document: Document) -> Iterator[Text]:
    step, here = site.step, site.path
    yield from _held(step.when, site, "before", (*here, "when"), "when")
    yield from _held(step.key, site, "before", (*here, "idempotency_key"), "idempotency_key")
    yield from _held(step.subject, site, "before", (*here, "subject"), "subject")
    if step.compensate is not None:
        yield from _held(step.compensate.arguments, site, "after", (*here, "compensate", "with"), "compensate")
    if step.pending is not None:
        yield from _held(step.pending.match, site, "after", (*here, "pending", "match"), "pending")
        if step.pending.until is not None:
            look, below = step.pending.until, (*here, "pending", "until")
            yield from _held(look.arguments, site, "after", (*below, "with"), "pending")
            yield from _held(look.when, site, "after", (*below, "when"), "pending")
    own = document.get((*here, "human"))
    for number, trigger in enumerate(step.human[: len(own) if isinstance(own, list) else 0]):
        moment: Moment = "after" if trigger.on == "after" else "before"
        for key in ("when", "options"):
            yield from _held(getattr(trigger, key), site, moment, (*here, "human", number, key), "human")
