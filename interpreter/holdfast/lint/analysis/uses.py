"""Every name that a plan's expressions read: where, when, and with which text around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from holdfast.lint.analysis.sites import Site
from holdfast.plan.expressions import Expression
from holdfast.plan.program import Action, Ask, Block, Call, Each, Plan, Repeat, SetFacts, Stop, SubPlan, Switch, Wait
from holdfast.plan.source import Document, Path
from holdfast.plan.template import Template
from holdfast.values import pair

Moment = Literal["before", "inside", "after", "any"]
"""When an expression is evaluated: before its step begins, once its inner steps are done, once it is over, or whenever
something changes."""


@pair
class Use:
    """One reading of a name.

    Args:
        name: dotted, with all its constant parts: `steps.search.output`.
        site: the step whose expression it is.
        moment: when it is evaluated.
        path: of the text it stands in.
        offset: in that text.
        key: of the step, under which the text stands: `with`, `when`, `human`, ...
    """

    name: str
    site: Site
    moment: Moment
    path: Path
    offset: int
    key: str

    @property
    def parts(self) -> list[str]:
        """The name's parts."""
        return self.name.split(".")


def uses_of(plan: Plan, sites: tuple[Site, ...], document: Document) -> Iterator[Use]:
    """Everything that is read anywhere in a plan."""
    root = sites[0]
    yield from _in(plan.output, root, "inside", ("output",), "output")
    for name, fact in plan.facts.items():
        yield from _in(fact.given, root, "any", ("facts", name, "given"), "facts")
    for site in sites:
        yield from _action(site)
        yield from _modifiers(site, document)


def _in(held: object, site: Site, moment: Moment, path: Path, key: str) -> Iterator[Use]:
    """The readings of an expression or a template; of anything else, none."""
    if isinstance(held, Expression):
        for name, offset in held.references:
            yield Use(name, site, moment, path, offset, key)
    elif isinstance(held, Template):
        for inner, name, offset in held.references:
            yield Use(name, site, moment, path + inner, offset, key)
    elif isinstance(template := getattr(held, "template", None), Template):  # a list given as `in`
        yield from _in(template, site, moment, path, key)


def _action(site: Site) -> Iterator[Use]:
    match site.step.action:
        case SubPlan(arguments=arguments, source=source):
            yield from _in(arguments, site, "before", (*site.path, "with"), "with")
            yield from _in(source, site, "before", (*site.path, "plan", "source"), "plan")
        case Call(arguments=arguments):
            yield from _in(arguments, site, "before", (*site.path, "with"), "with")
        case Block() as block:
            yield from _block(site, block)
        case Each() as each:
            yield from _each(site, each)
        case Repeat() as repeat:
            yield from _in(repeat.until, site, "inside", (*site.path, "repeat", "until"), "repeat")
            yield from _block(site, repeat.body)
        case Switch(cases=cases):
            for number, (when, _) in enumerate(cases):
                yield from _in(when, site, "before", (*site.path, "switch", number, "when"), "switch")
        case SetFacts(values=values):
            yield from _in(values, site, "before", (*site.path, "set"), "set")
        case other:
            yield from _fields(site, other)


def _each(site: Site, each: Each) -> Iterator[Use]:
    yield from _in(each.items, site, "before", (*site.path, "each", "in"), "each")
    yield from _in(each.key, site, "before", (*site.path, "each", "key"), "each")
    yield from _block(site, each.body)


_FIELDS: Final[Mapping[type, tuple[str, tuple[str, ...]]]] = {
    Ask: ("ask", ("question", "options", "default", "context")),
    Wait: ("wait", ("until", "match")),
    Stop: ("stop", ("reason", "output")),
}
"""Actions whose expressions stand side by side: the action's key, and theirs below it."""


def _fields(site: Site, action: Action) -> Iterator[Use]:
    key, names = _FIELDS.get(type(action), ("", ()))
    for name in names:
        yield from _in(getattr(action, name), site, "before", (*site.path, key, name), key)


def _block(site: Site, block: Block) -> Iterator[Use]:
    yield from _in(block.output, site, "inside", (*site.path, "output"), "output")
    for number, rule in enumerate(block.abort):
        yield from _in(rule.when, site, "any", (*site.path, "abort", number, "when"), "abort")


def _modifiers(site: Site, document: Document) -> Iterator[Use]:
    step, here = site.step, site.path
    yield from _in(step.when, site, "before", (*here, "when"), "when")
    yield from _in(step.key, site, "before", (*here, "idempotency_key"), "idempotency_key")
    if step.compensate is not None:
        yield from _in(step.compensate.arguments, site, "after", (*here, "compensate", "with"), "compensate")
    own = document.get((*here, "human"))
    for number, trigger in enumerate(step.human[: len(own) if isinstance(own, list) else 0]):
        moment: Moment = "after" if trigger.on == "after" else "before"
        for key in ("when", "options"):
            yield from _in(getattr(trigger, key), site, moment, (*here, "human", number, key), "human")
