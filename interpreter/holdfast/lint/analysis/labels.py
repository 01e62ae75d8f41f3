"""Where values may come from, before anything has run: the labels of the design's section 6, over all ways of a plan.

What the interpreter knows exactly is widened here: a template has the labels of everything it may read, a fact those of
every way to come by it. A question takes `untrusted` and `inferred` off what is chosen or answered, as a person's word
does; an approval on the way is not counted, because it may be given by silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from holdfast.plan.program import Ask, Call, Each, SubPlan, Wait

if TYPE_CHECKING:
    from holdfast.lint.analysis.sites import Site
    from holdfast.lint.analysis.uses import Use
    from holdfast.plan.program import Plan
    from holdfast.registry import Registry

Ways = Mapping[str, tuple[str, ...]]
"""By label: one way it came by, from here back to its source."""

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
        self._facts: dict[str, Ways] = {}
        for _ in range(len(sites) + 1):  # loops may feed what stands before them
            if not self._pass():
                break

    def arguments(self, site: Site) -> Ways:
        """The labels of what goes into a step: its templates, its conditions, its loops."""
        return _joined(self._use(use) for above in site.lineage for use in self._own(above, inner=above is not site))

    def reading(self, site: Site, key: str) -> Ways:
        """The labels of what a step reads under one of its keys."""
        return _joined(self._use(use) for use in self._by_site.get(site, ()) if use.key == key)

    def of(self, use: Use) -> Ways:
        """The labels of one reading."""
        return self._use(use)

    def _own(self, site: Site, *, inner: bool) -> list[Use]:
        """What a step reads; of those around it, only what decides whether and with which item it runs."""
        keys = {"when", "switch", "each"} if inner else _INTO
        return [use for use in self._by_site.get(site, ()) if use.key in keys]

    def _pass(self) -> bool:
        """Go over all steps once; whether anything new was learned."""
        before = (self._steps, self._facts)
        self._facts = self._learned_facts()
        self._steps = {id_: self._gives(site) for id_, site in self._sites.items()}
        return before != (self._steps, self._facts)

    def _gives(self, site: Site) -> Ways:
        action, inside = site.step.action, self.arguments(site)
        if isinstance(action, Ask):
            return {"human": (site.step.id,)}
        own: dict[str, tuple[str, ...]] = {}
        if isinstance(action, Call):
            untrusted = action.tool in self._tools and self._tools.get(action.tool).trust == "untrusted"
            own["untrusted" if untrusted else "observed"] = (f"{site.step.id} ({action.tool})",)
        elif (isinstance(action, Wait) and action.event is not None) or isinstance(action, SubPlan):
            own["untrusted"] = (site.step.id,)
        inner = [self._steps.get(one.step.id, {}) for one in self._inside(site)]
        return _joined([own, *(_through(ways, site.step.id) for ways in [inside, *inner])])

    def _inside(self, site: Site) -> Sequence[Site]:
        """What a block gives is what its last steps give, and its alternatives give it in its place."""
        return self._below.get(site, ())

    def _learned_facts(self) -> dict[str, Ways]:
        found: dict[str, Ways] = {}
        for name, fact in self._plan.facts.items():
            ways: dict[str, tuple[str, ...]] = {}
            if fact.given is not None:
                ways["given"] = (f"facts.{name}",)
            if fact.infer is not None and fact.confidence < 1:
                ways["inferred"] = (f"facts.{name}",)
            found[name] = ways
        for use in self._uses:
            if use.key == "set" and len(use.path) > len(use.site.path) + 1:
                name = str(use.path[len(use.site.path) + 1])
                found[name] = _joined([found.get(name, {}), _through(self._use(use), f"facts.{name}")])
        return found

    def _use(self, use: Use) -> Ways:
        """The labels of one reading."""
        root, *rest = use.parts
        if root == "inputs":
            return {"given": ("inputs",)}
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


def _joined(parts: Iterable[Ways]) -> Ways:
    """All labels; of several ways to one of them, the shortest."""
    found: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for label, way in part.items():
            if label not in found or len(way) < len(found[label]):
                found[label] = way
    return found


def _through(ways: Ways, name: str) -> Ways:
    """The same one step further from the source; a way that comes back to itself is cut."""
    return {label: way if name in way else (name, *way) for label, way in ways.items()}
