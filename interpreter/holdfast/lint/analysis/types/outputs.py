"""What steps and facts give: from tools' schemas, questions, blocks and templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from holdfast.lint.analysis.comparisons import comparison
from holdfast.lint.analysis.types.relate import describe
from holdfast.lint.analysis.types.schema import of_schema
from holdfast.lint.analysis.types.shape import NULL, UNKNOWN, Type, array, because, nothing, record, union
from holdfast.plan.program import (
    Ask,
    Block,
    Call,
    Each,
    Fact,
    Parallel,
    Repeat,
    SetFacts,
    Step,
    SubPlan,
    Switch,
    Wait,
)

if TYPE_CHECKING:
    from holdfast.lint.analysis.sites import Site
    from holdfast.plan.source import Path


class Known(Protocol):
    """What is known of the plan's texts and its surroundings."""

    def text(self, path: Path) -> Type:
        """The type of an expression's or a template's value, by its place."""
        ...

    def path(self, place: Path, name: str) -> Type:
        """The type of a dotted name as the text at a place sees it."""
        ...

    def tool(self, name: str) -> Type:
        """The type of what a tool returns."""
        ...

    def child(self, name: str) -> Type:
        """The type of what a plan returns, by the name it is run under."""
        ...

    def inside(self, site: Site) -> Mapping[str | int, Sequence[Site]]:
        """The steps of a step's action, by branch, case or block."""
        ...

    def alternatives(self, site: Site) -> Sequence[Site]:
        """The steps of its fallback."""
        ...

    def output(self, site: Site) -> Type:
        """The type of a step's output."""
        ...


_DECIDED: Final = frozenset({"choose", "answer", "handoff"})
"""Decisions of a person that become the step's output."""


def output_of(known: Known, site: Site) -> Type:
    """The type of a step's output: of its action, of its alternatives, or null when it was left out."""
    step = site.step
    if any(not trigger.inherited and trigger.decision in _DECIDED for trigger in step.human):
        return UNKNOWN
    ways = [_of_action(known, site), *(known.output(one) for one in known.alternatives(site))]
    if step.pending is not None or any(trigger.on == "after" for trigger in step.human):  # these look at it
        ways = [one.sure() for one in ways]
    if len(ways) > 1:
        names = [step.id, *(one.step.id for one in known.alternatives(site))]
        ways = [_told(one, name) for one, name in zip(ways, names, strict=True)]
    if step.when is not None:
        ways.append(nothing(f"`{step.id}` is left out where its `when` does not hold", "left"))
    if step.optional:
        ways.append(nothing(f"`{step.id}` is `optional` and may fail", "left"))
    return union(ways)


def _told(one: Type, name: str) -> Type:
    """One of several ways, which will be gone one day."""
    return because(one, f"`{name}` gives {describe(one)}")


def _of_action(known: Known, site: Site) -> Type:
    match site.step.action:
        case Call(tool=tool):
            return known.tool(tool)
        case SubPlan(plan=plan):
            return known.child(plan)
        case Ask() as ask:
            return _answer(known, ask, (*site.path, "ask"))
        case Wait(event=event):
            late = event is not None and site.step.action.on_timeout == "continue"
            why = f"nothing may come for `{site.step.id}` within its `timeout`"
            return NULL if event is None else Type((), why if late else "")
        case SetFacts():
            return known.text((*site.path, "set"))
        case _:
            return _of_blocks(known, site)


def _of_blocks(known: Known, site: Site) -> Type:
    match site.step.action:
        case Block() as block:
            return _block(known, site, block)
        case Each() as each:
            items = _block(known, site, each.body)
            why = f"an iteration of `{site.step.id}` may fail"
            return array(union([items, nothing(why)]) if each.on_failure == "continue" else items)
        case Repeat() as repeat:
            return _block(known, site, repeat.body).sure()  # its `until` has asked
        case Parallel() as parallel:
            return _branches(known, site, parallel)
        case Switch() as switch:
            return _cases(known, site, switch)
        case _:
            return UNKNOWN


