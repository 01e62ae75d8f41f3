"""What certainly holds where a step is reached: conditions around it, and those on which the plan stopped before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, cast

from jinja2 import nodes

from holdfast.lint.analysis.comparisons import comparison
from holdfast.plan.expressions import Expression
from holdfast.plan.expressions.syntax import parse_tree
from holdfast.plan.program import Block, Step, Stop, Switch

if TYPE_CHECKING:
    from holdfast.lint.analysis.sites import Site
    from holdfast.plan.program import Expression as Condition

Literal = tuple[str, bool]
"""A condition without `not`, `and`, `!=` around it, in the form that is the same for all its spellings; whether it
holds."""

_OPPOSITE: Final[Mapping[str, str]] = {"ne": "eq", "notin": "in", "gteq": "lt", "gt": "lteq"}
_MANY: Final = 50
"""So many cases of a switch are looked at."""


class Conditions:
    """The conditions of one plan.

    Args:
        sites: every step.
    """

    def __init__(self, sites: tuple[Site, ...]) -> None:
        self._stops: dict[object, dict[Literal | str, int]] = {}
        for site in sites:
            when = site.step.when
            if isinstance(when, Expression) and _stops(site.step):
                before = self._stops.setdefault(_block(site), {})
                names = {".".join(name.split(".")[:2]) for name, _ in when.references}
                for one in names | literals(when, holds=False):
                    before.setdefault(one, site.position)

    def asked(self, reader: Site, name: str) -> bool:
        """Whether a stop that comes before a step looked at this name first: `steps.find`."""
        return self._stopped(reader, name)

    def hold(self, reader: Site, wanted: frozenset[Literal]) -> bool:
        """Whether all of these certainly hold where a step is reached."""
        around: set[Literal] = set()
        for site in reader.lineage[1:]:
            around |= literals(site.step.when) if site.step.when is not None else set()
            above = site.parent.step.action if site.parent is not None else None
            if isinstance(above, Switch) and site.role == "step":
                around |= _case(above, cast("int", site.group))
        return all(one in around or self._stopped(reader, one) for one in wanted)

    def _stopped(self, reader: Site, by: Literal | str) -> bool:
        return any(
            self._stops.get(_block(site), {}).get(by, site.position) < site.position for site in reader.lineage[1:]
        )


def needed(read: Site, reader: Site) -> frozenset[Literal] | None:
    """What has to hold for one step to be reached where another is; None: that is not for conditions alone."""
    way = _way(read, reader)
    found: set[Literal] = set()
    for site, inner in zip_longest(way, way[1:]):
        step = site.step
        if step.when is not None:
            found |= literals(step.when)
        if inner is not None and inner.role == "fallback":
            found |= _of_source(f"steps.{step.id}.via == '{inner.step.id}'", True)  # noqa: FBT003 - for the cache
        elif step.optional or (inner is not None and step.fallback):
            return None
        elif inner is not None and isinstance(step.action, Switch):
            found |= _case(step.action, cast("int", inner.group))
        elif inner is not None and not isinstance(step.action, Block):
            return None
    return frozenset(found) or None


def sources(read: Site, reader: Site) -> Iterator[str]:
    """The conditions on the way to a step, as they are written."""
    for site in _way(read, reader):
        action = site.step.action
        cases = [when for when, _ in action.cases[:_MANY]] if isinstance(action, Switch) and site is not read else []
        yield from (when.source for when in (site.step.when, *cases) if isinstance(when, Expression))


def _way(read: Site, reader: Site) -> tuple[Site, ...]:
    """From where the ways to two steps part down to the first; empty where one is there for when the other fails."""
    pairs = enumerate(zip(read.lineage, reader.lineage, strict=False))
    depth = next((n for n, (one, other) in pairs if one is not other), min(len(read.lineage), len(reader.lineage)))
    way, other = read.lineage[depth:], reader.lineage[depth : depth + 1]
    return () if not way or (other and other[0].role != way[0].role) else way


def _block(site: Site) -> object:
    return site.parent, site.role, site.group


def _stops(step: Step) -> bool:
    """Whether the run is over wherever a step is run."""
    if step.optional or step.fallback:
        return False
    action = step.action
    last = action.steps[-1] if isinstance(action, Block) else None
    return isinstance(action, Stop) or (last is not None and last.when is None and isinstance(last.action, Stop))


def _case(switch: Switch, number: int) -> set[Literal]:
    """What holds in a case of a switch: its own condition, and none of those before it."""
    own = switch.cases[number][0]
    found = set(literals(own)) if own is not None else set[Literal]()
    mine = comparison(own)
    for when, _ in switch.cases[: min(number, _MANY)]:
        other = comparison(when)
        apart = mine and other and mine.sign == other.sign == "eq" and mine.name == other.name
        if when is not None and not (apart and mine != other):
            found |= literals(when, holds=False)
    return found


def literals(when: Condition, *, holds: bool = True) -> frozenset[Literal]:
    """What is known where a condition holds, or does not."""
    return _of_source(when.source, holds) if isinstance(when, Expression) else frozenset()


@lru_cache(maxsize=2048)
def _of_source(source: str, holds: bool) -> frozenset[Literal]:  # noqa: FBT001 - for the cache
    return frozenset(_known(parse_tree(source)[0], holds=holds))


def _known(node: nodes.Node, *, holds: bool) -> Iterator[Literal]:
    match node:
        case nodes.Not():
            yield from _known(node.node, holds=not holds)
        case nodes.And() if holds:
            yield from _known(node.left, holds=True)
            yield from _known(node.right, holds=True)
        case nodes.Or() if not holds:
            yield from _known(node.left, holds=False)
            yield from _known(node.right, holds=False)
        case nodes.Compare() if len(node.ops) == 1 and node.ops[0].op in _OPPOSITE:
            plain = nodes.Compare(node.expr, [nodes.Operand(_OPPOSITE[node.ops[0].op], node.ops[0].expr)])
            yield _spelt(plain), not holds
        case _:
            yield _spelt(node), holds


def _spelt(node: nodes.Node) -> str:
    return repr(node)
