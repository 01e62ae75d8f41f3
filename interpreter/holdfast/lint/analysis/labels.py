"""Where values may come from, before anything has run: the labels of the design's section 6, over all ways of a plan.

What the interpreter knows exactly is widened here: a template has the labels of everything it may read, a fact those of
every way to come by it. A question takes `untrusted` and `inferred` off what is chosen or answered, as a person's word
does; an approval on the way is not counted, because it may be given by silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from holdfast.plan.program import Ask, Call, Each, SubPlan, Wait

if TYPE_CHECKING:
    from holdfast.lint.analysis.sites import Site
    from holdfast.lint.analysis.uses import Use
    from holdfast.plan.program import Fact, Plan
    from holdfast.registry import Registry


class Way:
    """One way a label came by: the names from here back to its source. Ways share what they have in common.

    Args:
        name: where it is.
        rest: where it came from.
    """

    __slots__ = ("length", "name", "rest")

    def __init__(self, name: str, rest: Way | None = None) -> None:
        self.name, self.rest = name, rest
        self.length: int = 1 if rest is None else rest.length + 1

    def __iter__(self) -> Iterator[str]:
        here: Way | None = self
        while here is not None:
            yield here.name
            here = here.rest


Ways = Mapping[str, Way]
"""By label: one way it came by."""

_INPUTS = Way("inputs")

_CONDITIONS = frozenset({"when", "switch", "each"})
"""The keys of a step that decide whether and with which item the steps in it run."""

_INTO = frozenset({"with", "output", "set", "stop", "each", "when", "switch", "ask", "plan", "idempotency_key"})
"""The keys whose readings go into what a step does or gives."""


class Flow:
    """The labels of a plan's steps and facts.

    Args:
        plan: compiled.
        tools: the tools there are.
        sites: its steps by id.
        uses: all that its expressions read.
    """

    def __init__(self, plan: Plan, tools: Registry, sites: Mapping[str, Site], uses: Sequence[Use]) -> None:
        self._plan, self._tools, self._sites, self._uses = plan, tools, sites, uses
        self._by_site: dict[Site, list[Use]] = {}
        for use in uses:
            if use.key in _INTO:
                self._by_site.setdefault(use.site, []).append(use)
        self._below: dict[Site, list[Site]] = {}
        for site in sites.values():
            if site.parent is not None:
                self._below.setdefault(site.parent, []).append(site)
        self._steps: dict[str, Ways] = {}
        self._facts: dict[str, Ways] = {name: _declared(name, fact) for name, fact in plan.facts.items()}
        self._around: dict[Site, Ways] = {}
        order = list(sites.values())
        while self._pass(order):
            order.reverse()  # what loops feed stands before them, so they are gone over there and back

    def arguments(self, site: Site) -> Ways:
        """The labels of what goes into a step: its templates, its conditions, its loops."""
        around = {} if site.parent is None else self._conditions(site.parent)
        return _joined([around, *map(self._use, self._by_site.get(site, ()))])

    def reading(self, site: Site, key: str) -> Ways:
        """The labels of what a step reads under one of its keys."""
        return _joined(self._use(use) for use in self._by_site.get(site, ()) if use.key == key)

    def of(self, use: Use) -> Ways:
        """The labels of one reading."""
        return self._use(use)

    def _conditions(self, site: Site) -> Ways:
        """The labels of what decides whether and with which item the steps in a step run."""
        if site not in self._around:
            around = {} if site.parent is None else self._conditions(site.parent)
            own = (self._use(use) for use in self._by_site.get(site, ()) if use.key in _CONDITIONS)
            self._around[site] = _joined([around, *own])
        return self._around[site]

    def _pass(self, order: Iterable[Site]) -> bool:
        """Go over all steps once; whether anything new was learned."""
        self._around.clear()
        learned = False
        for site in order:
            for use in self._by_site.get(site, ()):
                if use.key == "set" and len(use.path) > len(site.path) + 1:
                    name = str(use.path[len(site.path) + 1])
                    learned |= _learned(self._facts, name, _through(self._use(use), f"facts.{name}"))
            learned |= _learned(self._steps, site.step.id, self._gives(site))
        return learned

    def _gives(self, site: Site) -> Ways:
        action, inside = site.step.action, self.arguments(site)
        if isinstance(action, Ask):
            return {"human": Way(site.step.id)}
        own: dict[str, Way] = {}
        if isinstance(action, Call):
            untrusted = action.tool in self._tools and self._tools.get(action.tool).trust == "untrusted"
            own["untrusted" if untrusted else "observed"] = Way(f"{site.step.id} ({action.tool})")
        elif (isinstance(action, Wait) and action.event is not None) or isinstance(action, SubPlan):
            own["untrusted"] = Way(site.step.id)
        inner = [self._steps.get(one.step.id, {}) for one in self._inside(site)]
        return _joined([own, *(_through(ways, site.step.id) for ways in [inside, *inner])])

    def _inside(self, site: Site) -> Sequence[Site]:
        """What a block gives is what its last steps give, and its alternatives give it in its place."""
        return self._below.get(site, ())

    def _use(self, use: Use) -> Ways:
        """The labels of one reading."""
        root, *rest = use.parts
        if root == "inputs":
            return {"given": _INPUTS}
        if root == "facts" and rest:
            return self._facts.get(rest[0], {})
        if root == "steps" and rest:
            return {} if rest[1:2] == ["status"] else self._steps.get(rest[0], {})
        return self._item(root, use.site)

    def _item(self, name: str, site: Site) -> Ways:
        """The labels of a loop's item: those of its list."""
        for loop in site.loops:
            action = loop.step.action
            if isinstance(action, Each) and action.name == name:
                lists = [use for use in self._by_site.get(loop, ()) if use.key == "each"]
                return _joined(self._use(use) for use in lists)
        return {}


def _declared(name: str, fact: Fact) -> Ways:
    """The labels of a fact as it is declared."""
    ways: dict[str, Way] = {}
    if fact.given is not None:
        ways["given"] = Way(f"facts.{name}")
    if fact.infer is not None and fact.confidence < 1:
        ways["inferred"] = Way(f"facts.{name}")
    return ways


def _learned(known: dict[str, Ways], name: str, ways: Ways) -> bool:
    """Add to what is known of a name; whether there was a new label, or a shorter way to one."""
    before = known.get(name, {})
    known[name] = _joined([before, ways])
    return known[name] != before


def _joined(parts: Iterable[Ways]) -> Ways:
    """All labels; of several ways to one of them, the shortest."""
    found: dict[str, Way] = {}
    for part in parts:
        for label, way in part.items():
            if label not in found or way.length < found[label].length:
                found[label] = way
    return found


def _through(ways: Ways, name: str) -> Ways:
    """The same one step further from the source."""
    return {label: Way(name, way) for label, way in ways.items()}