def _cases(known: Known, site: Site, switch: Switch) -> Type:
    last = [_last(known.inside(site).get(number, ())) for number in range(len(switch.cases))]
    found = [NULL if one is None else _told(known.output(one), one.step.id) for one in last]
    if switch.cases[-1][0] is None:
        return union(found)
    return union([*found, nothing(f"no case of `{site.step.id}` may hold") if _open(known, site, switch) else NULL])


def _open(known: Known, site: Site, switch: Switch) -> bool:
    """Whether it is plain that there are values without a case: one thing is compared, and may be something else."""
    compared = [comparison(when) for when, _ in switch.cases]
    named = {(one.name, one.sign) for one in compared if one is not None}
    if None in compared or len(named) != 1 or "eq" not in next(iter(named)):
        return False
    values = {one.value for one in compared if one is not None}
    whole = known.path((*site.path, "switch", 0, "when"), next(iter(named))[0])
    return any(
        shape.kind in {"string", "integer", "number"} and (shape.values is None or not shape.values <= values)
        for shape in whole.shapes
    )


def _block(known: Known, site: Site, block: Block) -> Type:
    if block.output is not None:
        return known.text((*site.path, "output"))
    last = _last(known.inside(site).get(0, ()))
    return NULL if last is None else known.output(last)


def _branches(known: Known, site: Site, parallel: Parallel) -> Type:
    all_ = parallel.join is None and parallel.on_failure == "cancel"
    found: dict[str, Type] = {}
    for name, _ in parallel.branches:
        last = _last(known.inside(site).get(name, ()))
        one = NULL if last is None else known.output(last)
        found[name] = one if all_ else union([one, nothing(f"branch `{name}` of `{site.step.id}` may fail")])
    return record(found)


def _last(sites: Sequence[Site]) -> Site | None:
    return sites[-1] if sites else None


# --- people and facts -------------------------------------------------------------------------------------------------


def _answer(known: Known, ask: Ask, here: Path) -> Type:
    given = chosen(known.text((*here, "options"))) if ask.schema is None else of_schema(ask.schema)
    ways = [given] if ask.default is None else [given, known.text((*here, "default"))]
    return union(ways)


def chosen(options: Type) -> Type:
    """What choosing one of these options gives: an option of `id` and `value` stands for its value."""
    if options.kinds != {"array"}:
        return UNKNOWN
    return union(one for shape in options.shapes for one in _option_values(shape.items))


def _option_values(items: Type) -> Iterator[Type]:
    if not items.shapes:
        yield UNKNOWN
    for shape in items.shapes:
        fields = shape.fields or {}
        if shape.kind == "object" and {"id", "value"} <= fields.keys() <= {"id", "label", "value"}:
            yield fields["value"]
        elif shape.kind == "object" and shape.rest is not None:
            yield UNKNOWN
        else:
            yield Type((shape,))


def fact_type(known: Known, name: str, fact: Fact | None, sets: Sequence[Path]) -> Type:
    """What a fact can be: given, inferred, asked for, or set on the way.

    Args:
        known: the plan's texts.
        name: of the fact.
        fact: its declaration, if there is one.
        sets: where steps set it.
    """
    ways = [known.text(path) for path in sets]
    if fact is not None:
        if fact.given is not None:
            given = known.text(("facts", name, "given"))
            ways.append(given.but("null") if given.but("null").shapes else given)
        if fact.infer is not None and isinstance(fact.infer.action, Call):
            ways.append(known.tool(fact.infer.action.tool))
        ways += [_asked(known, fact.ask, name)] if fact.ask is not None else []
    return union(ways).sure() if ways else UNKNOWN


def _asked(known: Known, step: Step, name: str) -> Type:
    ask = step.action
    return _answer(known, ask, ("facts", name, "ask")) if isinstance(ask, Ask) else UNKNOWN
