"""What a rule sees, and what it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from holdfast.core.contract import Contract
from holdfast.diagnostics import Confidence, Diagnostic, Fix, Severity, Span, only_near
from holdfast.lint.calls import CallSite, call_sites
from holdfast.lint.schemas import Schema, properties
from holdfast.plan.program import Plan, Step, Stop, Trigger
from holdfast.plan.source import Document, Path, read
from holdfast.registry import Registry
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.lint.analysis.conditions import Conditions
    from holdfast.lint.analysis.labels import Flow, Way
    from holdfast.lint.analysis.order import Relation
    from holdfast.lint.analysis.sites import Site
    from holdfast.lint.analysis.taken import Worst
    from holdfast.lint.analysis.texts import Text
    from holdfast.lint.analysis.types.members import Kind
    from holdfast.lint.analysis.types.shape import Type
    from holdfast.lint.analysis.types.typing import Typing, Wrong
    from holdfast.lint.analysis.uses import Use

_WRITTEN: Final = re.compile(r"[\w.\[\]-]+")
"""A path or a word as it stands in an expression."""

Profile = Literal["basic", "default", "production"]
"""How much is asked of a plan: that it can run; that it does what its author means; that it may run unwatched."""

PROFILES: Final[tuple[Profile, ...]] = ("basic", "default", "production")
"""From the least strict to the strictest; each includes those before it."""

Found = tuple[str, Span, str] | tuple[str, Span, str, Fix | None]
"""A message, a place, what to do about it, and what would set it right, where that is plain."""


@dataclass(eq=False)
class Subject:
    """A plan under examination; what rules share is worked out when the first of them asks.

    Args:
        plan: compiled, so its form is right.
        document: its text, for places.
        tools: the tools there are.
        above: triggers of plans above that guard its writing calls.
        standing: rules of the installation's policy, which are asked about each call.
        children: the plans that it runs, by its names for them, as far as they are known.
        kin: all plans that it, and these, run, each under examination; empty where nobody asks for that.
        taken: what those take at worst, by hash, as far as it is known.
    """

    plan: Plan
    document: Document
    tools: Registry
    above: tuple[Trigger, ...] = ()
    standing: tuple[Trigger, ...] = field(default=(), kw_only=True)
    children: Mapping[str, Plan] = field(default_factory=dict[str, Plan])
    kin: Sequence[Subject] = field(default=(), kw_only=True)
    taken: Mapping[str, Worst] = field(default_factory=dict[str, "Worst"], kw_only=True)

    @cached_property
    def calls(self) -> Sequence[CallSite]:
        """Every tool call in the text."""
        return tuple(call_sites(self.document))

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Every step; the plan itself first."""
        from holdfast.lint.analysis.sites import sites_of

        return sites_of(self.plan, self.document)

    @cached_property
    def by_id(self) -> Mapping[str, Site]:
        """Every step by its id."""
        return {site.step.id: site for site in self.sites[1:] if site.role != "fact"}

    @cached_property
    def texts(self) -> Sequence[Text]:
        """Every expression and template."""
        from holdfast.lint.analysis.texts import texts_of

        return tuple(texts_of(self.plan, self.sites, self.document))

    @cached_property
    def typing(self) -> Typing:
        """The types of all of them, and what is wrong with them."""
        from holdfast.lint.analysis.types.typing import Typing

        return Typing(self)  # pyright: ignore[reportArgumentType] - to it a cached property is no property

    @cached_property
    def uses(self) -> Sequence[Use]:
        """Every name that is read."""
        from holdfast.lint.analysis.uses import uses_of

        return tuple(uses_of(self.texts))

    @cached_property
    def conditions(self) -> Conditions:
        """What certainly holds where a step is reached."""
        from holdfast.lint.analysis.conditions import Conditions

        return Conditions(self.sites)

    @cached_property
    def flow(self) -> Flow:
        """Where values may come from."""
        from holdfast.lint.analysis.labels import Flow

        return Flow(self.plan, self.tools, self.by_id, self.uses)

    @cached_property
    def _schemas(self) -> dict[str, Schema | None]:
        return {}

    def schema(self, tool: str) -> Schema | None:
        """The schema of a tool's arguments; None when there is no such tool. Raises ConfigError."""
        if tool not in self._schemas:
            self._schemas[tool] = self.tools.get(tool).input_schema() if tool in self.tools else None
        return self._schemas[tool]

    def output(self, tool: str) -> Schema | None:
        """The schema of what a tool returns; None when there is no such tool. Raises ConfigError."""
        name = f"{tool} ->"
        if name not in self._schemas:
            self._schemas[name] = self.tools.get(tool).output_schema() if tool in self.tools else None
        return self._schemas[name]

    def argument(self, tool: str, name: str) -> Schema:
        """The schema of one of a tool's arguments; empty when it says nothing. Raises ConfigError."""
        return properties(self.schema(tool) or {}).get(name, {})

    def result(self, name: str) -> Type:
        """The type of what a plan gives that this one runs; unknown where other ends than its last are possible."""
        from holdfast.lint.analysis.types.shape import UNKNOWN

        child = self.children.get(name)
        if child is None or child.output is None or child.root.fallback or any(map(_stops, child.steps.values())):
            return UNKNOWN
        if name not in self._results:
            self._results[name] = Subject(child, read(child.source, child.file), self.tools).typing.text(("output",))
        return self._results[name]

    @cached_property
    def _results(self) -> dict[str, Type]:
        return {}

    @cached_property
    def _contracts(self) -> dict[str, Contract | None]:
        return {}

    def contract(self, tool: str) -> Contract | None:
        """A tool's contract; None when there is no such tool."""
        if tool not in self._contracts:
            self._contracts[tool] = self.tools.get(tool).contract if tool in self.tools else None
        return self._contracts[tool]

    def writes(self) -> Iterator[tuple[Site, Contract]]:
        """The steps that call a writing tool."""
        yield from self._writes

    @cached_property
    def _writes(self) -> Sequence[tuple[Site, Contract]]:
        calls = [(site, self.contract(site.call.tool)) for site in self.sites if site.call is not None]
        return [(site, contract) for site, contract in calls if contract is not None and contract.effect == "write"]

    def below(self, site: Site) -> Sequence[Site]:
        """A step and everything in it, its alternatives included."""
        start = self._places[site]
        end = next((n for n, other in enumerate(self.sites[start:], start) if site not in other.lineage), None)
        return self.sites[start:end]

    def following(self, site: Site) -> Site | None:
        """The step behind one in the same block."""
        return self._in_blocks.get((site.parent, site.role, site.group, site.position + 1))

    @cached_property
    def _in_blocks(self) -> Mapping[tuple[Site | None, str, str | int, int], Site]:
        return {(site.parent, site.role, site.group, site.position): site for site in self.sites}

    def reads(self, site: Site) -> Sequence[Use]:
        """Every name that a step's own expressions read."""
        return self._by_reader.get(site, ())

    @cached_property
    def _by_reader(self) -> Mapping[Site, Sequence[Use]]:
        found: dict[Site, list[Use]] = {}
        for use in self.uses:
            found.setdefault(use.site, []).append(use)
        return found

    @cached_property
    def _places(self) -> Mapping[Site, int]:
        return {site: place for place, site in enumerate(self.sites)}

    def guards(self, site: Site) -> tuple[Trigger, ...]:
        """The triggers that ask a person before what a step calls; those of plans above guard what writes."""
        own = tuple(trigger for trigger in site.step.human if trigger.on == "before")
        contract = self.contract(site.call.tool) if site.call is not None else None
        reads = site.call is not None and (contract is None or contract.effect == "read")
        return own if reads else own + self.above

    def unseen(self, label: str) -> Iterator[tuple[Site, Contract, Way]]:
        """The writing calls that something with this label may reach although nobody is asked before, with its way."""
        for site, contract in self.writes():
            way = self.flow.arguments(site).get(label)
            if way is not None and not self.guards(site) and not any(above.role == "cleanup" for above in site.lineage):
                yield site, contract, way

    def results_read(self) -> Iterator[tuple[Use, str, Relation]]:
        """Every reading of a step's result, with that step's id and how the two stand to each other."""
        from holdfast.lint.analysis.order import relation

        for use in self.uses:
            read = self.by_id.get(use.parts[1]) if use.name.startswith("steps.") else None
            if read is not None and use.moment != "any":
                yield use, use.parts[1], relation(use, read)

    def faults(self, *kinds: Kind) -> Iterator[tuple[Wrong, Found]]:
        """What is wrong with expressions in these ways, as findings."""
        for wrong in self.typing.faults:
            if wrong.fault.kind in kinds:
                span = self.document.within(wrong.path, wrong.offset)
                yield wrong, (wrong.fault.message, span, wrong.fault.advice, self._meant(wrong))

    def _meant(self, wrong: Wrong) -> Fix | None:
        """The word that comes near, where the wrong one stands once in what is written there."""
        from holdfast.plan.source.editing import fix, set_word

        fault, text = wrong.fault, str(self.document.get(wrong.path))
        near, written = only_near(fault.name, fault.known), _WRITTEN.match(text, wrong.offset)
        places = [one.start() for one in re.finditer(rf"\b{re.escape(fault.name)}\b", written[0])] if written else []
        if near is None or len(places) != 1:
            return None
        edit = set_word(self.document, wrong.path, wrong.offset + places[0], fault.name, near[0])
        return fix(f"write `{near[0]}`", edit, safe=near[1])

    def place(self, path: Path) -> Span:
        """Where the value at a path stands."""
        return self.document.span(path)

    def key(self, path: Path) -> Span:
        """Where the key at a path stands."""
        return self.document.key_span(path)

    def says(self, site: Site, key: str) -> bool:
        """Whether a step has a key of its own."""
        data = self.document.get(site.path)
        return isinstance(data, dict) and key in data


def _stops(step: Step) -> bool:
    return isinstance(step.action, Stop)


@pair
class Rule:
    """One thing that can be wrong.

    Args:
        code: stable for ever.
        slug: the same for people.
        severity: what it means for the plan.
        title: the rule in a few words.
        why: what happens to somebody who does not heed it.
        bad: a plan in which it is found once or more, or the part of one from `steps:` on.
        good: the same set right.
        check: finds it.
        profile: the least strict profile that asks for it.
        confidence: whether a finding can be mistaken.
        since: the release that brought it.
    """

    code: str
    slug: str
    severity: Severity
    title: str
    why: str
    bad: str
    good: str
    check: Callable[[Subject], Iterator[Found]]
    profile: Profile = "default"
    confidence: Confidence = "certain"
    since: str = "0.1"

    def findings(self, subject: Subject) -> Iterator[Diagnostic]:
        """What this rule finds in a plan."""
        for message, span, advice, *fix in self.check(subject):
            yield Diagnostic(
                code=self.code, severity=self.severity, message=message, span=span, help=advice,
                slug=self.slug, confidence=self.confidence, fix=fix[0] if fix else None,
            )  # fmt: skip
